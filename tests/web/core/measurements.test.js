// SPDX-License-Identifier: LGPL-2.1-or-later
import assert from 'node:assert/strict';
import { ServerClock } from '../../../web/core/clock.js';
import { Measurements } from '../../../web/core/measurements.js';
import { Store } from '../../../web/core/store.js';
import { test } from '../../lib/test.js';

/** Server time − page time. */
const OFFSET = 1_000_000;
const EPOCH = 90_000;
/** @typedef {import('../../../web/core/protocol.js').Stream} Stream */
/** @type {Stream} */
const STREAM = { type: 'stream', clockRate: 90000, rtpOffset: 0, epoch: EPOCH, stamp: null, state: 'live', message: '' };

/** @param {Stream|null} stream */
function storeOf(stream) {
  const store = new Store();
  store.set({ stream });
  return store;
}

test('what was measured by a poor clock is mended when the clock is known better', () => {
  const clock = new ServerClock(0);
  const measurements = new Measurements(storeOf(STREAM), clock, 0);
  // the pong took 20 ms, the ping nothing: the offset is wrong by 10 ms, as its bound says
  clock.add(0, OFFSET, 20);
  const late = 50;
  const age = 48;
  for (let now = 100; now < 200; now += 10) {
    const frame = (now - late + OFFSET - EPOCH) * 90;
    const result = { type: /** @type {const} */ ('result'), frame, model: 'm', ms: 40, age, width: 640, height: 360, objects: [] };
    measurements.addResult(result, now);
    measurements.addDrawn(result, now + 1);
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

/** Of an attempt that began at 1000, with a clock that is known to ± 1 ms. */
function begin(/** @type {Stream|null} */ stream = STREAM) {
  const clock = new ServerClock(0);
  clock.add(1000, OFFSET + 1001, 1002);
  return new Measurements(storeOf(stream), clock, 1000);
}
/** The frame that was captured at this page time. @param {number} time */
const idOf = (time) => (time + OFFSET - EPOCH) * 90;
/** @param {number} captured @param {object} [fields] @returns {import('../../../web/core/protocol.js').Result} */
const resultOf = (captured, fields) => ({ type: 'result', frame: idOf(captured), model: 'm', ms: 40, width: 640, height: 360, objects: [], ...fields });
/** @param {number|null|undefined} actual @param {number} expected */
const near = (actual, expected) => assert.ok(actual != null && Math.abs(actual - expected) < 0.01, `${actual}, not ${expected}`);

test('of an attempt that has just begun nothing is known, and nothing is made up', () => {
  const { results, frames, ...rest } = new Measurements(new Store(), new ServerClock(0), 1000).report(1000);
  assert.deepEqual(frames, { decoded: 0, shown: 0, dropped: 0, perSecond: null, paintedPerSecond: null });
  assert.deepEqual(results, { received: 0, perSecond: 0, lag: null, ms: null, delivery: null, drawn: null, last: null });
  const stages = { encode: null, send: null, network: null, decode: null, display: null };
  assert.deepEqual(rest, {
    packetsLost: 0, bitrate: null, width: 0, height: 0, latency: null, stages, clock: null, models: [], stream: null, link: null, transport: null, started: 1000, firstFrame: null,
  });
});

test('frames are counted as the browser shows them, also those between two callbacks', () => {
  const measurements = begin();
  const shown = [[5, 1], [6, 2], [9, 5], [9, 6]].map(([presentedFrames, wanted], i) => {
    measurements.addFrame({ presentedFrames, expectedDisplayTime: 1500 + i * 100 }, 1500 + i * 100);
    return [measurements.report(1500 + i * 100).frames.shown, wanted];
  });
  assert.deepEqual(shown.map(([count]) => count), shown.map(([, wanted]) => wanted));
  assert.equal(measurements.report(1800).frames.shown, 6);
  assert.equal(measurements.report(1800).frames.paintedPerSecond, 10, 'one callback a repaint');
  assert.equal(measurements.report(3750).frames.paintedPerSecond, 0, 'in the last two seconds there is only one');
});

test('the first frame is there when it can be seen, not when the page hears of it', () => {
  for (const [display, wanted] of [[1516, 516], [1490, 500]]) {
    const measurements = begin();
    measurements.addFrame({ presentedFrames: 1, expectedDisplayTime: display }, 1500);
    measurements.addFrame({ presentedFrames: 2, expectedDisplayTime: 1600 }, 1600);
    assert.equal(measurements.report(1600).firstFrame, wanted);
  }
});

test('with the first frame there is a picture', () => {
  const store = storeOf(STREAM);
  const measurements = new Measurements(store, new ServerClock(0), 1000);
  assert.equal(store.facts.hasPicture, false);
  measurements.addFrame({ presentedFrames: 1, expectedDisplayTime: 1500 }, 1500);
  assert.equal(store.facts.hasPicture, true);
});

test('a picture stands still since its last frame', () => {
  const measurements = begin();
  assert.equal(measurements.standstill(1100), Infinity);
  measurements.addFrame({ presentedFrames: 1, expectedDisplayTime: 1500 }, 1500);
  assert.equal(measurements.standstill(1700), 200);
});

test('latency and stages are those of the frames and of what the server tells', () => {
  const measurements = begin();
  measurements.addDelays({ encoded: 3, sent: 5 }, 1400);
  const frame = { presentedFrames: 1, rtpTimestamp: idOf(1450), receiveTime: 1480, processingDuration: 0.004, expectedDisplayTime: 1500 };
  measurements.addFrame(frame, 1500);
  const { latency, stages, clock, stream } = measurements.report(1500);
  near(latency?.median, 50);
  assert.deepEqual([latency?.samples, clock?.rtt, stream], [1, 2, STREAM]);
  near(stages.encode, 3);
  near(stages.send, 2);
  near(stages.network, 25);
  near(stages.decode, 4);
  near(stages.display, 16);
});

test('what was not looked at is no latency, no standstill and no loss; what comes after it counts as ever', () => {
  const store = storeOf(STREAM);
  const clock = new ServerClock(0);
  clock.add(1000, OFFSET + 1001, 1002);
  const measurements = new Measurements(store, clock, 1000);
  const stats = { id: 'v', time: 0, packets: 10, packetsLost: 0, nacks: 0, bytes: 0, decoded: 0, dropped: 3, width: 1280, height: 720 };
  measurements.addStats(stats);
  store.set({ looking: false });
  measurements.addStats({ ...stats, time: 1000, dropped: 5 });
  measurements.addStats({ ...stats, time: 2000, dropped: 40 });
  store.set({ looking: true });
  measurements.resume(6000);
  measurements.addStats({ ...stats, time: 7000, dropped: 41 });
  assert.equal(measurements.report(6000).frames.dropped, 3 + 1);
  assert.equal(measurements.standstill(6100), 100);
  const show = (/** @type {number} */ captured, /** @type {number} */ now) =>
    measurements.addFrame({ presentedFrames: 1, rtpTimestamp: idOf(captured), expectedDisplayTime: now }, now);
  show(2000, 6010);
  measurements.addPainted(idOf(2020), 6020);
  assert.equal(measurements.report(6020).latency, null, 'the last picture from before');
  assert.deepEqual([idOf(5900), idOf(6100), null].map((id) => measurements.isOld(id, 6150)), [true, false, false]);
  show(6030, 6080);
  measurements.addPainted(idOf(6040), 6090);
  const { latency } = measurements.report(6090);
  near(latency?.median, 50);
  assert.equal(latency?.samples, 2);
  assert.equal(new Measurements(store, new ServerClock(0), 0).isOld(0, 0), false, 'without a clock nobody can tell');
});

test('behind a composed picture the video is not seen: latency, painted rate and standstill are those of that picture', () => {
  const store = storeOf(STREAM);
  const clock = new ServerClock(0);
  clock.add(1000, OFFSET + 1001, 1002);
  const measurements = new Measurements(store, clock, 1000);
  const video = (/** @type {number} */ now) => measurements.addFrame({
    presentedFrames: now, rtpTimestamp: idOf(now - 50), receiveTime: now - 20, processingDuration: 0.004, expectedDisplayTime: now,
  }, now);
  measurements.addDelays({ encoded: 3, sent: 5 }, 4000);
  video(2000);
  assert.deepEqual([measurements.report(2000).latency?.samples, measurements.standstill(2000)], [1, 0], 'until there is one, the video is');
  store.set({ composed: true });
  for (let now = 4100; now <= 5000; now += 20) {
    video(now);
    // Every second one is replaced before the next repaint.
    if (now % 40 === 0) measurements.addPainted(idOf(now - 50), now + 30);
  }
  const { latency, stages, frames: { paintedPerSecond }, firstFrame } = measurements.report(5030);
  near(latency?.median, 80);
  near(stages.decode, 4);
  near(stages.display, 80 - 30 - 4);
  near(paintedPerSecond, 25);
  assert.equal(firstFrame, 1000);
  measurements.addPainted(null, 5500);
  assert.equal(measurements.report(5500).latency?.samples, latency?.samples, 'of a frame that nobody can tell there is no latency');
  video(6000);
  assert.equal(measurements.standstill(6000), 500, 'the video goes on, but what is seen stands still');
});

test('where nothing tells of frames but their number, there is a picture and no more is known', () => {
  const store = storeOf(STREAM);
  const measurements = new Measurements(store, new ServerClock(0), 1000);
  measurements.addPicture(1500);
  measurements.addPicture(2000);
  const { firstFrame, latency, frames } = measurements.report(2100);
  assert.deepEqual([store.facts.hasPicture, firstFrame, measurements.standstill(2100), latency, frames.shown, frames.paintedPerSecond], [true, 500, 100, null, 0, null]);
});

test('the browser’s counters come through, and its rates', () => {
  const measurements = begin();
  const stats = { id: 'v', time: 0, packets: 10, packetsLost: 7, nacks: 0, bytes: 0, decoded: 0, dropped: 3, width: 1280, height: 720 };
  measurements.addStats(stats);
  measurements.addStats({ ...stats, time: 1000, bytes: 1000, decoded: 30 });
  const { frames, packetsLost, bitrate, width, height } = measurements.report(2000);
  assert.deepEqual([frames.decoded, frames.dropped, frames.perSecond], [30, 3, 30]);
  assert.deepEqual([packetsLost, bitrate, width, height], [7, 8000, 1280, 720]);
});

test('results: how many, how often, how late, and the newest, in whatever order they come', () => {
  const measurements = begin();
  for (let time = 2000; time <= 3000; time += 100) assert.equal(measurements.addResult(resultOf(time - 80), time), true);
  assert.equal(measurements.addResult(resultOf(1500, { ms: 99 }), 3000), false, 'an old one');
  const { received, perSecond, lag, ms, last, delivery, drawn } = measurements.report(3000).results;
  assert.deepEqual([received, ms, last], [12, 40, resultOf(2920)]);
  near(lag, 80);
  near(perSecond, 11);
  assert.deepEqual([delivery, drawn], [null, null], 'a server that does not tell ages');
});

test('lags are of the last two seconds; rates, deliveries and drawings of the last five', () => {
  const measurements = begin();
  const add = (/** @type {number} */ time, /** @type {number} */ late) => {
    const result = resultOf(time - late, { age: 10 });
    measurements.addResult(result, time);
    measurements.addDrawn(result, time + 20);
  };
  for (let time = 2000; time < 5000; time += 100) add(time, 200);
  for (let time = 5000; time <= 7000; time += 1000) add(time, 80);
  const late = measurements.report(7000).results;
  near(late.lag, 80);
  near(late.delivery?.median, 190);
  near(late.delivery?.p95, 190);
  near(late.drawn?.median, 210);
  for (const time of [8000, 9000]) add(time, 80);
  const { perSecond, delivery, drawn } = measurements.report(9990).results;
  near(delivery?.median, 70);
  near(drawn?.median, 90);
  assert.ok(perSecond > 0.8 && perSecond <= 1, `${perSecond}`);
});

test('of deliveries the middle one is told, and what 95 of a hundred are not above', () => {
  const measurements = begin();
  for (let i = 1; i <= 100; i++) measurements.addResult(resultOf(2000 + i - 100 - i, { age: 100 }), 2000 + i);
  const { delivery } = measurements.report(2100).results;
  near(delivery?.median, 50);
  near(delivery?.p95, 95);
});

test('without the server’s clock, or the stream’s epoch, nothing is said of lags', () => {
  const blind = new Measurements(storeOf(STREAM), new ServerClock(0), 1000);
  const early = begin(null);
  for (const measurements of [blind, early]) {
    measurements.addResult(resultOf(1920, { age: 10 }), 2000);
    measurements.addDrawn(resultOf(1920, { age: 10 }), 2000);
    const { received, lag, delivery, drawn } = measurements.report(2000).results;
    assert.deepEqual([received, lag, delivery, drawn], [1, null, null, null]);
  }
});

test('a clock that is known too badly says nothing of lags', () => {
  const clock = new ServerClock(0);
  clock.add(1000, OFFSET + 1030, 1060);
  const measurements = new Measurements(storeOf(STREAM), clock, 1000);
  measurements.addResult(resultOf(1920, { age: 10 }), 2000);
  const { results: { lag, delivery }, models: [model] } = measurements.report(2000);
  assert.deepEqual([lag, delivery, model.lag], [null, null, null]);
});
