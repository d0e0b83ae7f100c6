// SPDX-License-Identifier: LGPL-2.1-or-later
import assert from 'node:assert/strict';
import { LossWatch } from '../../../web/core/loss.js';
import { test } from '../../lib/test.js';

test('on a network that loses nothing, all is well', () => {
  const watch = new LossWatch();
  for (let now = 0; now < 100_000; now += 1000) assert.equal(watch.lossy(0, now), false);
});

test('after a loss a network is lossy at once, for a while, and then no more', () => {
  const watch = new LossWatch();
  assert.equal(watch.lossy(0, 1000), false);
  for (const now of [2000, 3000, 31_999]) assert.ok(watch.lossy(1, now), `${now}`);
  for (const now of [32_000, 33_000, 90_000]) assert.equal(watch.lossy(1, now), false, `${now}`);
});

test('as long as more is lost, it stays so', () => {
  const watch = new LossWatch();
  for (let now = 0; now < 200_000; now += 20_000) assert.ok(watch.lossy(1 + now / 20_000, now), `${now}`);
  assert.ok(watch.lossy(10, 209_000));
  assert.equal(watch.lossy(10, 210_000), false);
});

test('a count that goes down, when packets came late after all, is no loss; one that goes up from there is', () => {
  const watch = new LossWatch();
  watch.lossy(5, 0);
  assert.equal(watch.lossy(3, 40_000), false);
  assert.ok(watch.lossy(4, 41_000));
});
