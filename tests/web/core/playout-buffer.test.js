// SPDX-License-Identifier: LGPL-2.1-or-later
import assert from 'node:assert/strict';
import { PlayoutBuffer } from '../../../web/core/playout-buffer.js';
import { test } from '../../lib/test.js';

const PERIOD = 40;
const BASE = 123_456;  // all times are from here on
/** RTP timestamp of the n-th frame: wraps after one second. @param {number} n */
const rtpOf = (n) => (2 ** 32 - 90 * 1000 + n * PERIOD * 90) >>> 0;

/**
 * Plays for `until` ms, asking every ms; frame n is sent at n·PERIOD and arrives `jitter(n)` later.
 * @param {PlayoutBuffer<number>} playout
 * @param {{until: number, jitter?: typeof rtpOf, rtp?: typeof rtpOf, at?: Record<number, () => void>}} scene
 */
function play(playout, { until, jitter = () => 0, rtp = rtpOf, at = {} }) {
  const arrivals = Array.from({ length: until / PERIOD }, (_, n) => ({ n, arrival: n * PERIOD + jitter(n) }));
  /** @type {{n: number, time: number, lag: number}[]} */
  const shown = [];
  for (let now = 0; now < until; now++) {
    at[now]?.();
    for (const { n } of arrivals.filter(({ arrival }) => arrival === now)) playout.add(n, rtp(n), BASE + now);
    for (const n of playout.take(BASE + now)) shown.push({ n, time: now, lag: now - n * PERIOD });
  }
  return shown;
}

/** @param {{n: number}[]} shown */
const assertInOrder = (shown) => assert.ok(shown.every(({ n }, i) => n === shown[0].n + i), 'none is lost, all in order');
/** Time between frames. @param {{time: number}[]} shown @param {number} least @param {number} most @param {number} [frames] */
function assertGaps(shown, least, most, frames = 1) {
  const gaps = shown.slice(frames).map(({ time }, i) => time - shown[i].time).sort((a, b) => a - b);
  assert.ok(gaps.length > 10 && gaps[0] >= least && gaps[gaps.length - 1] <= most, `gaps of ${gaps[0]} to ${gaps.at(-1)} ms`);
}
/** @param {{lag: number}|undefined} frame @param {number} lag */
const assertLag = (frame, lag) => assert.ok(frame && Math.abs(frame.lag - lag) <= 1, `${frame?.lag} ms late`);
/** @param {number} delay from the first frame on */
const delayed = (delay) => Object.assign(new PlayoutBuffer(), { delay });

test('without a delay every frame is handed on at once, whatever it is', () => {
  const playout = new PlayoutBuffer();
  const shown = play(playout, { until: 4000, jitter: (n) => n * 37 % 35 });
  assert.deepEqual(shown.map(({ lag }) => lag), Array.from({ length: 100 }, (_, n) => n * 37 % 35));
  assertInOrder(shown);
  assert.deepEqual([playout.applied, playout.wait(BASE + 4000)], [0, null]);
});

test('with a delay frames come evenly and exactly that much later, across the wrap of their timestamps', () => {
  const playout = delayed(300);
  const shown = play(playout, { until: 8000 });
  assertInOrder(shown);
  const settled = shown.filter(({ time }) => time > 3000);
  settled.forEach((frame) => assertLag(frame, 300));
  assertGaps(settled, PERIOD, PERIOD);
  assert.deepEqual([playout.applied, playout.wait(BASE + 8000), playout.take(BASE + 9000).length], [300, 20, 7]);
});

test('the delay is after what was the quickest frame lately', () => {
  const shown = play(delayed(100), { until: 16_000, jitter: (n) => n < 100 ? 0 : 60 });
  shown.filter(({ time }) => time > 3000 && time < 13_000).forEach((frame) => assertLag(frame, 100));
  assertLag(shown.at(-1), 160);
});

test('frames that arrive unevenly are shown evenly', () => {
  const shown = play(delayed(150), { until: 10_000, jitter: (n) => n * 17 % 39 });
  const settled = shown.filter(({ time }) => time > 3000);
  assertGaps(settled, PERIOD - 1, PERIOD + 1);
  assertInOrder(settled);
  settled.forEach((frame) => assertLag(frame, 150));
});

