// SPDX-License-Identifier: LGPL-2.1-or-later
import assert from 'node:assert/strict';
import { RecentSamples } from '../../../web/core/samples.js';
import { test } from '../../lib/test.js';

test('the median is of the last while only', () => {
  const samples = new RecentSamples(1000);
  assert.equal(samples.median(0), null);
  samples.add(0, 99);
  for (const [time, value] of [[500, 3], [600, 1], [700, 2], [800, 8]]) samples.add(time, value);
  assert.equal(samples.median(1000), 3);
  assert.equal(samples.median(1001), 2.5);
  assert.equal(samples.median(1550), 2);
  assert.equal(samples.median(5000), null);
});

test('the rate is over the time in which they came, and fades when they stop', () => {
  const samples = new RecentSamples(5000);
  for (let time = 1000; time <= 3000; time += 100) samples.add(time, 0);
  assert.equal(samples.perSecond(3000), 10);
  assert.equal(samples.perSecond(3100), 10);
  assert.ok(samples.perSecond(5000) < 6);
  assert.equal(samples.perSecond(9000), 0);
});

test('how many there are, and when the latest came', () => {
  const samples = new RecentSamples(1000);
  assert.deepEqual([samples.count(0), samples.latest], [0, -Infinity]);
  for (const time of [0, 500, 900]) samples.add(time, 0);
  assert.deepEqual([samples.count(1000), samples.latest], [3, 900]);
  assert.equal(samples.count(1001), 2);
});

test('two have a rate, but not at the same moment', () => {
  const two = new RecentSamples(5000);
  for (const time of [1000, 1100]) two.add(time, 0);
  assert.equal(two.perSecond(1100), 10);
  const samples = new RecentSamples(5000);
  samples.add(1, 0);
  samples.add(1, 0);
  assert.equal(samples.perSecond(1), 0);
});

test('the largest is of the last while only, also where all are negative', () => {
  const samples = new RecentSamples(1000);
  assert.equal(samples.max(0), null);
  for (const [time, value] of [[0, 9], [500, -3], [600, -1], [700, -2]]) samples.add(time, value);
  assert.equal(samples.max(1000), 9);
  assert.equal(samples.max(1001), -1);
  assert.equal(samples.max(1650), -2);
  assert.equal(samples.max(5000), null);
  samples.add(5000, 4);
  samples.clear();
  assert.equal(samples.max(5000), null);
});

test('the sum is of the last while only', () => {
  const samples = new RecentSamples(1000);
  assert.equal(samples.sum(0), 0);
  for (const [time, value] of [[0, 9], [500, 3], [600, 1]]) samples.add(time, value);
  assert.deepEqual([1000, 1001, 1501, 5000].map((now) => samples.sum(now)), [13, 4, 1, 0]);
});

test('percentiles of what is recent', () => {
  const samples = new RecentSamples(1000);
  assert.equal(samples.percentile(0, 95), null);
  samples.add(0, 1000);
  for (let value = 100; value > 0; --value) samples.add(2000, value);
  assert.equal(samples.percentile(2000, 50), 50);
  assert.equal(samples.percentile(2000, 95), 95);
  assert.equal(samples.percentile(2000, 0), 1);
  assert.equal(samples.percentile(2000, 100), 100);
  assert.equal(samples.percentile(3001, 50), null);
});
