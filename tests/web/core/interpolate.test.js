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
  const after = result(18_000, object(120, { y: 60, w: 60, h: 10, confidence: 0.75 }));
  assert.deepEqual(interpolate(before, after, 11_250), {
    type: 'result', frame: 11_250, model: 'm', ms: null, width: 640, height: 360,
    objects: [{ label: 'dog', confidence: 0.5625, x: 105, y: 90, w: 45, h: 17.5 }],
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

test('what a detector adds to its objects moves with them, as far as it is a number in both', () => {
  const before = result(0, object(0, { 'center-x': 10, radius: 4, colour: 'red', sure: true, depth: 3 }));
  const after = result(6000, object(0, { 'center-x': 20, radius: 8, colour: 'blue', sure: false, depth: 'far' }));
  const between = object(0, { 'center-x': 15, radius: 6, colour: 'red', sure: true, depth: 3 });
  assert.deepEqual(interpolate(before, after, 3000).objects, [between]);
});

test('an unknown confidence stays unknown', () => {
  const [seen] = interpolate(result(0, object(0, { confidence: null })), result(6000, object(4)), 3000).objects;
  assert.deepEqual([seen.x, seen.confidence], [2, null]);
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

test('lists of points of one length are between theirs; others stay as they were', () => {
  const before = result(9000, object(100, { polygon: [[0, 0], [10, 20]], tags: ['a'] }));
  const after = result(18_000, object(100, { polygon: [[10, 0], [20, 40]], tags: ['b', 'c'] }));
  const [{ polygon, tags }] = interpolate(before, after, 13_500).objects;
  assert.deepEqual(polygon, [[5, 0], [15, 30]]);
  assert.deepEqual(tags, ['a']);
});
