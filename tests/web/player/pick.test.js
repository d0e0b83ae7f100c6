// SPDX-License-Identifier: LGPL-2.1-or-later
import assert from 'node:assert/strict';
import { detailsOf, pickAgain, pickAt, pickable } from '../../../web/player/pick.js';
import { test } from '../../lib/test.js';

/** Of a picture of 640 × 360 at twice its size. */
const PLACE = { left: 0, top: 0, width: 1280, height: 720, videoHeight: 720 };
/** @param {string} label @param {number} x @param {number} y @param {number} size @param {object} [more] */
const object = (label, x, y, size, more) => ({ label, confidence: 0.9, x, y, w: size, h: size, ...more });
/** @param {any[]} objects @param {object} [more] @returns {import('../../../web/core/results.js').Drawing} */
const drawing = (objects, more) => ({ kind: 'measured', result: { type: 'result', frame: 3000, model: 'm', ms: 1, width: 640, height: 360, objects, ...more } });

test('what lies under the pointer is picked, a small object before a large one, and nothing beside them', () => {
  const person = object('person', 100, 50, 200);
  const face = object('face', 150, 60, 40);
  for (const drawings of [[drawing([person, face])], [drawing([face]), drawing([person], { model: 'other' })]]) {
    assert.equal(pickAt(drawings, PLACE, 340, 160)?.object, face);
    assert.equal(pickAt(drawings, PLACE, 220, 300)?.object, person);
    assert.equal(pickAt(drawings, PLACE, 193, 300), null);
    assert.equal(pickAt(drawings, PLACE, 195, 300)?.object, person, 'a few pixels beside it will do');
  }
  assert.equal(pickAt([], PLACE, 340, 160), null);
});

test('a circle is picked by its own middle, where its box is another one', () => {
  const ball = object('ball', 0, 0, 10, { 'center-x': 320, 'center-y': 180, radius: 20 });
  assert.equal(pickAt([drawing([ball])], PLACE, 640, 360)?.object, ball);
  assert.equal(pickAt([drawing([ball])], PLACE, 10, 10), null);
});

test('a model that saw the picture with its stamp is picked where it is drawn', () => {
  const low = object('low', 0, 300, 20);
  const place = { ...PLACE, videoHeight: 768 };
  assert.equal(pickAt([drawing([low], { height: 384, whole: true })], place, 20, 620)?.object, low);
});

test('the truth of a test source can’t be picked: it is not drawn', () => {
  assert.deepEqual(pickable([drawing([object('truth', 0, 0, 10)])]), []);
});

test('it is found again in the next results: by its id, or else as the nearest of its name', () => {
  const [first] = pickable([drawing([object('car', 100, 100, 50)])]);
  const next = [drawing([object('dog', 101, 100, 50), object('car', 130, 100, 50), object('car', 160, 100, 50)])];
  assert.equal(pickAgain(first, next)?.object.x, 130);
  assert.equal(pickAgain(first, [drawing([object('car', 151, 100, 50)])]), null, 'further away than it is large: another one');
  assert.equal(pickAgain(first, [drawing([object('car', 100, 100, 50)], { model: 'other' })]), null);
  const [tracked] = pickable([drawing([object('car', 100, 100, 50, { id: 7 })])]);
  assert.equal(pickAgain(tracked, [drawing([object('car', 100, 100, 50, { id: 8 }), object('car', 500, 300, 50, { id: 7 })])])?.object.x, 500);
  assert.equal(pickAgain(tracked, [drawing([object('car', 100, 100, 50, { id: 8 })])]), null);
});

test('the details are all that the model said of it that are words or numbers', () => {
  const [picked] = pickable([drawing([object('plate', 10.126, 20, 30, { text: 'AB 123', id: 7, moving: true, polygon: [[1, 2]] })])]);
  assert.equal(detailsOf(picked), '90 % · at 10.13, 20 · 30 × 30 px · text AB 123 · id 7 · moving true · by m · frame 3000');
  assert.match(detailsOf({ ...picked, object: { ...picked.object, confidence: null } }), /^at 10\.13/);
});
