// SPDX-License-Identifier: LGPL-2.1-or-later
import assert from 'node:assert/strict';
import { LinkNotice } from '../../../web/player/link-notice.js';
import { Store } from '../../../web/core/store.js';
import { test } from '../../lib/test.js';
import { STREAM } from '../lib/stream.js';

/** @type {import('../../../web/core/protocol.js').Link} */
const LINK = { type: 'link', rung: 1, rungs: 3, width: 320, height: 196, bitrate: 170_000, framerate: 30, carries: 262_000, reason: 'network' };
const RUNGS = { rungs: [{ width: 640, height: 384, rows: 24, cell: 8 }, { width: 320, height: 196, rows: 16, cell: 8 }] };
const NO_UDP = 'Over WebSocket: no UDP between you and the server';
const NETWORK = 'Your network carries about 260 kbit/s: smaller picture';

function open() {
  const store = new Store();
  store.set({ stream: { ...STREAM, ...RUNGS } });
  const notice = new LinkNotice();
  /** The words at that time, with such a link from then on. @param {number} now @param {Partial<typeof LINK>|null} [link] */
  const at = (now, link) => {
    if (link !== undefined) store.set({ link: link && { ...LINK, ...link } });
    return notice.words(store.facts, now);
  };
  return { store, at };
}

/** The words for a link that has lasted. @param {Partial<typeof LINK>} link @param {object} [facts] */
function wordsOf(link, facts) {
  const { store, at } = open();
  store.set({ ...facts });
  at(0, link);
  return at(2000);
}

test('each reason has its words, and what limits nothing has none', () => {
  const limit = { settings: { ...new Store().facts.settings, 'max-bitrate': 300_000 } };
  assert.equal(wordsOf({}), NETWORK);
  assert.equal(wordsOf({ width: 640 }), 'Your network carries about 260 kbit/s: lower quality');
  assert.equal(wordsOf({}, { stream: null }), 'Your network carries about 260 kbit/s: lower quality');
  assert.equal(wordsOf({ carries: null }), '', 'that is not known');
  assert.equal(wordsOf({}, { stream: { ...STREAM, rungs: [] } }), 'Your network carries about 260 kbit/s: lower quality');
  assert.equal(wordsOf({ reason: 'limit' }), '', 'it has just been lifted');
  assert.equal(wordsOf({ carries: 1_449_000 }), 'Your network carries about 1.40 Mbit/s: smaller picture');
  assert.equal(wordsOf({ rung: 3, reason: 'too-slow' }), 'Your network is too slow for video: single pictures');
  assert.equal(wordsOf({ reason: 'limit' }, limit), 'Limited to 300 kbit/s by choice');
  for (const reason of ['free', 'start', 'hidden', 'of a newer server']) assert.equal(wordsOf({ reason }), '', reason);
});

test('what is over within two seconds is not said', () => {
  const { at } = open();
  assert.deepEqual([at(0, {}), at(1999), at(1999, { rung: 0, reason: 'free' }), at(3998), at(5000)], ['', '', '', '', '']);
  assert.deepEqual([at(6000, {}), at(8000)], ['', NETWORK]);
  assert.deepEqual([at(9000, { reason: 'free' }), at(9500), at(10_000, {}), at(12_000), at(13_000)], Array(5).fill(NETWORK), 'nor that it was better for a moment');
  assert.deepEqual([at(20_000, { reason: 'free' }), at(22_000)], [NETWORK, '']);
});

test('words do not change with each figure, but with each step', () => {
  const { at } = open();
  at(0, {});
  assert.deepEqual([at(2000), at(5000, { carries: 300_000 }), at(9000)], [NETWORK, NETWORK, NETWORK]);
  at(10_000, { rung: 2, carries: 120_000 });
  assert.equal(at(12_000), 'Your network carries about 120 kbit/s: smaller picture');
});

test('another limit is said, and without a connection nothing is', () => {
  const { store, at } = open();
  const limited = (/** @type {number} */ limit) => store.set({ settings: { ...store.facts.settings, 'max-bitrate': limit } });
  limited(300_000);
  at(0, { reason: 'limit' });
  assert.equal(at(2000), 'Limited to 300 kbit/s by choice');
  limited(200_000);
  at(3000);
  assert.equal(at(5000), 'Limited to 200 kbit/s by choice');
  at(6000, null);
  assert.equal(at(8000), '');
});

test('that frames come by WebSocket for want of UDP is said after two seconds, beside what else there is to say', () => {
  const { store, at } = open();
  store.set({ transport: 'socket' });
  assert.deepEqual([at(0, { reason: 'free' }), at(1999), at(2000)], ['', '', NO_UDP]);
  at(3000, {});
  assert.equal(at(5000), `${NO_UDP}. ${NETWORK}`);
  store.set({ transport: 'webrtc', link: null });
  at(6000);
  assert.equal(at(8000), '', 'when WebRTC has found a way it is said no more');
});

test('a viewer that asked for the WebSocket is not told why', () => {
  for (const transport of /** @type {const} */ (['socket', 'webrtc'])) {
    assert.equal(wordsOf({}, { transport: 'socket', settings: { ...new Store().facts.settings, transport } }), NETWORK);
  }
});
