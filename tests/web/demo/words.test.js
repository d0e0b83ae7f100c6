// SPDX-License-Identifier: LGPL-2.1-or-later
import assert from 'node:assert/strict';
import { bandwidthWords, exactWords, liveWords, noticeWords, proofWords } from '../../../web/demo/words.js';
import { test } from '../../lib/test.js';

/** @param {object} [but] */
const exactly = (but) => ({
  mode: 'exact', obstacle: '', overlayError: 0.04, frames: { mismatched: 0, readBack: 208 }, results: { onFrame: 12_480 }, ...but,
});
/** @param {object} [but] @returns {any} */
const report = (but) => ({ latency: { median: 326.6, error: 1.2 }, results: { lag: 131.4 }, bitrate: 690_000, frames: { perSecond: 30 }, exact: exactly(), ...but });
const LIVE = report({ latency: { median: 25.6, error: 0.8 }, exact: exactly({ mode: 'async', overlayError: 41.3 }) });

test('of the live view: when it and its results are seen, and how far off they are', () => {
  assert.equal(liveWords(LIVE), 'Seen 26 ± 1 ms after it happened, the results after 131 ms. What is drawn is 41 pixels off.');
  assert.equal(liveWords({ ...LIVE, results: { lag: null } }), 'Seen 26 ± 1 ms after it happened. What is drawn is 41 pixels off.');
});

test('of the exact view: how much later that is', () => {
  assert.equal(exactWords(report(), LIVE), 'Seen 327 ± 2 ms after it happened, with its results. 301 ms later than live. What is drawn is 0.0 pixels off.');
  assert.equal(exactWords(report(), report({ latency: null })), 'Seen 327 ± 2 ms after it happened, with its results. What is drawn is 0.0 pixels off.');
});

test('what is not known is not said', () => {
  const none = report({ latency: null, bitrate: null, exact: null });
  assert.deepEqual([liveWords(none), exactWords(none, none), proofWords(null), bandwidthWords(none, 9000)], ['', '', '', '']);
  const early = exactly({ overlayError: null, results: { onFrame: 0 } });
  assert.equal(proofWords(/** @type {any} */ (early)), '');
  assert.equal(exactWords(report({ exact: early }), LIVE), 'Seen 327 ± 2 ms after it happened, with its results. 301 ms later than live.');
});

test('where there can be no exact view it says why, and proves nothing', () => {
  const exact = /** @type {any} */ (exactly({ mode: 'async', obstacle: 'This browser can’t' }));
  assert.deepEqual([exactWords(report({ exact }), LIVE), proofWords(exact)], ['This browser can’t', '']);
});

test('the proof: results, and pictures that were read again', () => {
  const words = (/** @type {object} */ but) => proofWords(/** @type {any} */ (exactly(but)));
  assert.equal(words({}), '0 of 12,480 results on a wrong frame · checked in 208 pictures, whose pixels name their frame');
  assert.match(words({ frames: { mismatched: 3, readBack: 208 } }), /^3 of 12,480 /);
});

test('what a viewer has to know: of the network, and of models that do not do their work', () => {
  const model = (/** @type {string} */ name, /** @type {string|null} */ state, message = '') => ({ model: name, state, message });
  const words = (/** @type {string} */ notice, /** @type {object[]} */ ...models) => noticeWords(report({ notice, models }));
  assert.equal(words('', model('a', null), model('b', 'running')), '');
  assert.equal(words('', model('a', 'failed', 'no module named cv')), 'The model a has failed: no module named cv');
  assert.equal(words('', model('a', 'silent')), 'The model a gives no results now');
  assert.equal(words('Your network is slow', model('a', 'starting')), 'Your network is slow. The model a is starting');
});

test('the bandwidth, beside that of single JPEGs as large as this picture’s', () => {
  assert.equal(bandwidthWords(LIVE, null), '0.69 Mbit/s for all of it.');
  assert.equal(bandwidthWords(LIVE, 60_000), '0.69 Mbit/s for all of it. As single JPEGs the same pictures take 14 Mbit/s: 21 times as much.');
});
