// SPDX-License-Identifier: LGPL-2.1-or-later
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { MediaTime, captureTime, frameIdOf, isNewer, rtpOf } from '../../../web/core/frame-id.js';
import { test } from '../../lib/test.js';

const EPOCH = 1_795_000_000_000.25;
const WRAP_MS = 2 ** 32 / 90;

test('the shared vectors: an id gives back the running time that it was made of', () => {
  const vectors = JSON.parse(readFileSync(new URL('../../core/frame_id_vectors.json', import.meta.url), 'utf8'));
  assert.ok(vectors.length >= 5, 'there are vectors');
  for (const { running_time: text, id } of vectors) {
    const runningTime = BigInt(text);
    assert.equal(BigInt(id), (runningTime * 90000n / 1_000_000_000n) % 2n ** 32n, `the vector for ${text} itself`);
    const captured = EPOCH + Number(runningTime) / 1e6;
    const error = captured - captureTime(id, EPOCH, captured + 20);
    // The id is rounded down to a tick; a double near 2^64 ns holds no more than some µs.
    const slack = Math.max(0.001, Number.EPSILON * captured * 2);
    assert.ok(error > -slack && error < 1 / 90 + slack, `${text}: ${error} ms off`);
  }
});

test('an RTP timestamp that has wrapped names the id before it', () => {
  assert.equal(frameIdOf(5, 10), 2 ** 32 - 5);
  assert.equal(frameIdOf(10, 2 ** 32 - 6), 16);
  assert.equal(frameIdOf(4_000_000_000, 0), 4_000_000_000);
  for (const [id, offset] of [[0, 10], [2 ** 32 - 5, 10], [16, 2 ** 32 - 6]]) assert.equal(frameIdOf(rtpOf(id, offset), offset), id);
});

test('without a timestamp or its offset there is no id, and no timestamp without the offset', () => {
  for (const [rtp, offset] of [[undefined, 0], [0, null], [0, undefined]]) assert.equal(frameIdOf(rtp, offset), null);
  for (const offset of [null, undefined]) assert.equal(rtpOf(0, offset), null);
});

test('newer is the shorter way around', () => {
  assert.equal(isNewer(2, 1), true);
  assert.equal(isNewer(1, 2), false);
  assert.equal(isNewer(1, 1), false);
  assert.equal(isNewer(3, 2 ** 32 - 3), true);
  assert.equal(isNewer(2 ** 32 - 3, 3), false);
  assert.equal(isNewer(2 ** 31 - 1, 0), true);
  assert.equal(isNewer(2 ** 31 + 1, 0), false);
});

test('the capture time is on the turn nearest to now, also just before and after a wrap', () => {
  const near = (/** @type {number} */ a, /** @type {number} */ b) => assert.ok(Math.abs(a - b) < 0.01, `${a} and ${b}`);
  near(captureTime(900, EPOCH, EPOCH + 30), EPOCH + 10);
  near(captureTime(900, EPOCH, EPOCH + 3 * WRAP_MS), EPOCH + 3 * WRAP_MS + 10);
  near(captureTime(2 ** 32 - 900, EPOCH, EPOCH + WRAP_MS + 5), EPOCH + WRAP_MS - 10);
  near(captureTime(900, EPOCH, EPOCH + WRAP_MS - 5), EPOCH + WRAP_MS + 10);
});

test('media time is in ms from the first id, forth and back across the wrap', () => {
  const media = new MediaTime();
  const ids = [2 ** 32 - 900, 2 ** 32 - 450, 0, 900, 2 ** 32 - 900, 2 ** 32 - 1800, 45];
  assert.deepEqual(ids.map((id) => media.of(id)), [0, 5, 10, 20, 0, -10, 10.5]);
});

test('media time goes on over several turns', () => {
  const media = new MediaTime();
  const start = 4_000_000_000;
  media.of(start);
  for (let hours = 5; hours <= 50; hours += 5) {
    const id = (start + hours * 3600 * 90_000) % 2 ** 32;
    const ms = media.of(id);
    assert.ok(Math.abs(ms - hours * 3600_000) < 0.01, `${ms} ms after ${hours} h`);
  }
});
