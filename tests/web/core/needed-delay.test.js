// SPDX-License-Identifier: LGPL-2.1-or-later
import assert from 'node:assert/strict';
import { NeededDelay } from '../../../web/core/needed-delay.js';
import { test } from '../../lib/test.js';

const WAY_MS = 30;
/** Id of the frame that is captured at `time`: wraps after ten seconds. @param {number} time */
const idOf = (time) => (2 ** 32 - 900_000 + time * 90) >>> 0;
/** @param {number} time @param {string} model */
const resultOf = (time, model = 'm') => ({ type: 'result', frame: idOf(time), model, ms: null, width: 1, height: 1, objects: [] });
/** @param {number|null} value @param {number} wanted */
const assertNear = (value, wanted) => assert.ok(value !== null && Math.abs(value - wanted) < 0.01, `${value} is not ${wanted}`);

/**
 * 25 frames a second, each on the screen after WAY_MS and its delay; every `every`-th has a result after `took(time)`.
 * @param {NeededDelay} control @param {number} from @param {number} to
 * @param {{took?: (time: number) => number|null, applied?: number, every?: number, fills?: boolean}} [scene]
 */
function run(control, from, to, { took = () => null, applied = 0, every = 1, fills = false } = {}) {
  /** @type {{at: number, happen: () => void}[]} */
  const events = [];
  for (let time = from; time < to; time += 40) {
    const at = time + WAY_MS + applied;
    events.push({ at, happen: () => control.addFrame(idOf(time), at, applied) });
    const ms = time % (40 * every) === 0 ? took(time) : null;
    if (ms !== null) events.push({ at: time + ms, happen: () => control.addResult(resultOf(time), time + ms, fills) });
  }
  for (const { happen } of events.sort((a, b) => a.at - b.at)) happen();
}

test('the lag is how much later than its frame a result comes, across the wrap of ids', () => {
  const control = new NeededDelay();
  run(control, 0, 12_000, { took: () => 150 });
  assertNear(control.lag(12_000), 150 - WAY_MS);
  assertNear(control.target(12_000, Infinity, 0), 150 - WAY_MS + 30);
});

test('the delay that is in a frame already does not count', () => {
  const control = new NeededDelay();
  run(control, 0, 6000, { took: () => 150 });
  run(control, 6000, 12_000, { took: () => 150, applied: 135 });
  assertNear(control.lag(12_000), 150 - WAY_MS);
});

test('without frames or without results nothing is known, and the delay is left as it is', () => {
  const control = new NeededDelay();
  assert.deepEqual([control.lag(0), control.target(0, Infinity, 7)], [null, 7]);
  run(control, 0, 4000);
  assert.deepEqual([control.lag(4000), control.target(4000, Infinity, 7)], [null, 7]);
  control.addResult(resultOf(3960), 4100, false);
  assertNear(control.lag(4100), 140 - WAY_MS);
  assert.equal(control.target(60_000, Infinity, 7), 7, 'when all that was known is old');
  assert.equal(control.target(60_000, 5, 7), 5, 'the viewer\'s bound is for that too');
});

test('what a page sees while it opens tells nothing', () => {
  const control = new NeededDelay();
  run(control, 0, 120, { took: () => 900 });
  assert.equal(control.lag(1000), null);
  run(control, 120, 12_000, { took: () => 150 });
  assertNear(control.lag(12_000), 150 - WAY_MS);
  const busy = new NeededDelay();
  for (let time = 0; time <= 1000; time += 40) busy.addFrame(idOf(time), time + 530, 0);
  assert.equal(busy.lag(1530), null);
  for (let time = 1520; time <= 1720; time += 40) busy.addFrame(idOf(time), time + WAY_MS, 0);
  busy.addResult(resultOf(1600), 1750, false);
  assertNear(busy.lag(1760), 150 - WAY_MS);
});

