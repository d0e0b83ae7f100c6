// SPDX-License-Identifier: LGPL-2.1-or-later
// The circle that a viewer sees, by its pixels: on the ball in sync.pipe, near it in async.pipe.
import assert from 'node:assert/strict';
import { browsers } from '../lib/browsers.js';
import { distance, fitCircle, points, samplePixels } from '../lib/circles.js';
import { startServer } from '../lib/server.js';
import { after, before, describe, test } from '../lib/test.js';
import { percentile } from '../lib/wait.js';

const frames = 100;

/** Distances in pixels, frame by frame, of the drawn circle (as `find` finds it) from the ball. */
async function distances(tab, find) {
  const found = [];
  for (let i = 0; i < frames; ++i) {
    const sample = JSON.parse(await tab.evaluate(samplePixels));
    const ring = fitCircle(points(sample.bright, sample.width), { largest: sample.height });
    const drawn = find(sample);
    found.push({ ring, drawn, distance: ring && drawn ? distance(ring, drawn) : Infinity });
  }
  return found;
}

const summary = (found) => JSON.stringify(found.filter((frame) => frame.distance > 2).slice(0, 3));

for (const [name, start] of Object.entries(browsers))
  describe(name, () => {
    let browser;
    before(async () => { browser = await start(); });
    after(() => browser.stop());

    test('shows the circle of sync.pipe on the ball', async (t) => {
      const server = await startServer({ pipeline: 'sync' });
      t.after(() => server.stop());
      const tab = await browser.newTab();
      t.after(() => tab.close());
      await tab.watch(server.url);
      const found = await distances(tab, ({ coloured, width, height }) => fitCircle(points(coloured, width), { largest: height }));
      const near = found.filter((frame) => frame.distance <= 2).length;
      assert.ok(near >= 0.99 * frames, `${near} of ${frames} within 2 px: ${summary(found)}`);
    });

    test('shows the circle of async.pipe near the ball', async (t) => {
      const server = await startServer({ pipeline: 'async' });
      t.after(() => server.stop());
      const tab = await browser.newTab();
      t.after(() => tab.close());
      await tab.watch(server.url);
      await tab.reports('results', (report) => report.results.received > 10);
      const found = await distances(tab, ({ overlay, width, height }) => fitCircle(points(overlay.pixels, overlay.width, width), { largest: height }));
      const near = found.filter((frame) => frame.distance <= frame.ring?.r).length;
      assert.ok(near >= 0.9 * frames, `${near} of ${frames} within the ball's radius: ${summary(found)}`);
      assert.ok(percentile(found.map((frame) => frame.distance), 50) < 25, summary(found));
    });
  });
