// SPDX-License-Identifier: LGPL-2.1-or-later
import assert from 'node:assert/strict';
import { fullPicture, isStills, stampOf } from '../../../web/core/stream-picture.js';
import { test } from '../../lib/test.js';
import { STREAM } from '../lib/stream.js';

const TOP = { width: 854, height: 504, rows: 24, cell: 16 };
const LOW = { width: 426, height: 256, rows: 16, cell: 8 };
const BARE = { width: 160, height: 90, rows: 0, cell: 0 };
const LADDER = { ...STREAM, stamp: { rows: 24, cell: 16 }, rungs: [TOP, LOW, BARE] };
const OTHER = { width: 640, height: 376 };

test('where a frame’s stamp is follows from the frame’s own size', () => {
  const found = [TOP, LOW, BARE].map(({ width, height }) => stampOf(LADDER, { width, height }));
  assert.deepEqual(found.map((stamp) => stamp && [stamp.rows, stamp.cell]), [[24, 16], [16, 8], null]);
});

test('a frame whose size is not listed has the stream’s stamp, and so has each of a server that lists none', () => {
  for (const stream of [LADDER, { ...LADDER, rungs: undefined }, { ...LADDER, rungs: [] }]) assert.equal(stampOf(stream, OTHER), stream.stamp);
  assert.equal(stampOf(LADDER, { width: TOP.width, height: LOW.height }), LADDER.stamp, 'half a match is none');
  assert.equal(stampOf({ ...STREAM, stamp: null }, OTHER), null);
  assert.equal(stampOf({ ...STREAM, stamp: { rows: 0, cell: 8 } }, OTHER), null);
});

test('below the lowest rung there are single pictures', () => {
  /** @type {import('../../../web/core/protocol.js').Link} */
  const link = { type: 'link', rung: 2, rungs: 3, width: 320, height: 196, bitrate: 38_000, framerate: 10, carries: null, reason: 'network' };
  assert.deepEqual([null, link, { ...link, rung: 3 }].map(isStills), [false, false, true]);
});

test('all sizes of a stream are the same picture, that of the top one, so that nothing jumps', () => {
  for (const { width, height } of [TOP, LOW, BARE]) assert.deepEqual(fullPicture(LADDER, { width, height }), { width: 854, height: 504, rows: 24 });
  assert.deepEqual(fullPicture(LADDER, OTHER), { ...OTHER, rows: 24 }, 'one that is not listed is its own');
  assert.deepEqual(fullPicture(STREAM, OTHER), { ...OTHER, rows: 16 });
  assert.deepEqual(fullPicture({ ...STREAM, stamp: null }, OTHER), { ...OTHER, rows: 0 });
});
