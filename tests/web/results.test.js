// SPDX-License-Identifier: LGPL-2.1-or-later
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FRESH_MS, LatestResult } from '../../web/js/results.js';

/** @param {number} frame @returns {import('../../web/js/protocol.js').Result} */
const result = (frame) => ({ type: 'result', frame, model: 'm', ms: 1, width: 640, height: 360, objects: [] });

test('an older result never replaces a newer one', () => {
  const latest = new LatestResult();
  assert.equal(latest.add(result(200), 0), true);
  assert.equal(latest.add(result(100), 1), false);
  assert.equal(latest.add(result(200), 2), false);
  assert.equal(latest.fresh(3)?.frame, 200);
  assert.equal(latest.add(result(300), 4), true);
  assert.equal(latest.fresh(5)?.frame, 300);
});

test('ids that wrap are still in order', () => {
  const latest = new LatestResult();
  latest.add(result(2 ** 32 - 100), 0);
  assert.equal(latest.add(result(50), 1), true);
  assert.equal(latest.add(result(2 ** 32 - 50), 2), false);
  assert.equal(latest.fresh(3)?.frame, 50);
});

test('an old result is not shown any more, and a late one does not bring it back', () => {
  const latest = new LatestResult();
  assert.equal(latest.fresh(0), null);
  latest.add(result(100), 0);
  assert.equal(latest.fresh(FRESH_MS - 1)?.frame, 100);
  assert.equal(latest.fresh(FRESH_MS), null);
  latest.add(result(50), FRESH_MS + 1);
  assert.equal(latest.fresh(FRESH_MS + 2), null);
  assert.equal(latest.last?.frame, 100);
});

test('after hours without results, ids that have gone half around are taken', () => {
  const latest = new LatestResult();
  latest.add(result(0), 0);
  assert.equal(latest.add(result(2 ** 31 + 1000), 8 * 3600_000), true);
});
