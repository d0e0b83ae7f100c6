// SPDX-License-Identifier: LGPL-2.1-or-later
// Every pipeline plays in both browsers, without a click. Exact rates are measured by bench/viewers.js.
import assert from 'node:assert/strict';
import { browsers } from '../lib/browsers.js';
import { film, filmSize } from '../lib/film.js';
import { startServer } from '../lib/server.js';
import { after, before, describe, test } from '../lib/test.js';
import { startWatching } from '../lib/viewer.js';

const ball = { width: 640, height: 360, framerate: 30 };
const { frames: filmFrames, ...filmSet } = filmSize;
const pipes = {
  plain: { size: ball, set: async () => ball },
  sync: { size: ball, set: async () => ball },
  async: { size: ball, set: async () => ball },
  file: { size: filmSize, set: async () => ({ ...filmSet, location: await film() }) },
};

for (const [name, start] of Object.entries(browsers))
  describe(name, () => {
    let browser;
    before(async () => { browser = await start(); });
    after(() => browser.stop());

    for (const [pipeline, { size, set }] of Object.entries(pipes))
      test(`plays ${pipeline}.pipe and shows as many frames as are sent`, async (t) => {
        const server = await startServer({ pipeline, set: await set() });
        t.after(() => server.stop());
        const tab = await browser.newTab();
        t.after(() => tab.close());
        const first = await tab.watch(server.url);
        assert.ok(first.firstFrame > 0 && first.firstFrame < 10_000, `first frame after ${first.firstFrame} ms`);

        const viewer = await startWatching(server);
        t.after(() => viewer.stop());
        const begin = viewer.report;
        const { perSecond, lost } = await tab.decodedPerSecond(4);
        const end = await viewer.reports('a later count', (report) => report.ms >= begin.ms + 4000);
        const sent = ((end.frames - begin.frames) * 1000) / (end.ms - begin.ms);
        assert.ok(sent > 0.6 * size.framerate, `${sent} frames a second sent`);
        assert.ok(perSecond > 0.8 * sent, `${perSecond} of ${sent} frames a second decoded`);
        assert.equal(lost, 0, 'packets lost');

        const report = await tab.reports('rates', (now) => now.frames.perSecond > 0 && now.bitrate > 0);
        assert.equal(report.width, size.width);
        assert.ok(report.height >= size.height && report.height - (report.stream.stamp?.rows ?? 0) <= size.height, `${report.height} rows`);
        assert.equal(report.error, null);
        assert.ok(report.frames.shown > 10, `${report.frames.shown} frames shown`);
        assert.deepEqual(tab.errors, []);
      });

    test('shows the results of async.pipe, and a latency with its error', async (t) => {
      const server = await startServer({ pipeline: 'async' });
      t.after(() => server.stop());
      const tab = await browser.newTab();
      t.after(() => tab.close());
      await tab.watch(server.url);
      const report = await tab.reports('results and a latency', (now) => now.results.received > 20 && now.latency?.samples > 10);
      assert.equal(typeof report.results.last.frame, 'number');
      assert.ok(report.results.perSecond > 1, `${report.results.perSecond} results a second`);
      assert.ok(report.results.lag > 0, `results ${report.results.lag} ms after their frame`);
      assert.ok(report.latency.median > 0 && report.latency.median < 2000, `${report.latency.median} ms`);
      assert.ok(report.latency.error >= 0 && report.latency.error <= 25, `± ${report.latency.error} ms`);
    });

    test('shows where the time goes, and how soon results come after their inference', async (t) => {
      const server = await startServer({ pipeline: 'async' });
      t.after(() => server.stop());
      const tab = await browser.newTab();
      t.after(() => tab.close());
      await tab.watch(server.url);
      const known = ({ stages, results }) => Object.values(stages).every((ms) => ms !== null) && results.drawn !== null;
      const { stages, latency, results } = await tab.reports('all stages', (now) => now.latency && known(now));
      const { encode, send, network, decode, display } = stages;
      assert.ok(encode > 0 && send >= 0 && network >= 0 && decode > 0, JSON.stringify(stages));
      const sum = encode + send + network + decode + display;
      assert.ok(Math.abs(sum - latency.median) < 0.01, `${sum} ms of ${latency.median} ms`);
      const { delivery, drawn } = results;
      assert.ok(delivery.median > -latency.error && delivery.median < results.lag, `delivered in ${delivery.median} ms`);
      assert.ok(delivery.p95 >= delivery.median && drawn.p95 >= drawn.median, JSON.stringify(results));
      assert.ok(drawn.median < 2000, `drawn in ${drawn.median} ms`);
    });

    // this Firefox has no network to fetch its H.264 decoder by
    for (const codec of name === 'Firefox' ? ['vp8', 'vp9'] : ['vp8', 'vp9', 'h264', 'openh264'])
      test(`plays ${codec}`, async (t) => {
        const server = await startServer({ pipeline: 'plain', set: { codec } });
        t.after(() => server.stop());
        const tab = await browser.newTab();
        t.after(() => tab.close());
        await tab.watch(server.url);
        const { perSecond, lost } = await tab.decodedPerSecond(2);
        assert.ok(perSecond > 0.8 * ball.framerate, `${perSecond} frames a second decoded`);
        assert.equal(lost, 0, 'packets lost');
        const mime = await tab.evaluate(async () => {
          const stats = [...(await window.testPeers.at(-1).getStats()).values()];
          const { codecId } = stats.find((entry) => entry.type === 'inbound-rtp' && entry.kind === 'video');
          return stats.find((entry) => entry.id === codecId).mimeType;
        });
        assert.equal(mime.toLowerCase(), `video/${codec.replace('open', '')}`);
      });

    if (name === 'Firefox') test('says what is wrong when it has no decoder', async (t) => {
      const server = await startServer({ pipeline: 'plain', set: { codec: 'openh264' } });
      t.after(() => server.stop());
      const tab = await browser.newTab();
      t.after(() => tab.close());
      await tab.open(server.url);
      const { error } = await tab.reports('an error', (now) => now.error);
      assert.match(error.message, /lacks the codec/);
    });

    test('plays file.pipe beyond the end of the film', async (t) => {
      const server = await startServer({ pipeline: 'file', set: { ...filmSet, location: await film() } });
      t.after(() => server.stop());
      const tab = await browser.newTab();
      t.after(() => tab.close());
      await tab.watch(server.url);
      await tab.reports('twice the frames of the film', (now) => now.frames.decoded > 2.5 * filmFrames);
    });
  });