test('the way of the frames is that of the last two seconds', () => {
  const control = new NeededDelay();
  run(control, 0, 8000, { took: () => 150 });
  for (let time = 8000; time < 9800; time += 40) control.addFrame(idOf(time), time + WAY_MS + 100, 0);
  assertNear(control.lag(9900), 150 - WAY_MS - 100);
});

test('a slow result counts at once, and for a while', () => {
  const control = new NeededDelay();
  run(control, 0, 8000, { took: () => 100 });
  const usual = control.target(8000, Infinity, 0);
  run(control, 8000, 16_000, { took: (time) => time === 8000 ? 500 : 100 });
  assertNear(control.lag(16_000), 500 - WAY_MS);
  assertNear(control.target(16_000, Infinity, 0), 500 - WAY_MS + 30 + 0.25 * 400);
  run(control, 16_000, 29_000, { took: () => 100 });
  assertNear(control.target(29_000, Infinity, 0), usual);
});

test('one late frame does not change the delay', () => {
  const control = new NeededDelay();
  run(control, 0, 8000, { took: () => 150 });
  control.addFrame(idOf(8000), 8900, 0);
  assertNear(control.lag(8900), 150 - WAY_MS);
});

test('the delay is never negative, and not more than the viewer allows', () => {
  const control = new NeededDelay();
  run(control, 0, 4000, { took: () => 0 });
  assert.equal(control.target(4000, Infinity, 0), 0);
  run(control, 4000, 8000, { took: () => 1500 });
  assert.ok(control.target(9500, Infinity, 0) > 1500 - WAY_MS);
  assert.deepEqual([control.target(9500, 250, 0), control.target(9500, 0, 0)], [250, 0]);
});

test('where every frame has a result, none waits longer to be filled', () => {
  const control = new NeededDelay();
  run(control, 0, 12_000, { took: () => 150, fills: true });
  assertNear(control.lag(12_000), 150 - WAY_MS);
});

test('where skipped frames are filled, they wait for the result after them', () => {
  for (const [fills, lag] of /** @type {[boolean, number][]} */ ([[false, 150 - WAY_MS], [true, 150 - WAY_MS + 160]])) {
    const control = new NeededDelay();
    run(control, 0, 12_000, { took: () => 150, every: 5, fills });
    assertNear(control.lag(12_000), lag);
  }
});

test('once they are filled, nothing waits since a result from before', () => {
  const control = new NeededDelay();
  run(control, 0, 3000, { took: () => 50, every: 10 });
  run(control, 3000, 6000, { took: () => 50, fills: true });
  assertNear(control.lag(6000), 50 - WAY_MS);
});

test('frames between results that are more than a second apart are not filled, so they wait for nothing', () => {
  for (const [every, lag] of [[25, 150 - WAY_MS + 960], [26, 150 - WAY_MS]]) {
    const control = new NeededDelay();
    run(control, 0, 12_000, { took: () => 150, every, fills: true });
    assertNear(control.lag(12_000), lag);
  }
});

test('after clear() only new results count, and nothing waits since before it', () => {
  const control = new NeededDelay();
  run(control, 0, 8000, { took: () => 900, every: 5, fills: true });
  control.clear();
  assert.equal(control.target(8900, Infinity, 7), 7);
  run(control, 9000, 9040);
  control.addResult(resultOf(9000), 9150, true);
  assertNear(control.lag(9150), 150 - WAY_MS);
});

test('frames between two results wait for the later one of their own model, whatever order the network makes', () => {
  const control = new NeededDelay();
  run(control, 0, 8000);
  const arrive = (time, at, model) => control.addResult(resultOf(time, model), at, true);
  for (let time = 4000; time < 7000; time += 400) {
    arrive(time, time + 100, 'a');
    arrive(time + 200, time + 300, 'b');
  }
  assertNear(control.lag(7100), 500 - 40 - WAY_MS);
  const late = new NeededDelay();
  run(late, 0, 8000);
  for (const [time, at] of [[4000, 4100], [4400, 4500], [4200, 4550], [4800, 4900]]) late.addResult(resultOf(time), at, true);
  assertNear(late.lag(7100), 500 - 40 - WAY_MS);
});