test('frames are handed on in the order in which they came, for browsers drop others: a late one with the last of those before it, and no other is early or late', () => {
  for (const [late, before] of [[100, 102], [700, 117]]) {
    const shown = play(delayed(200), { until: 6000, jitter: (n) => n === 100 ? late : 0 });
    const around = shown.filter(({ n }) => n >= 99 && n <= before + 1);
    assert.deepEqual(around.map(({ n }) => n), [99, ...Array.from({ length: before - 100 }, (_, i) => 101 + i), 100, before + 1]);
    assert.deepEqual(around.filter(({ n, lag }) => n !== 100 && lag !== 200), []);
    assert.equal(around.find(({ n }) => n === 100)?.time, before * PERIOD + 200);
  }
});

test('of a frame that comes late it tells how long the view stands still for it, of others nothing', () => {
  const playout = delayed(200);
  const told = [0, 1, 3, 4, 2, 6, 5, 7].map((n) => playout.add(n, rtpOf(n), BASE + n * PERIOD));
  assert.deepEqual(told, [0, 0, 0, 0, 2 * PERIOD, 0, PERIOD, 0]);
  const two = [11, 14, 12, 15, 13, 16].map((n) => playout.add(n, rtpOf(n), BASE + n * PERIOD));
  assert.deepEqual(two, [0, 0, 2 * PERIOD, 0, PERIOD, 0], 'no time counts twice');
});

test('a jump of the timestamps is no standstill', () => {
  const playout = delayed(200);
  playout.add(0, rtpOf(0), BASE);
  assert.deepEqual([playout.add(1, rtpOf(-1000), BASE + PERIOD), playout.add(2, rtpOf(-999), BASE + 2 * PERIOD)], [0, 0]);
});

test('no frame waits for one to be seen that waits itself for a late one, or that is shown together with a newer one', () => {
  const due = (/** @type {number} */ n) => n * PERIOD + 200;
  const scenes = [
    // 100 comes when 101 has gone to the decoder already, and can't be seen there
    { wanted: 101, late: 250, times: { 101: due(101), 102: due(102), 100: due(106), 107: due(107) } },
    // 100 goes together with 101, which is the one that is seen
    { wanted: 100, late: 50, times: { 101: due(101), 100: due(101), 102: due(102) } },
  ];
  for (const { wanted, late, times } of scenes) {
    const playout = delayed(200);
    playout.want(rtpOf(wanted));
    const shown = play(playout, { until: 6000, jitter: (n) => n === 100 ? late : 0 });
    for (const [n, time] of Object.entries(times)) {
      const at = shown.find((frame) => frame.n === Number(n))?.time;
      assert.ok(Number(at) - time >= 0 && Number(at) - time <= 50, `${n} at ${at}, not ${time}`);
    }
  }
});

test('while the delay grows the video runs at half speed at least, and does not freeze', () => {
  const playout = delayed(0);
  const shown = play(playout, { until: 10_000, at: { 2000: () => { playout.delay = 1000; } } });
  assertInOrder(shown);
  assertGaps(shown, PERIOD - 1, 2 * PERIOD + 1);
  assertGaps(shown, 10 * PERIOD - 1, 20 * PERIOD + 1, 10);
  assert.ok(shown.every(({ time, lag }) => time > 2000 || lag === 0), 'no delay before');
  shown.filter(({ time }) => time > 6500).forEach((frame) => assertLag(frame, 1000));
});

test('while the delay shrinks the video runs at most 10 % faster', () => {
  const playout = delayed(1000);
  const at = { 4000: () => { playout.delay = 200; } };
  const shown = play(playout, { until: 20_000, at }).filter(({ time }) => time > 3900);
  assertInOrder(shown);
  assertGaps(shown, PERIOD / 1.1 - 1, PERIOD + 1);
  assertGaps(shown, 10 * PERIOD / 1.1 - 1, 10 * PERIOD + 1, 10);
  [[0, 1000], [-1, 200]].forEach(([i, lag]) => assertLag(shown.at(i), lag));
});

for (const [way, jump] of [['forward', 30], ['back', -30]]) {
  test(`when the timestamps jump ${way} the new frames run on, and with the same delay in the end`, () => {
    const rtp = (/** @type {number} */ n) => (rtpOf(n) + (n < 100 ? 0 : Number(jump) * 90_000)) >>> 0;
    const shown = play(delayed(300), { until: 12_000, rtp }).filter(({ n }) => n >= 100);
    assertInOrder(shown);
    assert.ok(shown[0].n === 100 && shown[0].time <= 4300, `goes on at ${shown[0].time}`);
    assertGaps(shown, PERIOD - 1, 2 * PERIOD + 1);
    assertLag(shown.at(-1), 300);
  });
}

