// SPDX-License-Identifier: LGPL-2.1-or-later
// The exact view: every result on its own frame, checked by the page's counts and by what is seen of the page.
// bench/sync.js does it for longer.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { browsers } from '../lib/browsers.js';
import { startCamera } from '../lib/camera.js';
import { counted, fastBall, fastSet, lookOften, settled, smallWindow } from '../lib/exact.js';
import { startHop } from '../lib/hop.js';
import { pipe, temporaryFolder } from '../lib/paths.js';
import { pipelineFile, startServer } from '../lib/server.js';
import { after, before, describe, test } from '../lib/test.js';

const never = (report) => {
  assert.equal(report.exact.frames.mismatched, 0, JSON.stringify(report.exact));
  assert.equal(report.exact.frames.disagreeing, 0, JSON.stringify(report.exact));
};

/** Clicks one of the player's buttons or chooses in one of its lists, as a viewer does. */
const click = (tab, mode) => tab.evaluate((name) => document.querySelector('cv-player').shadowRoot.querySelector(`[data-mode=${name}]`).click(), mode);
const choose = (tab, name, value) => tab.evaluate(([list, option]) => {
  const select = document.querySelector('cv-player').shadowRoot.querySelector(`select[name=${list}]`);
  select.value = option;
  select.dispatchEvent(new Event('change'));
}, [name, value]);

