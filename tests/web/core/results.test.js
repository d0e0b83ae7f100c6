// SPDX-License-Identifier: LGPL-2.1-or-later
import assert from 'node:assert/strict';
import { FRESH_MS, LatestResult, ResultStore } from '../../../web/core/results.js';
import { test } from '../../lib/test.js';

/** @param {number} frame @returns {import('../../../web/core/protocol.js').Result} */
const result = (frame) => ({ type: 'result', frame, model: 'm', ms: 1, width: 640, height: 360, objects: [] });
/** @param {number} x @returns {import('../../../web/core/protocol.js').DetectedObject} */
const dog = (x) => ({ label: 'dog', confidence: null, x, y: 0, w: 40, h: 40 });
/** @param {import('../../../web/core/protocol.js').Result[]} results all at time 0 */
function storeOf(...results) {
  const store = new ResultStore();
  for (const one of results) store.add(one, 0);
  return store;
}
/** The results of one frame itself. @param {ResultStore} store @param {number} frame */
const ownOf = (store, frame) => store.drawings(frame, 'none').map((drawing) => drawing.result);

test('an older result never replaces a newer one', () => {
  const latest = new LatestResult();
  assert.equal(latest.add(result(200), 0), true);
  assert.equal(latest.add(result(100), 1), false);
  assert.equal(latest.add(result(200), 2), false);
  assert.equal(latest.fresh(3)?.frame, 200);
  assert.equal(latest.add(result(300), 4), true);
  assert.equal(latest.fresh(5)?.frame, 300);
});

test('ids that wrap are still in order', () => {
  const latest = new LatestResult();
  latest.add(result(2 ** 32 - 100), 0);
  assert.equal(latest.add(result(50), 1), true);
  assert.equal(latest.add(result(2 ** 32 - 50), 2), false);
  assert.equal(latest.fresh(3)?.frame, 50);
});

test('an old result is not shown any more, and a late one does not bring it back', () => {
  const latest = new LatestResult();
  assert.equal(latest.fresh(0), null);
  latest.add(result(100), 5000);
  assert.equal(latest.fresh(5000 + FRESH_MS - 1)?.frame, 100);
  assert.equal(latest.fresh(5000 + FRESH_MS), null);
  latest.add(result(50), 5000 + FRESH_MS + 1);
  assert.equal(latest.fresh(5000 + FRESH_MS + 2), null);
  assert.equal(latest.last?.frame, 100);
});

test('after a minute without results, ids that may have gone half around are taken', () => {
  const latest = new LatestResult();
  latest.add(result(0), 5000);
  assert.equal(latest.add(result(2 ** 31 + 1000), 64_999), false);
  assert.equal(latest.add(result(2 ** 31 + 1000), 65_000), true);
});

test('a store gives each frame its own results, of all models, in whatever order they came', () => {
  const frames = [3000, 2 ** 32 - 3000, 0, 2 ** 32 - 6000];
  const store = storeOf(...frames.map(result), { ...result(0), model: 'other' });
  for (const frame of frames) assert.deepEqual(ownOf(store, frame)[0], result(frame));
  assert.deepEqual(ownOf(store, 0), [result(0), { ...result(0), model: 'other' }]);
  assert.equal(ownOf(store, 3000).length, 1);
  for (const frame of [1, 2 ** 32 - 4500, 6000]) assert.deepEqual(ownOf(store, frame), []);
});

test('a result that is repeated is taken once, whatever came in between', () => {
  const store = new ResultStore();
  for (const frame of [2 ** 32 - 3000, 3000]) assert.equal(store.add(result(frame), 0), true);
  for (const frame of [2 ** 32 - 3000, 3000]) assert.equal(store.add({ ...result(frame), ms: 2 }, 25), false);
  assert.equal(store.add({ ...result(3000), model: 'other' }, 25), true);
  assert.deepEqual(ownOf(store, 3000).map(({ ms }) => ms), [1, 1]);
});

test('results are kept long enough for frames that are held back, and not for ever', () => {
  const store = new ResultStore();
  store.add(result(0), 100_000);
  store.add(result(90 * 10_000), 110_000);
  assert.equal(ownOf(store, 0).length, 1);
  store.add(result(90 * 60_000), 160_000);
  assert.deepEqual([ownOf(store, 0), ownOf(store, 90 * 10_000)], [[], []]);
  assert.equal(ownOf(store, 90 * 60_000).length, 1);
  assert.equal(store.add(result(2 ** 31 + 1000), 8 * 3600_000), true);
  assert.deepEqual(ownOf(store, 2 ** 31 + 1000), [result(2 ** 31 + 1000)]);
});

test('on a frame with a result that is drawn, however gaps are filled', () => {
  const store = storeOf(result(0), result(3000), result(6000));
  for (const fill of /** @type {const} */ (['none', 'last', 'interpolated'])) {
    assert.deepEqual(store.drawings(3000, fill), [{ kind: 'measured', result: result(3000) }], fill);
  }
});

test('a skipped frame gets nothing, the last result or one between two', () => {
  const before = { ...result(2 ** 32 - 3000), objects: [dog(0)] };
  const store = storeOf({ ...result(3000), objects: [dog(20)] }, before, result(9000));
  assert.deepEqual(store.drawings(1500, 'none'), []);
  assert.deepEqual(store.drawings(1500, 'last'), [{ kind: 'last', result: before }]);
  const between = { ...before, frame: 1500, ms: null, objects: [dog(15)] };
  assert.deepEqual(store.drawings(1500, 'interpolated'), [{ kind: 'interpolated', result: between }]);
});

test('a gap is not filled from one side only, nor between pictures of different sizes', () => {
  const narrow = { ...result(9000), width: 320 };
  const store = storeOf(result(3000), result(6000), narrow, { ...narrow, frame: 12_000, height: 180 });
  assert.deepEqual([store.drawings(1500, 'last'), store.drawings(1500, 'interpolated')], [[], []], 'before the first');
  for (const frame of [7500, 10_500, 13_500]) assert.deepEqual(store.drawings(frame, 'interpolated'), [], `${frame}`);
  assert.equal(store.drawings(4500, 'interpolated').length, 1);
});

test('between results that are more than a second apart, or of two parts of the picture, nothing is guessed', () => {
  for (const [after, kinds] of /** @type {[object, string[]][]} */ ([[{ frame: 90_000 }, ['interpolated']], [{ frame: 90_001 }, []], [{ frame: 6000, whole: false }, []]])) {
    const store = storeOf(result(0), { ...result(0), ...after });
    assert.deepEqual(store.drawings(3000, 'interpolated').map(({ kind }) => kind), kinds, JSON.stringify(after));
  }
});

test('each model has its own drawing', () => {
  const other = { ...result(0), model: 'other' };
  const store = storeOf(result(3000), other, { ...other, frame: 6000 });
  const measured = { kind: 'measured', result: result(3000) };
  assert.deepEqual(store.drawings(3000, 'last'), [measured, { kind: 'last', result: other }]);
  assert.deepEqual(store.drawings(3000, 'interpolated').map(({ kind }) => kind), ['measured', 'interpolated']);
  assert.deepEqual(store.drawings(3000, 'none').map(({ kind }) => kind), ['measured']);
});

test('the last result of a model that has ended does not stay for ever', () => {
  const store = storeOf(result(3000));
  assert.equal(store.drawings(3000 + 90 * 10_000, 'last').length, 1, 'a model may take 5 s and more');
  assert.deepEqual(store.drawings(3000 + 90 * 21_000, 'last'), []);
});
