// SPDX-License-Identifier: LGPL-2.1-or-later
import assert from 'node:assert/strict';
import { Watchdog } from '../../../web/core/watchdog.js';
import { test } from '../../lib/test.js';

/**
 * Checks every 500 ms. @param {(n: number) => object} signs of check n @param {number} checks
 * @returns {string[]} what it said
 */
function watch(signs, checks) {
  const dog = new Watchdog();
  return Array.from({ length: checks }, (_, n) =>
    dog.check({ time: n * 500, packets: 0, decoded: 0, expected: true, pongs: 0, ...signs(n) }));
}

test('a picture that moves is left alone', () => {
  assert.deepEqual([...new Set(watch((n) => ({ packets: n, decoded: n }), 40))], ['ok']);
});

test('packets without a picture: a key frame, once a second', () => {
  const verdicts = watch((n) => ({ packets: n }), 9);
  assert.deepEqual(verdicts, ['ok', 'ok', 'keyframe', 'ok', 'keyframe', 'ok', 'keyframe', 'ok', 'keyframe']);
});

test('nothing for five seconds is the end, pongs or not', () => {
  const verdicts = watch((n) => ({ packets: Math.min(n, 3), decoded: Math.min(n, 3), pongs: n }), 14);
  assert.equal(verdicts.indexOf('dead'), 13);
});

test('while no video is to come, pongs are enough', () => {
  assert.ok(!watch((n) => ({ expected: false, pongs: n }), 40).includes('dead'));
  assert.ok(watch(() => ({ expected: false }), 40).includes('dead'));
});

test('where no video is to come, none is asked for: a single picture may take its time', () => {
  assert.deepEqual([...new Set(watch((n) => ({ expected: false, packets: n }), 40))], ['ok']);
});

test('a slow source is not an end', () => {
  assert.deepEqual([...new Set(watch((n) => ({ packets: n >> 3, decoded: n >> 3 }), 40))], ['ok']);
});

test('a check that was held up for an hour counts as one second', () => {
  const dog = new Watchdog();
  const signs = { packets: 5, decoded: 5, expected: true, pongs: 1 };
  dog.check({ time: 0, ...signs });
  const verdicts = Array.from({ length: 9 }, (_, n) => dog.check({ time: 3_600_000 + n * 500, ...signs }));
  assert.deepEqual(verdicts, [...Array(8).fill('ok'), 'dead'], 'five seconds in all');
});
