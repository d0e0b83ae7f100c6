// SPDX-License-Identifier: LGPL-2.1-or-later
// The exact view: every result on its own frame, checked by the page's counts and by what is seen of the page.
// bench/sync.js does it for longer.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { browsers } from '../lib/browsers.js';
import { startCamera } from '../lib/camera.js';
import { counted, fastBall, fastSet, lookOften, settled, showsMore, smallWindow } from '../lib/exact.js';
import { startHop } from '../lib/hop.js';
import { temporaryFolder } from '../lib/paths.js';
import { pipelineFile, startServer, variant } from '../lib/server.js';
import { after, before, describe, test } from '../lib/test.js';
import { until } from '../lib/wait.js';

/** No frame was taken for another one, and some were read again to see that. */
const never = ({ exact: { frames } }) => {
  assert.deepEqual([frames.mismatched, frames.disagreeing], [0, 0], JSON.stringify(frames));
  assert.ok(frames.readBack > 0, 'frames were read again');
};

/** What lookOften() saw: the circle on the ball. The ball may be missing now and then, at the picture's edge. */
const onTheBall = (seen, by = 2) => {
  assert.deepEqual(seen.filter(({ ring, off }) => ring && !(off <= by)), [], `of ${seen.length} pictures`);
  assert.ok(seen.filter(({ ring }) => ring).length >= 0.8 * seen.length, 'the ball is found');
};

