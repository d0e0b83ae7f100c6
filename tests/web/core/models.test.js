// SPDX-License-Identifier: LGPL-2.1-or-later
import assert from 'node:assert/strict';
import { Models } from '../../../web/core/models.js';
import { test } from '../../lib/test.js';

const OFFSET = 5e6;

/** @param {string} model @param {number} frame @param {number} [ms] @returns {import('../../../web/core/protocol.js').Result} */
const result = (model, frame, ms = 10) => ({ type: 'result', frame, model, ms, width: 640, height: 360, objects: [] });
/** @param {'starting'|'running'|'failed'} state @param {number} since @returns {import('../../../web/core/protocol.js').ModelState} */
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

test('a model without a state that says nothing any more is forgotten when another one speaks', () => {
  const models = new Models();
  models.addResult(result('a', 1), 1000, null);
  assert.deepEqual([30_000, 100_000].map((now) => models.report(now, OFFSET).length), [1, 1]);
  models.addResult(result('b', 2), 31_000, null);
  assert.equal(models.report(31_000, OFFSET).length, 2);
  models.addResult(result('b', 3), 31_001, null);
  assert.deepEqual(models.report(31_001, OFFSET).map(({ model }) => model), ['b']);
});

test('a model whose results have ceased to come where they were to is silent, whether it has a state or not', () => {
  const models = new Models();
  models.addState(state('running', 1));
  const said = (/** @type {number} */ now, since = -Infinity) => models.report(now, OFFSET, since).sort((one, other) => (one.model < other.model ? -1 : 1)).map(({ state: word }) => word);
  assert.deepEqual(said(60_000), ['running'], 'it has never said anything: it may take long');
  models.addResult(result('a', 1), 60_000, null);
  models.addResult(result('b', 1), 62_000, null);
  assert.deepEqual([65_000, 65_001, 67_000, 67_001].map((now) => said(now)), [['running', null], ['silent', null], ['silent', null], ['silent', 'silent']]);
  assert.deepEqual(said(90_000, Infinity), ['running', null], 'none are to come: nobody looks');
  assert.deepEqual([95_000, 95_001].map((now) => said(now, 90_000)), [['running', null], ['silent', 'silent']], 'since somebody looks again');
  models.addResult(result('b', 2), 96_000, null);
  assert.deepEqual(said(96_000), ['silent', null]);
  models.addState(state('failed', 2));
  assert.deepEqual(said(96_000), ['failed', null], 'why, is more');
});

test('rates are of the last five seconds, lags of the last two', () => {
  const models = new Models();
  const add = (/** @type {number} */ time, /** @type {number} */ lag) => models.addResult(result('a', time * 90), time, lag - OFFSET);
  for (let time = 0; time < 4000; time += 50) add(time, 200);
  for (let time = 4000; time <= 9500; time += 500) add(time, time <= 7000 ? 200 : 60);
  const [{ perSecond, lag }] = models.report(9500, OFFSET);
  assert.deepEqual([perSecond, lag], [2, 60]);
});

test('a model that has only a state has no figures, and one without a clock no lag', () => {
  const models = new Models();
  models.addState(state('running', 1));
  assert.deepEqual(models.report(0, OFFSET), [{ model: 'a', state: 'running', message: '', ms: null, perSecond: 0, lag: null }]);
  models.addResult(result('a', 1), 0, 50 - OFFSET);
  assert.deepEqual(models.report(0, null).map(({ lag }) => lag), [null]);
});

test('names without end do not fill the page', () => {
  const models = new Models();
  for (let i = 0; i < 1000; ++i) models.addResult(result(`m${i}`, i), 0, null);
  assert.equal(models.report(0, OFFSET).length, 16);
  for (let i = 0; i < 100; ++i) {
    models.addResult(result('steady', i), 0, null);
    models.addResult(result(`n${i}`, i), 0, null);
    const names = models.report(0, OFFSET).map(({ model }) => model);
    assert.ok(names.length === 16 && names.includes('steady'), 'nor do they take the place of one that is there');
  }
});
