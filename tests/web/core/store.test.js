// SPDX-License-Identifier: LGPL-2.1-or-later
import assert from 'node:assert/strict';
import { DEFAULTS } from '../../../web/core/settings.js';
import { NO_ATTEMPT, Store } from '../../../web/core/store.js';
import { test } from '../../lib/test.js';
import { STREAM } from '../lib/stream.js';

test('at first nothing is known, and nothing is chosen', () => {
  const { facts } = new Store();
  assert.deepEqual(facts, { settings: DEFAULTS, token: '', results: '', paused: false, audible: false, looking: true, shared: false, watched: false, state: 'closed', error: null, window: null, attempt: 0, ...NO_ATTEMPT, mode: 'async', obstacle: 'Not connected yet', resultsVisible: true, streamDelay: null, delay: 0 });
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
  store.on(['wantedDelay', 'attempt'], (facts, before) => told.push([before.wantedDelay, facts.wantedDelay, facts.attempt]));
  store.set({ wantedDelay: 100, attempt: 7 });
  assert.deepEqual(told, [[null, 100, 7]], 'once for both');
  store.set({ wantedDelay: 100 });
  store.set({ appliedDelay: 50 });
  assert.equal(told.length, 1);
  store.set({ wantedDelay: null });
  assert.deepEqual(told.at(-1), [100, null, 7]);
});

test('the mode follows from settings, stream and browser, and is told with them', () => {
  const store = new Store();
  /** @type {unknown[]} */
  const told = [];
  store.on(['stream', 'delayable', 'mode', 'obstacle'], ({ mode, obstacle }) => told.push([mode, obstacle === '']));
  store.set({ stream: STREAM, delayable: true });
  assert.deepEqual(told, [['exact', true]]);
  store.set({ settings: { ...DEFAULTS, mode: 'async' } });
  assert.deepEqual(told.at(-1), ['async', true]);
  store.set(NO_ATTEMPT);
  assert.deepEqual(told.at(-1), ['async', false]);
});

test('whether results are seen follows from what is to be drawn of them', () => {
  const store = new Store();
  store.set({ settings: { ...DEFAULTS, overlay: 'none' } });
  assert.equal(store.facts.resultsVisible, false);
  store.set({ settings: DEFAULTS });
  assert.equal(store.facts.resultsVisible, true);
});

test('who changes a fact while others are being told has them told of that too', () => {
  const store = new Store();
  /** @type {number[]} */
  const told = [];
  store.on(['wantedDelay'], ({ wantedDelay }) => store.set({ appliedDelay: wantedDelay ?? 0 }));
  store.on(['wantedDelay', 'appliedDelay'], ({ appliedDelay }) => told.push(appliedDelay));
  store.set({ wantedDelay: 100 });
  assert.deepEqual(told, [100, 100]);
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
