// SPDX-License-Identifier: LGPL-2.1-or-later
import assert from 'node:assert/strict';
import { Models } from '../../web/js/models.js';
import { test } from '../lib/test.js';

const OFFSET = 5e6;

/** @param {string} model @param {number} frame @param {number} [ms] @returns {import('../../web/js/protocol.js').Result} */
const result = (model, frame, ms = 10) => ({ type: 'result', frame, model, ms, width: 640, height: 360, objects: [] });
/** @param {'starting'|'running'|'failed'} state @param {number} since @returns {import('../../web/js/protocol.js').ModelState} */
const state = (state, since) => ({ type: 'model', model: 'a', state, message: state === 'failed' ? 'why' : '', since });

test('each model has its own newest result, time, rate and lag', () => {
  const models = new Models();
  for (let i = 0; i < 11; ++i) assert.equal(models.addResult(result('a', i * 9000), i * 100, 50 - OFFSET), true);
  assert.equal(models.addResult(result('b', 0, 20), 1000, null), true);
  assert.equal(models.addResult(result('a', 9000), 1000, 950 - OFFSET), false, 'an old one');
  const [a, b] = models.report(1000, OFFSET).sort((one, other) => (one.model < other.model ? -1 : 1));
  assert.deepEqual([a.model, a.ms, a.lag, a.state], ['a', 10, 50, null]);
  assert.ok(Math.abs(a.perSecond - 11) < 1, `${a.perSecond}`);
  assert.deepEqual(b, { model: 'b', state: null, message: '', ms: 20, perSecond: 0, lag: null });
  assert.deepEqual(models.fresh(1000).map(({ model }) => model).sort(), ['a', 'b']);
  assert.deepEqual(models.fresh(2500), [], 'after a while they are not worth showing');
});

test('of a model\'s states the latest counts, whatever order the network makes', () => {
  const models = new Models();
  models.addState(state('running', 2));
  models.addState(state('starting', 1));
  assert.equal(models.report(0, OFFSET)[0].state, 'running');
  models.addState(state('failed', 3));
  assert.deepEqual([models.report(1e6, OFFSET)[0].state, models.report(1e6, OFFSET)[0].message], ['failed', 'why']);
});

test('a model without a state that says nothing any more is forgotten', () => {
  const models = new Models();
  models.addResult(result('a', 1), 0, null);
  for (let now = 1000; now <= 20_000; now += 500) assert.equal(models.report(now, OFFSET).length, 1);
  assert.equal(models.report(40_000, OFFSET).length, 0);
});

test('names without end do not fill the page', () => {
  const models = new Models();
  for (let i = 0; i < 1000; ++i) models.addResult(result(`m${i}`, i), 0, null);
  assert.equal(models.report(0, OFFSET).length, 16);
});
