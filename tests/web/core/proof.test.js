// SPDX-License-Identifier: LGPL-2.1-or-later
import assert from 'node:assert/strict';
import { Proof } from '../../../web/core/proof.js';
import { test } from '../../lib/test.js';

/** A frame that is shown, with a result of its own or without. @param {number|null} id @param {boolean} [matched] @param {object} [fields] */
const frameOf = (id, matched = true, fields) => /** @type {any} */ ({
  id, drawings: [{ kind: matched ? 'measured' : 'last' }], disagree: false, unreadable: false, again: false, hidden: false, ...fields,
});
const START = 2 ** 32 - 6000;
/** The n-th frame: wraps at the second. @param {number} n */
const id = (n) => (START + n * 3000) >>> 0;
/** @param {Proof} proof @param {number} n shown as itself */
const show = (proof, n) => proof.addFrame(frameOf(id(n)), n);

test('a frame is matched or without a result: one of them', () => {
  const proof = new Proof();
  const none = { shown: 0, matched: 0, mismatched: 0, withoutResult: 0, unreadable: 0, disagreeing: 0, readBack: 0, notReadBack: 0 };
  assert.deepEqual(proof.frames, none);
  proof.addFrame(frameOf(3000, true), 0);
  assert.deepEqual(proof.frames, { ...none, shown: 1, matched: 1 });
  proof.addFrame(frameOf(6000, false), 0);
  assert.deepEqual(proof.frames, { ...none, shown: 2, matched: 1, withoutResult: 1 });
});

test('a frame that nobody can tell, or only one of its two signs, is not mismatched', () => {
  const proof = new Proof();
  proof.addFrame(frameOf(3000, true, { disagree: false, unreadable: true }), 0);
  proof.addFrame(frameOf(null, false, { disagree: true, unreadable: false }), 0);
  proof.addFrame(frameOf(null, false, { disagree: false, unreadable: true }), 0);
  assert.deepEqual(proof.frames, { shown: 3, matched: 1, mismatched: 0, withoutResult: 2, unreadable: 2, disagreeing: 1, readBack: 0, notReadBack: 0 });
});

test('what was shown and reads as another frame is mismatched, whatever was meant', () => {
  const proof = new Proof();
  for (const actual of [3000, 6000, 3000]) proof.addReading(3000, actual);
  assert.deepEqual([proof.frames.readBack, proof.frames.mismatched], [3, 1]);
});

test('what can’t be read again is no proof, and is counted', () => {
  const proof = new Proof();
  for (const actual of [null, 3000, null]) proof.addReading(3000, actual);
  assert.deepEqual([proof.frames.readBack, proof.frames.notReadBack, proof.frames.mismatched], [1, 2, 0]);
});

test('of results that the viewer hides none is on its frame, late or unseen, and no frame has one', () => {
  const proof = new Proof();
  for (const n of [1, 2, 3, 5]) proof.addResult(id(n), true);
  proof.addFrame(frameOf(id(1), true, { hidden: true }), 1);
  proof.addFrame(frameOf(id(3), true, { hidden: true }), 3);
  proof.addResult(id(0), true);
  assert.deepEqual([proof.results, proof.frames.shown, proof.frames.matched, proof.frames.withoutResult], [{ onFrame: 0, late: 0, unseen: 0 }, 2, 0, 2]);
  show(proof, 5);
  proof.addResult(id(4));
  assert.deepEqual([proof.results, proof.frames.matched], [{ onFrame: 1, late: 1, unseen: 0 }, 1], 'seen again, they count');
});

test('frame 0 is a frame like others', () => {
  const proof = new Proof();
  proof.addReading(0, 3000);
  proof.addReading(3000, 0);
  assert.equal(proof.frames.mismatched, 2);
  proof.addResult(0);
  proof.addFrame(frameOf(0, true), 0);
  proof.addResult(0);
  assert.deepEqual(proof.results, { onFrame: 1, late: 1, unseen: 0 });
});