for (const [name, start] of Object.entries(browsers))
  describe(name, () => {
    let browser;
    before(async () => { browser = await start(); });
    after(() => browser.stop());

    const open = async (t, server, { query = '', size } = {}) => {
      const tab = await browser.newTab();
      t.after(() => tab.close());
      if (size) await tab.resize(size);
      await tab.watch(server.url + query);
      return tab;
    };

    test('draws each result on its own frame, as screenshots show', async (t) => {
      const server = await startServer({ pipeline: fastBall(), set: { ...fastSet, runtime: 40, jitter: 20 } });
      t.after(() => server.stop());
      const tab = await open(t, server, { size: smallWindow });
      const first = await settled(tab);
      assert.equal(first.exact.mode, 'exact', 'by itself, where the video is stamped');
      const seen = await lookOften(tab, 60);
      const last = await tab.report();
      assert.ok(seen.length >= 30, `${seen.length} pictures with a circle`);
      const wrong = seen.filter(({ ring, off }) => ring && !(off <= 2));
      assert.deepEqual(wrong, [], `of ${seen.length} pictures`);
      assert.ok(seen.filter(({ ring }) => ring).length >= 0.9 * seen.length, 'the ball is found');
      never(last);
      const { frames, results } = counted(first, last);
      assert.ok(frames.matched > 30 && results.onFrame > 30, JSON.stringify({ frames, results }));
      assert.ok(last.exact.overlayError < 2, `${last.exact.overlayError} px`);
      assert.ok(last.exact.stampMs !== null && last.exact.stampMs < 5, `${last.exact.stampMs} ms`);
      assert.deepEqual(tab.errors, []);
    });

    test('in live mode the circle trails the ball, and the page says by how much', async (t) => {
      const server = await startServer({ pipeline: fastBall(), set: { ...fastSet, runtime: 100 } });
      t.after(() => server.stop());
      const tab = await open(t, server, { query: '?mode=async' });
      const { exact } = await tab.reports('errors', ({ exact }) => exact.mode === 'async' && exact.overlayError > 0);
      assert.ok(exact.overlayError > 8, `${exact.overlayError} px`);
      assert.equal(exact.delay.applied, 0);
    });

    test('switches 20 times, while a second viewer stays live, reloads and resizes: never a wrong frame', async (t) => {
      const server = await startServer({ pipeline: fastBall(), set: { ...fastSet, runtime: 100, jitter: 50 } });
      t.after(() => server.stop());
      const other = await open(t, server, { query: '?mode=async' });
      const tab = await open(t, server);  // Firefox shows no frames in any tab but the last one
      await settled(tab, 10);
      const attempts = (await tab.report()).attempt;
      for (let i = 0; i < 10; ++i) {
        await click(tab, 'async');
        await tab.reports('live', ({ exact }) => exact.mode === 'async' && exact.delay.applied === 0);
        await click(tab, 'exact');
        const at = (await tab.report()).exact.results.onFrame;
        await tab.reports('results on their frames again', ({ exact }) => exact.mode === 'exact' && exact.results.onFrame > at + 2);
      }
      never(await tab.report());
      assert.equal((await tab.report()).attempt, attempts, 'without a new connection');
      for (const size of [{ width: 400, height: 700 }, { width: 1280, height: 800 }]) {
        await tab.resize(size);
        await settled(tab, 5);
      }
      for (const fill of ['last', 'interpolated', 'none']) {
        await choose(tab, 'fill', fill);
        await tab.reports(`skipped frames: ${fill}`, ({ exact }) => exact.fill === fill);
        await settled(tab, 5);
      }
      never(await tab.report());
      await tab.reload();
      await tab.playing();
      never(await settled(tab, 10));
      const live = await other.report();
      assert.equal(live.exact.mode, 'async');
      assert.equal(live.exact.delay.applied, 0);
      assert.equal(live.attempt, 1);
    });

    test('the hold bounds the delay: 0 is live, and frames whose results are late have none', async (t) => {
      const server = await startServer({ pipeline: 'exact', set: { runtime: 300 } });
      t.after(() => server.stop());
      const tab = await open(t, server);
      const held = await settled(tab, 5);
      assert.ok(held.exact.delay.applied > 250, JSON.stringify(held.exact.delay));
      await choose(tab, 'hold', '100');
      const bounded = await tab.reports('the delay bounded', ({ exact }) => exact.delay.applied <= 100.5);
      const { results } = counted(bounded, await tab.reports('late results', ({ exact }) => exact.results.late >= bounded.exact.results.late + 5));
      assert.equal(results.onFrame, 0);
      await choose(tab, 'hold', 'infinite');
      never(await settled(tab, 5));
      assert.match(await tab.evaluate(() => location.search), /hold=infinite/, 'a reload keeps it');
    });

    test('video that is decoded, encoded and stamped with other times on its way is still exact', async (t) => {
      const hop = await startHop();
      t.after(() => hop.stop());
      const server = await startServer({ pipeline: pipelineFile(hop.pipeline), set: { framerate: 30, speed: 0.5, runtime: 100 } });
      t.after(() => server.stop());
      const tab = await open(t, server, { size: smallWindow });
      const knowsTimes = await tab.evaluate(() => 'metadata' in VideoFrame.prototype);
      await tab.reports('that timestamps are of no use', ({ exact }) => !knowsTimes || exact.rtp === 'rewritten');
      const before = await settled(tab, 10);
      const seen = await lookOften(tab, 20);
      const { frames, results } = counted(before, await tab.report());
      assert.ok(seen.length >= 10 && seen.every(({ ring, off }) => !ring || off <= 2), JSON.stringify(seen));
      assert.ok(seen.filter(({ ring }) => ring).length >= 0.9 * seen.length, 'the ball is found');
      assert.equal(frames.mismatched, 0);
      assert.ok(results.onFrame > 10, JSON.stringify(results));
      if (knowsTimes) assert.ok(frames.disagreeing > 0.9 * frames.shown, 'the timestamps were rewritten');
    });

    test('frame ids wrap after 13.25 h, and nobody notices', async (t) => {
      const wrap = 2 ** 32 / 90_000;
      const server = await startServer({ pipeline: fastBall(), set: { ...fastSet, runtime: 40 }, env: { CV_LAUNCH_RUNNING_TIME: String(wrap - 25) } });
      t.after(() => server.stop());
      const tab = await open(t, server);
      const before = await settled(tab, 10);
      assert.ok(before.results.last.frame > 2 ** 31, `${before.results.last.frame}: before the wrap`);
      const after = await tab.reports('ids after the wrap', ({ results }) => results.last.frame < 2 ** 20);
      const last = await tab.reports('results after it', ({ exact }) => exact.results.onFrame > after.exact.results.onFrame + 20);
      never(last);
      assert.ok(last.latency.median < 5000, `latency ${last.latency.median} ms`);
    });

    test('a model and a source that fail come back, and no result is on a wrong frame', async (t) => {
      const socket = join(temporaryFolder(), 'camera');
      const caps = 'video/x-raw,format=I420,width=640,height=360,framerate=30/1';
      let camera = await startCamera(socket, `ballsrc speed=0.5 ! ${caps}`);
      t.after(() => camera.stop());
      const text = readFileSync(pipe('exact'), 'utf8').replace(/ballsrc[^!]*!/, `shmsrc socket-path=${socket} is-live=true do-timestamp=true !`);
      const server = await startServer({ pipeline: pipelineFile(text), set: { runtime: 100, jitter: 50 } });
      t.after(() => server.stop());
      const tab = await open(t, server);
      await settled(tab, 10);
      for (let round = 0; round < 2; ++round) {
        camera.signal('SIGKILL');
        await camera.exited;
        const { stream, exact } = await tab.reports('the source lost', ({ state }) => state === 'lost');
        assert.ok(stream.stamp && exact.mode === 'exact', 'the last picture still has its stamp, which is not for showing');
        camera = await startCamera(socket, `ballsrc speed=0.5 ! ${caps}`);
        const back = await tab.reports('the source back', ({ state }) => state === 'playing');
        never(await tab.reports('results on their frames', ({ exact }) => exact.results.onFrame > back.exact.results.onFrame + 10));
      }
      assert.equal((await tab.report()).attempt, 1);
    });
  });
