// SPDX-License-Identifier: LGPL-2.1-or-later
import assert from 'node:assert/strict';
import { ModelList } from '../../../web/player/model-list.js';
import { test } from '../../lib/test.js';
import { FakeElement, fakeDocument } from '../lib/dom.js';

Object.assign(globalThis, { document: fakeDocument });

/** @param {object} [change] @returns {import('../../../web/core/models.js').ModelReport} */
const model = (change) => ({ model: 'faces', state: 'running', message: '', ms: 12.34, perSecond: 24.96, lag: 80.6, ...change });

function show(/** @type {ReturnType<typeof model>[]} */ ...models) {
  const list = new FakeElement('ul');
  const shown = new ModelList(/** @type {any} */ (list));
  shown.update(models);
  const items = () => /** @type {FakeElement[]} */ (list.children);
  return { list, shown, items, texts: () => items().map(({ textContent }) => textContent) };
}

test('a model is named with its time, its rate and how far it is behind', () => {
  const { list, items, texts } = show(model());
  assert.deepEqual([list.hidden, texts()], [false, ['faces 12 ms · 25.0 /s · 81 ms behind']]);
  assert.equal(items()[0].dataset.state, 'running');
});

test('what is not known of it is left out', () => {
  assert.deepEqual(show(model({ ms: null, lag: null })).texts(), ['faces 25.0 /s']);
  assert.deepEqual(show(model({ perSecond: 0, ms: 9.96, lag: null })).texts(), ['faces 10.0 ms']);
  assert.deepEqual(show(model({ perSecond: 0, ms: null, lag: null })).texts(), ['faces ']);
});

test('of one that starts or failed it says so; of one that failed, why', () => {
  const { items, texts } = show(model({ state: 'starting' }), model({ model: 'x', state: 'failed', message: 'no <b>weights</b>' }));
  assert.deepEqual(texts(), ['faces starting…', 'x failedno <b>weights</b>']);
  assert.deepEqual(items().map(({ dataset }) => dataset.state), ['starting', 'failed']);
  const [, , why] = /** @type {FakeElement[]} */ (items()[1].children);
  assert.deepEqual([why.name, why.children], ['pre', ['no <b>weights</b>']], 'as text');
});

test('two models are told apart, in the order of their names', () => {
  const inside = model({ state: null });
  assert.equal(show().list.hidden, true);
  const { texts, items } = show(inside, model({ model: 'apples', state: null, ms: 5, perSecond: 0, lag: null }));
  assert.deepEqual(texts(), ['apples 5.0 ms', 'faces 12 ms · 25.0 /s · 81 ms behind']);
  assert.equal(items()[0].dataset.state, 'running');
});

test('what says the same stays as it is, so that its text can be marked', () => {
  const { shown, items, texts } = show(model());
  const [before] = items();
  shown.update([model({ ms: 12.4 })]);
  assert.equal(items()[0], before);
  shown.update([model({ ms: 13 })]);
  assert.notEqual(items()[0], before);
  shown.update([model({ ms: 13, state: 'starting' })]);
  assert.deepEqual(texts(), ['faces starting…']);
  shown.update([model({ ms: 13, state: 'failed', message: 'why' })]);
  assert.deepEqual(texts(), ['faces failedwhy']);
  shown.update([model({ ms: 13, state: 'failed', message: 'other' })]);
  assert.deepEqual(texts(), ['faces failedother']);
  shown.update([]);
  assert.deepEqual(items(), []);
});