test('a result is drawn on its frame, or its frame was not shown, across the wrap', () => {
  const proof = new Proof();
  for (let n = 0; n < 6; n++) proof.addResult(id(n));
  show(proof, 0);
  assert.deepEqual(proof.results, { onFrame: 1, late: 0, unseen: 0 });
  show(proof, 3);
  assert.deepEqual(proof.results, { onFrame: 2, late: 0, unseen: 2 });
  show(proof, 4);
  assert.deepEqual(proof.results, { onFrame: 3, late: 0, unseen: 2 }, 'the last one is still to come');
});

test('a result that comes with or after its frame has passed is late', () => {
  const proof = new Proof();
  show(proof, 3);
  for (const n of [0, 2, 3]) proof.addResult(id(n));
  assert.deepEqual(proof.results, { onFrame: 0, late: 3, unseen: 0 });
  proof.addResult(id(4));
  show(proof, 4);
  assert.deepEqual(proof.results, { onFrame: 1, late: 3, unseen: 0 });
});

test('a result counts once, however often its frame is shown; two models’ results are two', () => {
  const proof = new Proof();
  for (const n of [1, 1, 2]) proof.addResult(id(n));
  for (const n of [1, 1, 2, 1, 2]) show(proof, n);
  assert.deepEqual(proof.results, { onFrame: 3, late: 0, unseen: 0 });
  assert.equal(proof.frames.shown, 5);
});

test('an old picture that is shown again does not bring old results back', () => {
  const proof = new Proof();
  show(proof, 5);
  show(proof, 1);
  proof.addResult(id(3));
  assert.deepEqual(proof.results, { onFrame: 0, late: 1, unseen: 0 });
});

test('a frame that nobody can tell does not use up results', () => {
  const proof = new Proof();
  proof.addResult(id(3));
  proof.addFrame(frameOf(null, false), 0);
  assert.deepEqual(proof.results, { onFrame: 0, late: 0, unseen: 0 });
  show(proof, 3);
  assert.deepEqual(proof.results, { onFrame: 1, late: 0, unseen: 0 });
});

test('after a restart neither frames nor results of before count, but the sums stay', () => {
  const proof = new Proof();
  show(proof, 5);
  proof.addResult(id(6));
  proof.restart();
  proof.addResult(id(1));
  show(proof, 2);
  assert.deepEqual(proof.results, { onFrame: 0, late: 0, unseen: 1 });
  show(proof, 7);
  assert.deepEqual(proof.results, { onFrame: 0, late: 0, unseen: 1 });
  assert.equal(proof.frames.shown, 3);
});

test('a frame that is shown again counts once', () => {
  const proof = new Proof();
  proof.addFrame(frameOf(id(1)), 0);
  proof.addFrame(frameOf(id(1), true, { again: true }), 40);
  assert.deepEqual([proof.frames.shown, proof.frames.matched], [1, 1]);
});

test('results before the first frame count, however long the page has been open', () => {
  const proof = new Proof();
  proof.addResult(id(0));
  proof.addFrame(frameOf(id(0)), 100_000);
  assert.deepEqual(proof.results, { onFrame: 1, late: 0, unseen: 0 });
});

test('a page that was hidden for so long that ids have gone half around counts on', () => {
  const proof = new Proof();
  const later = 7 * 3600_000;
  proof.addFrame(frameOf(0), 0);
  proof.addFrame(frameOf(later * 90), later);
  proof.addResult(later * 90 + 3600);
  proof.addFrame(frameOf(later * 90 + 3600), later + 40);
  assert.deepEqual(proof.results, { onFrame: 1, late: 0, unseen: 0 });
});

test('a picture that stands still for minutes is no pause', () => {
  const proof = new Proof();
  for (let now = 0; now < 300_000; now += 1000) proof.addFrame(frameOf(3000, true, { again: now > 0 }), now);
  proof.addResult(6000);
  proof.addFrame(frameOf(6000), 300_000);
  assert.deepEqual(proof.results, { onFrame: 1, late: 0, unseen: 0 });
});

test('results of a page that is hidden for hours do not pile up', () => {
  const proof = new Proof();
  for (let n = 0; n < 5000; n++) proof.addResult(n * 3000);
  assert.equal(proof.results.unseen, 3000);
  proof.addFrame(frameOf(4999 * 3000, true), 0);
  assert.deepEqual(proof.results, { onFrame: 1, late: 0, unseen: 4999 }, 'each counts once');
});
