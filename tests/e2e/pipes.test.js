// SPDX-License-Identifier: LGPL-2.1-or-later
// Every pipeline plays in both browsers, without a click. Exact rates are measured by bench/viewers.js.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { browsers } from '../lib/browsers.js';
import { film, filmSize } from '../lib/film.js';
import { startServer } from '../lib/server.js';
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

    test('plays file.pipe beyond the end of the film', async (t) => {
      const server = await startServer({ pipeline: 'file', set: { ...filmSet, location: await film() } });
      t.after(() => server.stop());
      const tab = await browser.newTab();
      t.after(() => tab.close());
      await tab.watch(server.url);
      await tab.reports('twice the frames of the film', (now) => now.frames.decoded > 2.5 * filmFrames);
    });
  });