test('after a wanted frame the next one waits until it was seen, but not longer than the slack', () => {
  const due = 101 * PERIOD + 300;
  const scenes = [[due - 20, 100, due], [due + 20, 100, due + 20], [due + 20, 99, due + 400], [0, 0, due + 400]];
  for (const [seenAt, seen, shownAt] of scenes) {
    const playout = delayed(300);
    playout.want(rtpOf(100));
    const shown = play(playout, { until: 6000, at: { [seenAt]: () => playout.seen(rtpOf(seen)) } });
    const around = shown.filter(({ n }) => n >= 99 && n <= 103).map(({ time }) => time);
    assert.deepEqual(around, [due - 2 * PERIOD, due - PERIOD, shownAt, ...[1, 2].map((n) => Math.max(due + n * PERIOD, shownAt))]);
  }
});

test('a frame that turns out to be wanted when it was handed on already is waited for all the same', () => {
  const playout = delayed(300);
  const shown = play(playout, { until: 6000, at: { [100 * PERIOD + 305]: () => playout.want(rtpOf(100)), [100 * PERIOD + 390]: () => playout.seen(rtpOf(100)) } });
  assert.equal(shown.find(({ n }) => n === 101)?.time, 100 * PERIOD + 390);
});

test('a frame that was seen before it turned out to be wanted is not waited for', () => {
  const playout = delayed(300);
  const shown = play(playout, { until: 6000, at: { [100 * PERIOD + 305]: () => playout.seen(rtpOf(100)), [100 * PERIOD + 310]: () => playout.want(rtpOf(100)) } });
  assertLag(shown.find(({ n }) => n === 101), 300);
});

test('a wanted frame that is still to come holds nothing up', () => {
  const playout = delayed(300);
  const shown = play(playout, { until: 6000, at: { 4000: () => playout.want(rtpOf(110)) } });
  shown.filter(({ n }) => n > 80 && n <= 110).forEach((frame) => assertLag(frame, 300));
});

test('frames that never came are not wanted for ever', () => {
  for (const [others, lag] of [[999, 700], [1000, 300]]) {
    const playout = delayed(300);
    playout.want(rtpOf(100));
    for (let n = 0; n < others; n++) playout.want(n);
    assertLag(play(playout, { until: 6000 }).find(({ n }) => n === 101), lag);
  }
});

test('a small step of the delay is not seen, a larger one is made up for the most part in half a second', () => {
  const small = delayed(300);
  const shown = play(small, { until: 6000, at: { 4000: () => { small.delay = 320; } } });
  assertGaps(shown.filter(({ time }) => time > 3000), PERIOD - 1, PERIOD * 1.15);
  assertLag(shown.at(-1), 320);
  const large = delayed(300);
  let left = 0;
  play(large, { until: 6000, at: { 4000: () => { large.delay = 500; }, 4500: () => { left = 500 - large.applied; } } });
  assert.ok(left > 60 && left < 90, `${left} ms of 200 left`);
});

test('without a delay again, all that was held is handed on, and nothing waits any more', () => {
  const playout = delayed(400);
  play(playout, { until: 4000 });
  playout.delay = null;
  assert.equal(playout.wait(BASE + 4000), 0);
  assert.deepEqual(playout.take(BASE + 4000), [90, 91, 92, 93, 94, 95, 96, 97, 98, 99]);
  playout.want(rtpOf(100));
  for (const n of [100, 101]) playout.add(n, rtpOf(n), BASE + 4000);
  assert.deepEqual([playout.take(BASE + 4000), playout.applied, playout.wait(BASE + 4000)], [[100, 101], 0, null]);
});

test('a delay that is asked for while the video runs is reached without a freeze', () => {
  const playout = new PlayoutBuffer();
  const shown = play(playout, { until: 14_000, at: { 8000: () => { playout.delay = 1000; } } });
  assertGaps(shown, PERIOD - 1, 2 * PERIOD + 1);
  assertLag(shown.at(-1), 1000);
});

test('frames that are held when timestamps jump back come before the new ones', () => {
  const shown = play(delayed(400), { until: 12_000, rtp: (n) => rtpOf(n >= 100 ? n - 700 : n) });
  assert.deepEqual(shown.map(({ n }) => n), [...shown].sort((a, b) => a.n - b.n).map(({ n }) => n));
  assert.ok(shown.length > 280, `${shown.length} frames`);
});
