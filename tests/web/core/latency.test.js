// SPDX-License-Identifier: LGPL-2.1-or-later
import assert from 'node:assert/strict';
import { ServerClock } from '../../../web/core/clock.js';
import { LatencyMeter } from '../../../web/core/latency.js';
import { test } from '../../lib/test.js';

const OFFSET = 1_795_000_000_000;
const RTP_OFFSET = 4_294_900_000;

/** @param {object} [change] @returns {import('../../../web/core/protocol.js').Stream} */
const streamOf = (change) => ({
  type: 'stream', clockRate: 90000, rtpOffset: RTP_OFFSET, epoch: OFFSET, stamp: null, state: 'live', message: '',
  ...change,
});

/** A clock known to ± rtt / 2. @param {number} rtt */
function clockWith(rtt) {
  const clock = new ServerClock(0);
  clock.add(0, OFFSET + rtt / 2, rtt);
  return clock;
}

/** A frame shown `latency` ms after its capture. @param {number} shown @param {number} latency */
function frame(shown, latency) {
  return { rtpTimestamp: (Math.floor((shown - latency) * 90) + RTP_OFFSET) % 2 ** 32, expectedDisplayTime: shown };
}

/** @typedef {import('../../../web/core/protocol.js').Stream} Stream */

/** @param {LatencyMeter} meter @param {Stream|null} stream @param {number} latency */
function addSecond(meter, stream, latency) {
  for (let time = 100; time <= 1100; time += 20) meter.add(frame(time, latency), stream, time);
}

test('the median of capture to shown, with its bound', () => {
  const meter = new LatencyMeter(clockWith(2));
  addSecond(meter, streamOf(), 18);
  const report = meter.report(1100);
  assert.ok(report);
  assert.ok(Math.abs(report.median - 18) < 0.05, `${report.median}`);
  assert.ok(report.error >= 1 && report.error < 2.1, `${report.error}`);
  assert.equal(report.samples, 51);
});

test('uncertain is no number: no clock, no offset, no RTP timestamp, too wide a bound', () => {
  const cases = [
    { meter: new LatencyMeter(new ServerClock(0)), stream: streamOf() },
    { meter: new LatencyMeter(clockWith(2)), stream: streamOf({ rtpOffset: null }) },
    { meter: new LatencyMeter(clockWith(2)), stream: null },
    { meter: new LatencyMeter(clockWith(60)), stream: streamOf() },
  ];
  for (const { meter, stream } of cases) {
    addSecond(meter, stream, 18);
    assert.equal(meter.report(1100), null);
  }
  const meter = new LatencyMeter(clockWith(2));
  meter.add({ expectedDisplayTime: 100 }, streamOf(), 100);
  assert.equal(meter.report(100), null);
});

test('a frame that is known by its pixels alone needs no RTP timestamp', () => {
  const meter = new LatencyMeter(clockWith(2));
  for (let time = 100; time <= 1100; time += 20) meter.addMoment((time - 18) * 90, time, streamOf({ rtpOffset: null }), time);
  assert.ok(Math.abs((meter.report(1100)?.median ?? 0) - 18) < 0.05);
});

test('a better clock makes the figure better, also for frames before it', () => {
  const clock = new ServerClock(0);
  clock.add(0, OFFSET + 20, 20);
  const meter = new LatencyMeter(clock);
  addSecond(meter, streamOf(), 18);
  const before = meter.report(1100);
  clock.add(1100, OFFSET + 1100, 1101);
  const after = meter.report(1101);
  assert.ok(before && before.median - before.error <= 18 && before.median + before.error >= 18);
  assert.ok(after && after.error < 1 && Math.abs(after.median - 18) <= after.error + 0.05, JSON.stringify(after));
});

test('what the browser’s clock is read in steps of adds to the bound, of the pings and of the frames', () => {
  const clock = new ServerClock(3);
  clock.add(0, OFFSET + 1, 2);
  const meter = new LatencyMeter(clock);
  meter.add(frame(2, 1), streamOf(), 2);
  assert.equal(meter.report(2)?.error, 1 + 3 + 3);
});

test('a picture that stands still has no latency', () => {
  const meter = new LatencyMeter(clockWith(2));
  addSecond(meter, streamOf(), 18);
  assert.ok(meter.report(2100));
  assert.equal(meter.report(2101), null);
});

test('frames from the future, or older than any live picture, show that the ids are wrong', () => {
  for (const [latency, isKnown] of [[-40, false], [-0.5, true], [29_000, true], [31_000, false], [3_600_000, false]]) {
    const meter = new LatencyMeter(clockWith(2));
    addSecond(meter, streamOf(), Number(latency));
    assert.equal(meter.report(1100) !== null, isKnown, `${latency}`);
  }
});

test('no latency is below zero, whatever the clocks’ error: what is left of the bound is above', () => {
  const meter = new LatencyMeter(clockWith(40));
  addSecond(meter, streamOf(), -8);
  const report = meter.report(1100);
  assert.equal(report?.median, 0);
  assert.ok(Math.abs((report?.error ?? 0) - (20 + 1.1 * 0.5 - 8)) < 0.05, `${report?.error}`);
});

test('only frames of the last two seconds count', () => {
  const meter = new LatencyMeter(clockWith(2));
  for (let time = 0; time <= 5000; time += 20) meter.add(frame(time, time < 3000 ? 90 : 18), streamOf(), time);
  const report = meter.report(5000);
  assert.equal(report?.samples, 101);
  assert.ok(Math.abs((report?.median ?? 0) - 18) < 0.05, `${report?.median}`);
});

test('another offset or epoch starts afresh', () => {
  const meter = new LatencyMeter(clockWith(2));
  addSecond(meter, streamOf(), 18);
  const moved = streamOf({ epoch: OFFSET + 30 });
  meter.add({ ...frame(1120, 50) }, moved, 1120);
  const report = meter.report(1120);
  assert.equal(report?.samples, 1);
  assert.ok(Math.abs((report?.median ?? 0) - 20) < 0.05);
});
