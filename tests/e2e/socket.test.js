// SPDX-License-Identifier: LGPL-2.1-or-later
// Frames by the WebSocket, as a viewer sees them: where it is asked for, and where no UDP passes.
import assert from 'node:assert/strict';
import { browsers } from '../lib/browsers.js';
import { fastBall, fastSet, lookOften, settled, smallWindow } from '../lib/exact.js';
import { limitedLink } from '../lib/link.js';
import { loud, startLoudspeaker, withSound } from '../lib/loudspeaker.js';
import { canMakeNetworks, noNetworksBecause } from '../lib/network.js';
import { startRelay } from '../lib/relay.js';
import { startServer } from '../lib/server.js';
import { after, before, describe, test } from '../lib/test.js';
import { until } from '../lib/wait.js';

let loudspeaker;
before(async () => { loudspeaker = await startLoudspeaker(); });
after(() => loudspeaker?.stop());

for (const [name, start] of Object.entries(browsers))
  describe(name, () => {
    let browser;
    before(async () => { browser = await start(); });
    after(() => browser?.stop());

    /** The page of a cv-launch of its own. @param {string} query */
    async function watch(t, query, options) {
      const server = await startServer(options);
      t.after(() => server.stop());
      const tab = await browser.newTab();
      t.after(() => tab.close());
      await tab.watch(`${server.url}?transport=socket&${query}`);
      return tab;
    }

    test('live: frames and their results come, with their latency and where it goes', async (t) => {
      const tab = await watch(t, 'mode=async', { pipeline: 'exact' });
      const { latency, stages, transport, attempt, frames } = await tab.reports('what there is to measure', (report) => report.latency
        && report.frames.decoded >= 60 && Object.values(report.stages).every((ms) => ms !== null) && report.results.drawn);
      assert.deepEqual([transport, attempt], ['socket', 1]);
      assert.ok(latency.median > 0 && stages.decode > 0, JSON.stringify({ latency, stages }));
      assert.ok(frames.shown >= 30, JSON.stringify(frames));
      assert.deepEqual(tab.errors, []);
    });

    test('exact: each result is on its own frame, by the id beside the frame; the stamps agree', async (t) => {
      const tab = await watch(t, 'fill=none', { pipeline: fastBall(), set: { ...fastSet, runtime: 100, jitter: 20 } });
      await tab.resize(smallWindow);
      await settled(tab);
      const seen = await lookOften(tab, 10);
      assert.deepEqual(seen.filter(({ ring, off }) => ring && !(off <= 2)), [], 'the circle is on the ball');
      assert.ok(seen.filter(({ ring }) => ring).length >= 8, 'the ball is found');
      const { exact } = await tab.reports('stamps that were read again, of a video that is held back', (report) => report.exact.frames.readBack >= 3
        && report.exact.delay.applied > 30);
      const { mismatched, disagreeing, unreadable } = exact.frames;
      assert.deepEqual({ mode: exact.mode, mismatched, disagreeing, unreadable }, { mode: 'exact', mismatched: 0, disagreeing: 0, unreadable: 0 });
      assert.deepEqual(tab.errors, []);
    });

    test('exact without a stamp: what comes beside a frame is its name', async (t) => {
      const tab = await watch(t, 'mode=exact', { pipeline: 'async' });
      const { exact } = await tab.reports('60 results on their frames', (report) => report.exact?.results.onFrame >= 60);
      assert.equal(exact.mode, 'exact');
      assert.equal(exact.frames.disagreeing, 0);
    });

    test('from one view to the other and back, the picture goes on', async (t) => {
      const tab = await watch(t, '', { pipeline: 'exact' });
      for (const mode of ['async', 'exact', 'async']) {
        await tab.click(`[data-mode=${mode}]`);
        const { frames } = await tab.report();
        await tab.reports(`30 frames in ${mode}`, (report) => report.exact?.mode === mode && report.frames.shown >= frames.shown + 30 && report.latency);
      }
      assert.equal((await tab.report()).attempt, 1);
      assert.deepEqual(tab.errors, []);
    });

    for (const codec of ['vp9', 'h264'])
      test(`${codec} plays`, async (t) => {
        const tab = await watch(t, 'mode=async', { pipeline: 'async', set: { codec } });
        await tab.reports('60 frames', ({ frames, attempt }) => frames.decoded >= 60 && attempt === 1);
      });

    test('sound comes too, once its viewer wants to hear it', async (t) => {
      const tab = await watch(t, 'mode=async', { pipeline: withSound('async') });
      await until('a button', () => tab.evaluate(() => !document.querySelector('cv-player').shadowRoot.querySelector('.sound').hidden));
      assert.equal((await tab.heard()).level, 0);
      await tab.click('.sound');
      await until('the sound', () => tab.heard().then(loud));
      await tab.click('.sound');
      await until('silence', () => tab.heard().then(({ level }) => level === 0));
      assert.deepEqual(tab.errors, []);
    });
  });

for (const [name, start] of Object.entries(browsers))
  describe(`${name}, through a port that carries TCP only`, { skip: canMakeNetworks ? false : noNetworksBecause }, () => {
    /** The page by a port of the browser's own machine, and the video's way to the server. */
    async function behind(t, { udp }) {
      const stops = [];
      t.after(async () => { while (stops.length > 0) await stops.pop()(); });
      const link = await limitedLink();
      stops.push(link.stop);
      if (!udp) link.udp(false);
      const server = await startServer({ pipeline: 'exact', prefix: link.serverPrefix, args: ['--host=0.0.0.0', '--no-auth'] });
      stops.push(() => server.stop());
      const relay = await startRelay(link.browserPrefix, { host: link.serverAddress, port: server.port });
      stops.push(relay.stop);
      const browser = await start({ prefix: link.browserPrefix });
      stops.push(() => browser.stop());
      const tab = await browser.newTab();
      await tab.open(relay.url);
      return { link, tab };
    }
    const words = (tab) => tab.evaluate(() => document.querySelector('cv-player').shadowRoot.querySelector('.status').textContent);
    const SAID = /^Live\. Over WebSocket: no UDP between you and the server/;

    test('where no UDP passes, the frames come by the WebSocket, and the page says so', async (t) => {
      const { tab } = await behind(t, { udp: false });
      const { transport, attempt } = await tab.playing();
      assert.deepEqual([transport, attempt], ['socket', 1], 'in the connection that it had');
      await until('its words', async () => SAID.test(await words(tab)));
      const { exact } = await tab.reports('60 frames with their results', (report) => report.exact?.results.onFrame >= 60);
      assert.equal(exact.frames.mismatched, 0);
      assert.deepEqual(tab.errors, []);
    });

    test('where UDP ends in the middle, they do from then on, without a reload', async (t) => {
      const { link, tab } = await behind(t, { udp: true });
      assert.equal((await tab.playing()).transport, 'webrtc');
      link.udp(false);
      const { attempt } = await tab.reports('frames by the WebSocket', ({ transport, state, frames }) => transport === 'socket' && state === 'playing' && frames.perSecond > 10);
      assert.equal(attempt, 1);
      link.udp(true);
      await tab.evaluate(() => window.dispatchEvent(new Event('online')));
      await tab.reports('WebRTC again', ({ transport, state }) => transport === 'webrtc' && state === 'playing');
      assert.deepEqual(tab.errors, []);
    });
  });
