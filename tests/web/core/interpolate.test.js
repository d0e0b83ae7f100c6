// SPDX-License-Identifier: LGPL-2.1-or-later
import assert from 'node:assert/strict';
import { interpolate } from '../../../web/core/interpolate.js';
import { test } from '../../lib/test.js';

/** @param {number} x @param {object} [fields] @returns {import('../../../web/core/protocol.js').DetectedObject} */
const object = (x, fields) => ({ label: 'dog', confidence: 0.5, x, y: 100, w: 40, h: 20, ...fields });
/** @param {number} frame @param {ReturnType<typeof object>[]} objects @returns {import('../../../web/core/protocol.js').Result} */
const result = (frame, ...objects) => ({ type: 'result', frame, model: 'm', ms: 12, width: 640, height: 360, objects });

test('an object is on a straight line between its places, at its part of the time', () => {
  const before = result(9000, object(100));
  const after = result(18_000, object(120, { y: 60, w: 60, h: 10 }));
  assert.deepEqual(interpolate(before, after, 11_250), {
    type: 'result', frame: 11_250, model: 'm', ms: null, width: 640, height: 360,
    objects: [{ label: 'dog', confidence: 0.5, x: 105, y: 90, w: 45, h: 17.5 }],
  });
  assert.deepEqual([before, after.objects[0].x], [result(9000, object(100)), 120], 'the results themselves stay as they are');
});

test('the time between results may go across the wrap of ids', () => {
  const before = result(2 ** 32 - 3000, object(100));
  const after = result(9000, object(140));
  for (const [frame, x] of [[2 ** 32 - 1500, 105], [0, 110], [6000, 130]]) {
    assert.equal(interpolate(before, after, frame).objects[0].x, x);
  }
});

test('only places are between two: a class, a track, or how sure the model was is nothing in the middle', () => {
  const said = { class: 3, track: 7, age: 10, colour: 'red', sure: true, confidence: 0.5, tags: [1, 2] };
  const before = result(0, object(0, { ...said, 'center-x': 10, 'center-y': 5, radius: 4 }));
  const after = result(6000, object(0, { ...said, class: 5, age: 20, colour: 'blue', sure: false, confidence: 1, tags: [3, 4], 'center-x': 20, 'center-y': 9, radius: 8 }));
  assert.deepEqual(interpolate(before, after, 3000).objects, [object(0, { ...said, 'center-x': 15, 'center-y': 7, radius: 6 })]);
  const circle = interpolate(before, result(6000, object(0, { track: 7, radius: 'large' })), 3000).objects[0];
  assert.deepEqual([circle['center-x'], circle.radius], [10, 4], 'what the other one lacks stays');
});

test('an unknown confidence stays unknown', () => {
  const [seen] = interpolate(result(0, object(0, { confidence: null })), result(6000, object(4)), 3000).objects;
  assert.deepEqual([seen.x, seen.confidence], [2, null]);
});

test('objects with one track are the same one, however far apart and whatever is nearer; those with different ones are not', () => {
  const xs = (/** @type {ReturnType<typeof object>[]} */ before, /** @type {ReturnType<typeof object>[]} */ after) =>
    interpolate(result(0, ...before), result(6000, ...after), 3000).objects.map(({ x }) => x);
  const at = (/** @type {number} */ x, /** @type {unknown} */ track) => object(x, { track });
  assert.deepEqual(xs([at(0, 1), at(100, 2)], [at(100, 1), at(0, 2)]), [50, 50], 'two that pass each other');
  assert.deepEqual(xs([at(0, 'a')], [at(500, 'a')]), [250]);
  assert.deepEqual(xs([at(0, 1)], [at(4, 2)]), []);
  assert.deepEqual(xs([at(0, 1)], [object(4)]), [], 'one that is followed, and one that is not');
  assert.deepEqual(xs([at(0, null), at(500, null)], [at(510, null), at(10, null)]), [5, 505], 'null is no track');
  assert.deepEqual(xs([object(0, { track: 1 })], [object(0, { track: 1, label: 'cat' })]), [], 'a tracker that changed its mind');
});

test('an object that is in one result only is left out', () => {
  const dog = object(100);
  const cat = object(100, { label: 'cat' });
  assert.deepEqual(interpolate(result(0, dog), result(6000), 3000).objects, []);
  assert.deepEqual(interpolate(result(0), result(6000, dog), 3000).objects, []);
  assert.deepEqual(interpolate(result(0, dog), result(6000, cat), 3000).objects, []);
  assert.deepEqual(interpolate(result(0, dog, cat), result(6000, cat), 3000).objects, [cat]);
  const two = result(0, dog, object(110));
  assert.equal(interpolate(two, result(6000, dog), 3000).objects.length, 1, 'each has a partner of its own');
});

test('objects of the same label go to the nearest of the next result, in whatever order it has them', () => {
  const before = result(0, object(100), object(300), object(500));
  const after = result(6000, object(510), object(110), object(310));
  assert.deepEqual(interpolate(before, after, 3000).objects.map(({ x }) => x), [105, 305, 505]);
});

test('what is further away than both are large is another object', () => {
  assert.equal(interpolate(result(0, object(0)), result(6000, object(80)), 3000).objects[0].x, 40);
  assert.deepEqual(interpolate(result(0, object(0)), result(6000, object(81)), 3000).objects, []);
  assert.deepEqual(interpolate(result(0, object(0)), result(6000, object(0, { y: 181 })), 3000).objects, []);
  const near = interpolate(result(0, object(0)), result(6000, object(-30, { w: 100 })), 3000);
  assert.equal(near.objects.length, 1, 'it is their middles that count');
});

test('the order in which the detector lists its objects makes no difference', () => {
  const before = [object(0), object(50)];
  const after = [object(20), object(90)];
  for (const list of [before, [...before].reverse()]) {
    const xs = interpolate(result(0, ...list), result(6000, ...after), 3000).objects.map(({ x }) => x);
    assert.deepEqual(xs.sort((one, other) => one - other), [10, 70]);
  }
});

test('points are between theirs where there are as many, but not how sure they are', () => {
  const before = result(9000, object(100, { polygon: [[0, 0], [10, 20]], keypoints: [[1, 2, 0.5], [3, 4]] }));
  const after = result(18_000, object(100, { polygon: [[10, 0], [20, 40]], keypoints: [[3, 2, 1], [3, 8]] }));
  const [{ polygon, keypoints }] = interpolate(before, after, 13_500).objects;
  assert.deepEqual(polygon, [[5, 0], [15, 30]]);
  assert.deepEqual(keypoints, [[2, 2, 0.5], [3, 6]]);
});

test('an outline with other points than the next one moves and grows with its box', () => {
  const before = result(0, object(100, { polygon: [[100, 100], [140, 100], [120, 120, 0.5]], keypoints: ['?', null] }));
  const after = result(6000, object(120, { y: 140, w: 80, h: 40, polygon: [[1, 1]], keypoints: 'none' }));
  const [{ polygon, keypoints }] = interpolate(before, after, 3000).objects;
  assert.deepEqual(polygon, [[110, 120], [170, 120], [140, 150, 0.5]]);
  assert.deepEqual(keypoints, ['?', null], 'what is no point stays as it is');
  const flat = interpolate(result(0, object(0, { w: 0, h: 0, polygon: [[1, 101]] })), result(6000, object(0, { y: 110 })), 3000).objects[0];
  assert.deepEqual(flat.polygon, [[1, 106]]);
});
