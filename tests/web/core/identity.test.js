// SPDX-License-Identifier: LGPL-2.1-or-later
import assert from 'node:assert/strict';
import { Identity } from '../../../web/core/identity.js';
import { test } from '../../lib/test.js';

const OFFSET = 1_000_000;
const STAMP = { rows: 16, cell: 8 };
/** @param {Partial<import('../../../web/core/protocol.js').Stream>} [fields] @returns {import('../../../web/core/protocol.js').Stream} */
const stream = (fields) => ({
  type: 'stream', clockRate: 90000, rtpOffset: OFFSET, epoch: 0, stamp: STAMP, state: 'live', message: '', ...fields,
});
const rtpOf = (/** @type {number} */ id) => (id + OFFSET) >>> 0;

/**
 * `count` frames whose timestamps are somebody else's.
 * @param {Identity} identity @param {number} count @param {(i: number) => number} stampOf
 */
function disagree(identity, count, stampOf = (i) => i * 3000) {
  for (let i = 0; i < count; i++) identity.of({ rtp: rtpOf(stampOf(i) + 77_777), certain: false, stampId: stampOf(i) }, stream());
}

/** @param {Identity} identity @param {number} count */
function agree(identity, count) {
  for (let i = 0; i < count; i++) identity.of({ rtp: rtpOf(i * 3000), certain: false, stampId: i * 3000 }, stream());
}

test('timestamp and stamp that name the same frame name it, across the wrap too', () => {
  for (const id of [3000, 0, 2 ** 32 - 1, 2 ** 32 - OFFSET]) {
    const found = new Identity().of({ rtp: rtpOf(id), certain: false, stampId: id }, stream());
    assert.deepEqual(found, { id, disagree: false, unreadable: false });
  }
});

test('where they name different frames, neither is believed', () => {
  const found = new Identity().of({ rtp: rtpOf(6000), certain: false, stampId: 3000 }, stream());
  assert.deepEqual(found, { id: null, disagree: true, unreadable: false });
});

test('a timestamp alone is enough as long as the last stamp agreed with its own', () => {
  const identity = new Identity();
  const alone = { rtp: rtpOf(3000), certain: false, stampId: null };
  assert.deepEqual(identity.of(alone, stream()), { id: null, disagree: false, unreadable: true });
  identity.of({ rtp: rtpOf(1500), certain: false, stampId: 1500 }, stream());
  assert.deepEqual(identity.of(alone, stream()), { id: 3000, disagree: false, unreadable: true });
  identity.of({ rtp: rtpOf(1500), certain: false, stampId: 0 }, stream());
  assert.equal(identity.of(alone, stream()).id, null);
});

test('a stamp alone is enough', () => {
  const identity = new Identity();
  const sure = { id: 3000, disagree: false, unreadable: false };
  assert.deepEqual(identity.of({ rtp: undefined, certain: false, stampId: 3000 }, stream()), sure);
  assert.deepEqual(identity.of({ rtp: 5, certain: false, stampId: 3000 }, stream({ rtpOffset: null })), sure);
  assert.equal(identity.of({ rtp: undefined, certain: false, stampId: null }, stream()).id, null);
  assert.equal(identity.of({ rtp: 5, certain: false, stampId: null }, stream({ rtpOffset: null })).id, null);
});

test('timestamps that never agree are somebody else’s: then only stamps count', () => {
  const identity = new Identity();
  disagree(identity, 29);
  assert.equal(identity.rewritten, false);
  disagree(identity, 1);
  assert.equal(identity.rewritten, true);
  const stamped = identity.of({ rtp: rtpOf(9000), certain: false, stampId: 3000 }, stream());
  assert.deepEqual(stamped, { id: 3000, disagree: true, unreadable: false });
  const bare = identity.of({ rtp: rtpOf(9000), certain: false, stampId: null }, stream());
  assert.deepEqual(bare, { id: null, disagree: false, unreadable: true });
});

test('one agreement among them, and they are the server’s', () => {
  const identity = new Identity();
  for (let i = 0; i < 10; i++) {
    disagree(identity, 29);
    agree(identity, 1);
  }
  assert.equal(identity.rewritten, false);
});

test('a starved encoder that repeats its old picture has not rewritten the timestamps', () => {
  const identity = new Identity();
  disagree(identity, 500, (i) => i % 9 * 3000);
  assert.equal(identity.rewritten, false);
  agree(identity, 1);
  disagree(identity, 500, (i) => (i % 9 + 20) * 3000);
  assert.equal(identity.rewritten, false, 'what came before an agreement counts no more');
  agree(identity, 1);
  disagree(identity, 30, (i) => i % 10 * 3000);
  assert.equal(identity.rewritten, true, 'more pictures are no repetition');
});

test('timestamps are trusted again after some agreements in a row, and can be lost again', () => {
  const identity = new Identity();
  disagree(identity, 30);
  agree(identity, 9);
  disagree(identity, 1);
  agree(identity, 9);
  assert.equal(identity.rewritten, true);
  agree(identity, 1);
  assert.equal(identity.rewritten, false);
  assert.equal(identity.of({ rtp: rtpOf(9000), certain: false, stampId: 3000 }, stream()).id, null);
  disagree(identity, 28);
  assert.equal(identity.rewritten, false);
  disagree(identity, 1);
  assert.equal(identity.rewritten, true);
});

test('a name that is surely the server’s is enough alone, but not beside a stamp that disagrees', () => {
  const name = { rtp: 3000, certain: true };
  const plain = stream({ rtpOffset: 0, stamp: null });
  const identity = new Identity();
  assert.deepEqual(identity.of({ ...name, stampId: null }, plain), { id: 3000, disagree: false, unreadable: false });
  assert.deepEqual(identity.of({ ...name, stampId: null }, stream({ rtpOffset: 0 })), { id: 3000, disagree: false, unreadable: true });
  assert.deepEqual(identity.of({ ...name, stampId: 6000 }, stream({ rtpOffset: 0 })), { id: null, disagree: true, unreadable: false });
  assert.equal(identity.of({ ...name, certain: false, stampId: null }, plain).id, null);
});
