// SPDX-License-Identifier: LGPL-2.1-or-later
import assert from 'node:assert/strict';
import { ServerClock, clockResolution } from '../../../web/core/clock.js';
import { test } from '../../lib/test.js';

const OFFSET = 1_795_000_000_000;

test('nothing is known before the first pong', () => {
  assert.equal(new ServerClock(1).estimate(0), null);
});

test('the quickest round trip wins, and the true offset is within its bound', () => {
  const clock = new ServerClock(0);
  clock.add(0, OFFSET + 90, 100);
  clock.add(200, OFFSET + 201, 204);
  clock.add(300, OFFSET + 310, 340);
  const estimate = clock.estimate(340);
  assert.ok(estimate);
  assert.equal(estimate.rtt, 4);
  assert.equal(estimate.offset, OFFSET - 1);
  assert.ok(Math.abs(estimate.offset - OFFSET) <= estimate.error);
  assert.ok(estimate.error < 2.1);
});

test('the bound holds for any split of the round trip between the two ways', () => {
  for (let there = 0; there <= 10; there++) {
    const clock = new ServerClock(0);
    clock.add(50, OFFSET + 50 + there, 60);
    const estimate = clock.estimate(60);
    assert.ok(estimate && Math.abs(estimate.offset - OFFSET) <= estimate.error, `${there} ms there`);
  }
});

test('the bound covers a clock that is read in steps of 1 ms', () => {
  for (let phase = 0; phase < 1; phase += 0.09) {
    const clock = new ServerClock(1);
    const read = (/** @type {number} */ time) => Math.floor(time);
    clock.add(read(10 + phase), OFFSET + 10.3 + phase, read(10.6 + phase));
    const estimate = clock.estimate(11);
    assert.ok(estimate && Math.abs(estimate.offset - OFFSET) <= estimate.error, `phase ${phase}`);
  }
});

test('the bound grows with age, until a slower but newer pong is better, and at last nothing is known', () => {
  const clock = new ServerClock(0);
  clock.add(0, OFFSET + 1, 2);
  const errors = [2, 20_002].map((now) => clock.estimate(now)?.error);
  assert.deepEqual(errors, [1, 1 + 10], 'the clocks may drift apart by 10 ms in 20 s');
  clock.add(20_000, OFFSET + 20_002, 20_004);
  assert.equal(clock.estimate(20_004)?.rtt, 4);
  assert.equal(clock.estimate(60_000), null);
});

test('a clock that was set is followed at once', () => {
  const clock = new ServerClock(0);
  clock.add(0, OFFSET + 1, 2);
  clock.add(1000, OFFSET + 5000 + 1010, 1020);
  const estimate = clock.estimate(1020);
  assert.ok(estimate && Math.abs(estimate.offset - (OFFSET + 5000)) <= estimate.error);
});

test('a pong that came before its ping is ignored', () => {
  const clock = new ServerClock(0);
  clock.add(10, OFFSET, 9);
  clock.add(NaN, OFFSET, 9);
  assert.equal(clock.estimate(10), null);
});

test('the resolution of a clock is its smallest step', () => {
  let time = 0;
  assert.equal(clockResolution(() => Math.floor(time += 0.25)), 1);
  time = 0;
  assert.equal(clockResolution(() => Math.floor((time += 0.3) / 16) * 16), 16);
  time = 0;
  assert.equal(clockResolution(() => Math.floor(time++ / 100) * 100), 100);
  assert.ok(time < 210, 'a page waits for two steps of a very coarse one, not for more');
});

test('a page that was held up while it looked at its clock still finds the smallest step', () => {
  let time = 0;
  let heldUp = 80;
  assert.equal(clockResolution(() => {
    time += 0.25;
    if (time >= 1) [time, heldUp] = [time + heldUp, 0];
    return Math.floor(time);
  }), 1);
});
