// SPDX-License-Identifier: LGPL-2.1-or-later
import assert from 'node:assert/strict';
import { ServerClock } from '../../web/js/clock.js';
import { Measurements } from '../../web/js/measurements.js';
import { test } from '../lib/test.js';

/** Server time − page time. */
const OFFSET = 1_000_000;
const EPOCH = 90_000;

test('what was measured by a poor clock is mended when the clock is known better', () => {
  const clock = new ServerClock(0);
  const measurements = new Measurements(clock, 0);
  measurements.stream = /** @type {import('../../web/js/protocol.js').Stream} */ ({ epoch: EPOCH, rtpOffset: 0 });
  // the pong took 20 ms, the ping nothing: the offset is wrong by 10 ms, as its bound says
  clock.add(0, OFFSET, 20);
  const late = 50;
  const age = 48;
  for (let now = 100; now < 200; now += 10) {
    const frame = (now - late + OFFSET - EPOCH) * 90;
    const result = { type: /** @type {const} */ ('result'), frame, model: 'm', ms: 40, age, width: 640, height: 360, objects: [] };
    measurements.addResult(result, now);
    measurements.addDrawing(result, now + 1);
  }
  const before = measurements.report(200).results;
  assert.ok(before.delivery && before.delivery.median < -7, 'no time, as far as that clock can tell');
  clock.add(210, OFFSET + 210, 210);
  const { results, models } = measurements.report(220);
  assert.ok(results.lag !== null && results.delivery && results.drawn);
  const [{ lag }] = models;
  for (const [got, wanted] of [[results.lag, late], [lag ?? NaN, late], [results.delivery.median, 2], [results.delivery.p95, 2], [results.drawn.median, 3]])
    assert.ok(Math.abs(got - wanted) < 0.05, `${got} ms instead of ${wanted}`);
});
