// SPDX-License-Identifier: LGPL-2.1-or-later
import assert from 'node:assert/strict';
import { DEFAULTS } from '../../../web/core/settings.js';
import { NO_ATTEMPT, Store } from '../../../web/core/store.js';
import { test } from '../../lib/test.js';

test('at first nothing is known, and nothing is chosen', () => {
  const { facts } = new Store();
  assert.deepEqual(facts, { settings: DEFAULTS, resultsVisible: true, state: 'closed', error: null, attempt: 0, ...NO_ATTEMPT });
  assert.deepEqual([facts.stream, facts.wantedDelay, facts.composed], [null, null, false]);
});

test('a fact is what it was set to, and the others stay', () => {
  const store = new Store();
  store.set({ appliedDelay: 100 });
  store.set({ wantedDelay: 200 });
  assert.deepEqual([store.facts.appliedDelay, store.facts.wantedDelay, store.facts.attempt], [100, 200, 0]);
});

test('who listens is told of its own facts, when they changed, with what was before', () => {
  const store = new Store();
  /** @type {unknown[]} */
  const told = [];
  store.on(['wantedDelay', 'mode'], (facts, before) => told.push([before.wantedDelay, facts.wantedDelay, facts.mode]));
  store.set({ wantedDelay: 100, mode: 'exact' });
  assert.deepEqual(told, [[null, 100, 'exact']], 'once for both');
  store.set({ wantedDelay: 100 });
  store.set({ appliedDelay: 50 });
  assert.equal(told.length, 1);
  store.set({ wantedDelay: null });
  assert.deepEqual(told.at(-1), [100, null, 'exact']);
});

test('a fact that depends on others is known to all that are told after it was set', () => {
  const store = new Store();
  /** @type {string[]} */
  const told = [];
  store.on(['delayable'], ({ delayable }) => store.set({ mode: delayable ? 'exact' : 'async' }));
  store.on(['delayable', 'mode'], ({ mode }, before) => told.push(`${before.mode} → ${mode}`));
  store.set({ delayable: true });
  assert.deepEqual(told, ['async → exact', 'async → exact']);
});

test('who has stopped listening is told nothing, the others are', () => {
  const store = new Store();
  /** @type {string[]} */
  const told = [];
  const stop = store.on(['attempt'], () => { told.push('first'); stop(); });
  store.on(['attempt'], () => told.push('second'));
  for (const attempt of [1, 2]) store.set({ attempt });
  assert.deepEqual(told, ['first', 'second', 'second']);
});

test('what was taken out of it does not change later', () => {
  const store = new Store();
  const { facts } = store;
  store.set({ attempt: 1 });
  assert.equal(facts.attempt, 0);
});
