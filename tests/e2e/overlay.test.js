// SPDX-License-Identifier: LGPL-2.1-or-later
// The circle that a viewer sees, by its pixels: on the ball in sync.pipe, and in async.pipe where the ball hardly moves.
import assert from 'node:assert/strict';
import { browsers } from '../lib/browsers.js';
import { distance, fitCircle, points, samplePixels } from '../lib/circles.js';
import { variant } from '../lib/server.js';
import { after, before, describe, test } from '../lib/test.js';
import { watch } from '../lib/watch.js';

const frames = 25;
/** A ring so thick that the circle drawn over it does not hide it. */
const thickRing = 'ballsrc name=source line-width=12 show-time=false';

/** In how many of the frames the circle (as `find` finds it) is on the ball, to two pixels. */
async function onTheBall(tab, find) {
  const far = [];
  for (let i = 0; i < frames; ++i) {
    const sample = JSON.parse(await tab.evaluate(samplePixels));
    const ring = fitCircle(points(sample.bright, sample.width), { width: 18, largest: sample.height });
    const drawn = find(sample);
    if (!(ring && drawn && distance(ring, drawn) <= 2)) far.push({ ring, drawn });
  }
  assert.deepEqual(far, [], `of ${frames} frames`);
}

for (const [name, start] of Object.entries(browsers))
  describe(name, () => {
    let browser;
    before(async () => { browser = await start(); });
    after(() => browser?.stop());

    test('shows the circle of sync.pipe on the ball', async (t) => {
      const { tab } = await watch(t, browser, { pipeline: variant('sync', { 'ballsrc name=source': thickRing }) });
      await onTheBall(tab, ({ coloured, width, height }) => fitCircle(points(coloured, width), { largest: height }));
    });

    test('shows the circle of async.pipe on a ball that hardly moves while its result comes', async (t) => {
      const { tab } = await watch(t, browser, { pipeline: variant('async', { 'ballsrc name=source': `${thickRing} speed=0.002` }) });
      await tab.reports('results', (report) => report.results.received > 3);
      await onTheBall(tab, ({ overlay, width, height }) => fitCircle(points(overlay.pixels, overlay.width, width), { largest: height }));
    });
  });
