// SPDX-License-Identifier: LGPL-2.1-or-later
import assert from 'node:assert/strict';
import { Matching } from '../../../web/core/matching.js';
import { test } from '../../lib/test.js';
import { STREAM, idOf, resultOf, rtpOf } from '../lib/stream.js';

/** @typedef {import('../../../web/core/results.js').Fill} Fill */

function open() {
  const matching = new Matching();
  const add = (/** @type {ReturnType<typeof resultOf>} */ result, now = 0) => matching.addResult(result, now);
  /**
   * What is drawn on frame n: `kind: label number` each.
   * @param {number} n @param {{rtp?: number, certain?: boolean, stampId?: number|null, stream?: typeof STREAM, fill?: Fill, now?: number}} [but]
   */
  const match = (n, but) => {
    const { rtp, certain, stampId, stream, fill, now } = { rtp: rtpOf(n), certain: false, stampId: idOf(n), stream: STREAM, fill: /** @type {Fill} */ ('none'), now: 0, ...but };
    const { id, disagree, unreadable, drawings } = matching.match({ rtp, certain, stampId }, stream, fill, now);
    return { id, disagree, unreadable, drawn: drawings.map(({ kind, result: { objects: [{ label, text }] } }) => `${kind}: ${label} ${text}`) };
  };
  return { matching, add, match };
}

test('a frame gets its own results and no others, across the wrap of ids', () => {
  const { add, match } = open();
  for (let n = 0; n < 20; n++) add(resultOf(n));
  for (let n = 0; n < 20; n++) assert.deepEqual(match(n), { id: idOf(n), disagree: false, unreadable: false, drawn: [`measured: dog ${n}`] });
  assert.deepEqual(match(20).drawn, []);
});

test('a frame gets the results of every model', () => {
  const { add, match } = open();
  add(resultOf(3));
  add(resultOf(3, { label: 'cat' }, 'other'));
  assert.deepEqual(match(3).drawn, ['measured: dog 3', 'measured: cat 3']);
});

test('a result that the server repeats is taken once', () => {
  const { add, match } = open();
  assert.deepEqual([add(resultOf(1)), add(resultOf(1)), add(resultOf(1, {}, 'other'))], [true, false, true]);
  assert.equal(match(1).drawn.length, 2);
});

test('a frame that the model skipped gets nothing, the last result or one between two, as the viewer chose', () => {
  const { add, match } = open();
  for (const n of [0, 4]) add(resultOf(n));
  assert.deepEqual(match(1).drawn, []);
  assert.deepEqual(match(2, { fill: 'last' }).drawn, ['last: dog 0']);
  assert.deepEqual(match(3, { fill: 'interpolated' }).drawn, ['interpolated: dog 0']);
});

test('where timestamp and pixels name different frames nothing is drawn, and it is told', () => {
  const { add, match } = open();
  for (const n of [1, 2]) add(resultOf(n));
  assert.deepEqual(match(1, { rtp: rtpOf(2) }), { id: null, disagree: true, unreadable: false, drawn: [] });
});

test('a frame whose pixels can’t be read is known by its timestamp once others were right, and it is told', () => {
  const { add, match } = open();
  for (const n of [1, 2, 3]) add(resultOf(n));
  assert.deepEqual(match(1, { stampId: null }), { id: null, disagree: false, unreadable: true, drawn: [] });
  match(2);
  assert.deepEqual(match(3, { stampId: null }), { id: idOf(3), disagree: false, unreadable: true, drawn: ['measured: dog 3'] });
});

test('where somebody on the way gives frames other timestamps, their pixels are enough', () => {
  const { matching, add, match } = open();
  for (let n = 0; n < 40; n++) match(n, { rtp: 5 });
  add(resultOf(40));
  assert.deepEqual(match(40, { rtp: 5 }).drawn, ['measured: dog 40']);
  assert.equal(matching.rtp, 'rewritten');
});

test('it says where frames’ timestamps come from', () => {
  const { matching, match } = open();
  assert.equal(matching.rtp, 'not told');
  match(1);
  assert.equal(matching.rtp, 'of the frame');
  match(2, { rtp: undefined });
  assert.equal(matching.rtp, 'not told');
});

test('without the offset of its timestamps a stream is matched by its pixels alone', () => {
  const { add, match } = open();
  add(resultOf(1));
  assert.deepEqual(match(1, { stream: { ...STREAM, rtpOffset: null } }).drawn, ['measured: dog 1']);
});

test('an id that comes round again after 13 hours brings no old results back', () => {
  const { add, match } = open();
  add(resultOf(1));
  assert.deepEqual(match(1, { now: 2 ** 32 / 90, fill: 'last' }).drawn, []);
});

test('a frame by WebSocket gets its results by its name alone, and none where its pixels name another one', () => {
  const { add, match } = open();
  for (const n of [1, 2]) add(resultOf(n));
  const named = { rtp: idOf(1), certain: true, stampId: null, stream: { ...STREAM, rtpOffset: 0, stamp: null } };
  assert.deepEqual(match(1, named), { id: idOf(1), disagree: false, unreadable: false, drawn: ['measured: dog 1'] });
  assert.deepEqual(match(1, { ...named, stampId: idOf(2), stream: { ...STREAM, rtpOffset: 0 } }), { id: null, disagree: true, unreadable: false, drawn: [] });
});
