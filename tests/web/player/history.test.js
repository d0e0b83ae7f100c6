// SPDX-License-Identifier: LGPL-2.1-or-later
import assert from 'node:assert/strict';
import { History } from '../../../web/player/history.js';
import { test } from '../../lib/test.js';

/** @param {number} [size] of each picture */
function open(size = 1000) {
  const history = /** @type {History<{n: number, size: number, time: number, close: () => void}>} */ (new History());
  /** @type {number[]} */
  const closed = [];
  /** @param {number} n @param {number} [time] */
  const add = (n, time = n * 100) => history.add({ n, size, time, close: () => closed.push(n) });
  return { history, closed, add };
}

test('goes back and on among the pictures that were shown, and no farther', () => {
  const { history, add } = open();
  for (let n = 0; n < 4; n++) add(n);
  assert.deepEqual(history.left, { before: 3, after: 0, ms: 0 });
  assert.deepEqual([-1, -1, 1, -5, -1, 9, 1].map((by) => history.step(by)?.n), [2, 1, 2, 0, 0, 3, 3]);
  history.step(-2);
  assert.deepEqual(history.left, { before: 1, after: 2, ms: 200 });
  add(4);
  assert.deepEqual([history.left, history.step(0)?.n], [{ before: 4, after: 0, ms: 0 }, 4], 'what is shown anew is where it begins again');
});

test('keeps those of five seconds', () => {
  const { history, closed, add } = open();
  for (let n = 0; n <= 60; n++) add(n);
  assert.deepEqual([closed, history.step(-100)?.n], [[0, 1, 2, 3, 4, 5, 6, 7, 8, 9], 10]);
  add(61, 100_000);
  assert.deepEqual([history.left.before, closed.length], [0, 61], 'after a pause none of before is left');
});

test('keeps no more than fits, however large one is', () => {
  const { history, closed, add } = open(50e6);
  for (let n = 0; n < 4; n++) add(n);
  assert.deepEqual([closed, history.step(-100)?.n], [[0, 1], 2]);
  const large = open(200e6);
  large.add(0);
  large.add(1);
  assert.deepEqual([large.closed, large.history.step(-1)], [[0, 1], undefined]);
});

test('lets go of all, and has none then', () => {
  const { history, closed, add } = open();
  assert.deepEqual([history.step(-1), history.left], [undefined, { before: 0, after: 0, ms: 0 }]);
  for (let n = 0; n < 3; n++) add(n);
  history.clear();
  assert.deepEqual([closed, history.step(-1), history.left], [[0, 1, 2], undefined, { before: 0, after: 0, ms: 0 }]);
});
