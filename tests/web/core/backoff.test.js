// SPDX-License-Identifier: LGPL-2.1-or-later
import assert from 'node:assert/strict';
import { isBug, retryDelay } from '../../../web/core/backoff.js';
import { test } from '../../lib/test.js';

const most = () => 1 - Number.EPSILON;
const least = () => 0;

test('the first try comes soon, later ones double up to five seconds', () => {
  const delays = [1, 2, 3, 4, 5, 6, 50, 5000].map((n) => Math.round(retryDelay(n, 'connection', most)));
  assert.deepEqual(delays, [250, 500, 1000, 2000, 4000, 5000, 5000, 5000]);
});

test('jitter takes up to half, never more', () => {
  for (const failures of [1, 4, 9]) {
    assert.equal(retryDelay(failures, 'timeout', least), Math.round(retryDelay(failures, 'timeout', most)) / 2);
  }
  const delays = new Set(Array.from({ length: 20 }, () => retryDelay(3, 'connection')));
  assert.ok(delays.size > 10, 'viewers do not come back in step');
});

test('a full server is not pressed, and a bug is tried again slowly', () => {
  const range = (/** @type {string} */ code) => [least, most].map((random) => Math.round(retryDelay(1, code, random)));
  assert.deepEqual(range('full'), [2500, 5000]);
  for (const code of ['malformed', 'unknown-type', 'unexpected', 'bad-sdp', 'bad-candidate', 'fingerprint', 'protocol']) {
    assert.equal(isBug(code), true, code);
    assert.deepEqual(range(code), [10_000, 20_000], code);
  }
  for (const code of ['timeout', 'internal', 'shutdown', 'connection', 'media', 'full']) {
    assert.equal(isBug(code), false, code);
  }
});
