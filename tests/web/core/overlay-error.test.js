// SPDX-License-Identifier: LGPL-2.1-or-later
import assert from 'node:assert/strict';
import { OverlayError } from '../../../web/core/overlay-error.js';
import { test } from '../../lib/test.js';

/**
 * A box with its middle there; no detector’s box is as large as the truth’s.
 * @param {string} label @param {number} x @param {number} y
 */
function box(label, x, y) {
  const [w, h] = label === 'truth' ? [20, 10] : [60, 36];
  return { label, confidence: null, x: x - w / 2, y: y - h / 2, w, h };
}
/** @param {number} frame @param {import('../../../web/core/protocol.js').DetectedObject[]} objects */
const result = (frame, ...objects) => ({
  type: /** @type {const} */ ('result'), frame, model: 'm', ms: 1, width: 640, height: 360, objects,
});
/** @param {number} frame @param {number} x @param {number} y */
const truth = (frame, x, y) => result(frame, box('truth', x, y));

test('the error is the distance in the frame that was shown, whichever is known first', () => {
  for (const truthFirst of [true, false]) {
    const errors = new OverlayError();
    if (truthFirst) errors.addResult(truth(6000, 100, 100), 1000);
    errors.addFrame(6000, [result(3000, box('ball', 103, 104))], 'async', 1010);
    if (!truthFirst) errors.addResult(truth(6000, 100, 100), 1010);
    assert.deepEqual(errors.points(1010), [{ time: 1010, value: 5, mode: 'async' }]);
    assert.equal(errors.median(1010), 5);
  }
});

test('a frame is compared with its own truth only', () => {
  const errors = new OverlayError();
  errors.addResult(truth(3000, 100, 100), 0);
  errors.addFrame(6000, [result(3000, box('ball', 100, 100))], 'async', 10);
  assert.deepEqual([errors.points(10), errors.median(10)], [[], null]);
  errors.addResult(truth(6000, 130, 140), 20);
  assert.deepEqual(errors.points(20), [{ time: 20, value: 50, mode: 'async' }]);
});

test('of all objects drawn, by all models, the nearest counts, and the truth itself does not', () => {
  const errors = new OverlayError();
  errors.addResult(result(0, box('cat', 100, 100), box('truth', 100, 100)), 0);
  const balls = [box('ball', 300, 100), box('ball', 100, 112)];
  const drawn = [truth(0, 100, 100), result(0, ...balls), result(0, box('ball', 80, 100))];
  errors.addFrame(0, drawn, 'exact', 10);
  assert.deepEqual(errors.points(10), [{ time: 10, value: 12, mode: 'exact' }]);
});

test('a centre that the detector gives is more exact than its box’s middle', () => {
  const errors = new OverlayError();
  errors.addResult(result(0, { ...box('truth', 50, 50), 'center-x': 100, 'center-y': 100 }), 0);
  errors.addFrame(0, [result(0, { ...box('ball', 200, 200), 'center-x': 100.5, 'center-y': 100 })], 'exact', 0);
  errors.addResult(result(3000, { ...box('truth', 50, 50), 'center-x': '100', 'center-y': 100 }), 1);
  errors.addFrame(3000, [result(0, box('ball', 53, 54))], 'exact', 1);
  assert.deepEqual(errors.points(1).map(({ value }) => value), [0.5, 5]);
});

test('without a truth, or with nothing drawn, there is no error', () => {
  const errors = new OverlayError();
  errors.addResult(result(0, box('ball', 1, 1)), 0);
  errors.addFrame(0, [result(0, box('ball', 1, 1))], 'exact', 0);
  errors.addResult(truth(3000, 1, 1), 0);
  for (const drawn of [[], [result(3000)], [truth(3000, 1, 1)]]) errors.addFrame(3000, drawn, 'exact', 0);
  assert.deepEqual([errors.points(0), errors.median(0)], [[], null]);
});

test('the median is of the last two seconds, the points of the last twenty', () => {
  const errors = new OverlayError();
  for (let time = 0; time <= 30_000; time += 500) {
    errors.addResult(truth(time * 90, 0, 0), time);
    errors.addFrame(time * 90, [result(0, box('ball', time / 100, 0))], 'exact', time);
  }
  assert.equal(errors.median(30_000), 290);
  assert.equal(errors.median(40_000), null);
  assert.deepEqual([errors.points(30_000)[0].time, errors.points(30_000).length], [10_000, 41]);
  assert.equal(errors.points(50_001).length, 0, 'also when no new one comes');
});

test('what never finds its other half is forgotten in the end, what is new is not', () => {
  const errors = new OverlayError();
  for (let frame = 0; frame < 5000; frame++) errors.addResult(truth(frame, 0, 0), frame);
  for (const frame of [0, 4990]) errors.addFrame(frame, [result(0, box('ball', 3, 4))], 'exact', 5000);
  assert.deepEqual(errors.points(5000).map(({ value }) => value), [5]);
});