for (const [name, start] of Object.entries(browsers))
  describe(name, () => {
    let browser;
    before(async () => { browser = await start(); });
    after(() => browser?.stop());

    const open = async (t, server, { query = '', size, scale } = {}) => {
      const tab = await browser.newTab({ scale });
      t.after(() => tab.close());
      if (size) await tab.resize(size);
      await tab.watch(server.url + query);
      return tab;
    };

    test('draws each result on its own frame, as screenshots show', async (t) => {
      const server = await startServer({ pipeline: fastBall(), set: { ...fastSet, runtime: 40, jitter: 20 } });
      t.after(() => server.stop());
      const tab = await open(t, server, { query: '?fill=none', size: smallWindow });
      const first = await settled(tab);
      assert.equal(first.exact.mode, 'exact', 'by itself, where the video is stamped');
      onTheBall(await lookOften(tab, 20));
      const last = await tab.report();
      never(last);
      const { frames, results } = counted(first, last);
      assert.ok(frames.matched >= 10 && results.onFrame >= 10, JSON.stringify({ frames, results }));
      assert.ok(last.exact.overlayError < 2, `${last.exact.overlayError} px`);
      assert.notEqual(last.exact.stampMs, null, 'the time to read a stamp');
      assert.deepEqual(tab.errors, []);
    });

    test('draws no results on the frames when they are hidden, and draws them again', async (t) => {
      const server = await startServer({ pipeline: fastBall(), set: { ...fastSet, speed: 0.01 } });
      t.after(() => server.stop());
      const tab = await open(t, server, { size: smallWindow });
      await settled(tab, 5);
      await tab.click('button.results');
      // a busy browser may take its time to tell the page of a click
      await until('the button says so', () => tab.evaluate(() => document.querySelector('cv-player').shadowRoot.querySelector('.results').getAttribute('aria-pressed') === 'false'));
      const before = await showsMore(tab, 3);  // so many were drawn since
      const hidden = await lookOften(tab, 5, ({ ring }) => ring);
      assert.deepEqual(hidden.filter(({ drawn }) => drawn), []);
      assert.deepEqual((await showsMore(tab, 5)).exact.results, before.exact.results, 'what is not drawn does not count');
      await tab.click('button.results');
      await lookOften(tab, 2);
    });

    test('with one and a half pixels of the screen for one of CSS the circle is on the ball, and as large, in both modes', async (t) => {
      // so slow that even a late result is on it
      const server = await startServer({ pipeline: fastBall(), set: { speed: 0.003, bitrate: 2_000_000 } });
      t.after(() => server.stop());
      const tab = await open(t, server, { query: '?fill=none', size: smallWindow, scale: 1.5 });
      for (const mode of ['exact', 'async']) {
        await tab.click(`[data-mode=${mode}]`);
        await tab.reports(mode, ({ exact }) => exact.mode === mode && (mode === 'async' || exact.results.onFrame > 5));
        await tab.framesShown(3);
        const seen = await lookOften(tab, 5, ({ ring, drawn }) => ring && drawn);
        // the model finds the inner or the outer edge of the ring, which is 12 wide around 50
        for (const { ring, drawn, off } of seen)
          assert.ok(off <= 3 && [44, 56].some((edge) => Math.abs(drawn.r - ring.r * edge / 50) <= 3), `${mode}: ${JSON.stringify({ ring, drawn, off })}`);
      }
    });

    test('what fills the frames that the model skips has gaps: dotted where it is the last result, dashed where interpolated', async (t) => {
      const server = await startServer({ pipeline: fastBall(), set: { speed: 0.003, runtime: 100, bitrate: 2_000_000 } });
      t.after(() => server.stop());
      const tab = await open(t, server, { size: smallWindow, scale: 2 });
      for (const [fill, [least, most]] of Object.entries({ last: [0.2, 0.45], interpolated: [0.5, 0.75] })) {
        await tab.choose('fill', fill);
        await tab.reports(`skipped frames: ${fill}`, ({ exact }) => exact.fill === fill);
        await settled(tab, 3);
        await lookOften(tab, 1, ({ share }) => share > 0.95);  // the result on its own frame
        const filled = (await lookOften(tab, 3, ({ share }) => share > 0 && share < 0.95)).map(({ share }) => share);
        assert.ok(filled.every((share) => share > least && share < most), `${fill}: ${filled}`);
      }
    });

    test('in live mode the circle trails the ball, and the page says by how much', async (t) => {
      const server = await startServer({ pipeline: fastBall(), set: { ...fastSet, runtime: 100 } });
      t.after(() => server.stop());
      const tab = await open(t, server, { query: '?mode=async' });
      // the first frames of a slow machine may be a result's own
      const { exact } = await tab.reports('errors', ({ exact }) => exact.mode === 'async' && exact.overlayError > 8);
      assert.equal(exact.delay.applied, 0);
    });

    test('switches three times each way, while a second viewer stays live, reloads and resizes: never a wrong frame', async (t) => {
      const server = await startServer({ pipeline: fastBall(), set: { ...fastSet, runtime: 100, jitter: 50 } });
      t.after(() => server.stop());
      const other = await open(t, server, { query: '?mode=async' });
      const tab = await open(t, server);  // Firefox shows no frames in any tab but the last one
      await settled(tab, 10);
      const attempts = (await tab.report()).attempt;
      for (let i = 0; i < 3; ++i) {
        await tab.click('[data-mode=async]');
        await tab.reports('live', ({ exact }) => exact.mode === 'async' && exact.delay.applied === 0);
        await tab.click('[data-mode=exact]');
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
        await tab.choose('fill', fill);
        await tab.reports(`skipped frames: ${fill}`, ({ exact }) => exact.fill === fill);
        await settled(tab, 5);
      }
      never(await tab.report());
      await tab.reload();
      await tab.playing();
      await settled(tab, 10);
      never(await tab.reports('a frame read again', ({ exact }) => exact.frames.readBack > 0));
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
      await tab.choose('hold', '100');
      const bounded = await tab.reports('the delay bounded', ({ exact }) => exact.delay.applied <= 100.5);
      const { results } = counted(bounded, await tab.reports('late results', ({ exact }) => exact.results.late >= bounded.exact.results.late + 5));
      assert.equal(results.onFrame, 0);
      await tab.choose('hold', 'infinite');
      never(await settled(tab, 5));
      assert.match(await tab.evaluate(() => location.search), /hold=infinite/, 'a reload keeps it');
    });

    test('video that is decoded, encoded and stamped with other times on its way is still exact', async (t) => {
      const hop = await startHop();
      t.after(() => hop.stop());
      const server = await startServer({ pipeline: pipelineFile(hop.pipeline), set: { framerate: 30, speed: 0.5, runtime: 100 } });
      t.after(() => server.stop());
      const tab = await open(t, server, { query: '?fill=none', size: smallWindow });
      const knowsTimes = await tab.evaluate(() => 'metadata' in VideoFrame.prototype);
      await tab.reports('that timestamps are of no use', ({ exact }) => !knowsTimes || exact.rtp === 'rewritten');
      const before = await settled(tab, 10);
      onTheBall(await lookOften(tab, 10));
      const { frames, results } = counted(before, await tab.reports('ten results more, and a frame read again', ({ exact }) =>
        exact.results.onFrame > before.exact.results.onFrame + 10 && exact.frames.readBack > before.exact.frames.readBack));
      assert.equal(frames.mismatched, 0, JSON.stringify({ frames, results }));
      if (knowsTimes) assert.ok(frames.disagreeing > 0.9 * frames.shown, 'the timestamps were rewritten');
    });

    test('frame ids wrap after 13.25 h, and nobody notices', async (t) => {
      const wrap = 2 ** 32 / 90_000;
      const tab = await browser.newTab();
      t.after(() => tab.close());
      const known = ({ latency, results }) => latency !== null && results.lag !== null;
      /** A server that wraps in `lead` s, if it has not before all is right: then one with more time. */
      const beforeTheWrap = async (lead) => {
        const server = await startServer({ pipeline: fastBall(), set: { ...fastSet, runtime: 40 }, env: { CV_LAUNCH_RUNNING_TIME: String(wrap - lead) } });
        t.after(() => server.stop());
        await tab.watch(server.url);
        await settled(tab, 10);
        const report = await tab.reports('a latency', known);
        return report.results.last.frame > 2 ** 31 ? report : beforeTheWrap(2 * lead);
      };
      const before = await beforeTheWrap(8);
      const after = await tab.reports('ids after the wrap', ({ results }) => results.last.frame < 2 ** 31);
      // figures are medians of two seconds: until all of them are of after the wrap
      const last = await tab.reports('results after it', (report) => known(report) && report.exact.results.onFrame > after.exact.results.onFrame + 20
        && report.results.received - after.results.received > 2 * report.results.perSecond);
      never(last);
      // with an error there they would be a wrap of the ids apart
      assert.ok(Math.abs(last.results.lag - before.results.lag) < 500 * wrap, `results came after ${before.results.lag} ms, then after ${last.results.lag} ms`);
    });

    test('a model and a source that fail come back, and no result is on a wrong frame', async (t) => {
      const socket = join(temporaryFolder(), 'camera');
      const source = 'ballsrc speed=0.5 ! video/x-raw,format=I420,width=640,height=360,framerate=30/1';
      let camera = await startCamera(socket, source);
      t.after(() => camera.stop());
      const pipeline = variant('exact', { 'ballsrc name=source ground-truth=true speed=${speed:-0.05}': `shmsrc socket-path=${socket} is-live=true do-timestamp=true`, 'adjustable source.speed max=1': '' });
      const server = await startServer({ pipeline, set: { runtime: 100, jitter: 50 } });
      t.after(() => server.stop());
      const tab = await open(t, server);
      await settled(tab, 10);
      for (let round = 0; round < 2; ++round) {
        camera.signal('SIGKILL');
        await camera.exited;
        const { stream, exact } = await tab.reports('the source lost', ({ state }) => state === 'lost');
        assert.ok(stream.stamp && exact.mode === 'exact', 'the last picture still has its stamp, which is not for showing');
        camera = await startCamera(socket, source);
        const back = await tab.reports('the source back', ({ state }) => state === 'playing');
        never(await tab.reports('results on their frames', ({ exact }) => exact.results.onFrame > back.exact.results.onFrame + 10));
      }
      assert.equal((await tab.report()).attempt, 1);
    });
  });
