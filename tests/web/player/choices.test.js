// SPDX-License-Identifier: LGPL-2.1-or-later
import assert from 'node:assert/strict';
import { BUTTONS, CHOOSERS, Choices } from '../../../web/player/choices.js';
import { DEFAULTS, settingText, withSetting } from '../../../web/core/settings.js';
import { test } from '../../lib/test.js';
import { FakeRoot } from '../lib/player.js';

Object.assign(globalThis, { Option: class { constructor(/** @type {string} */ text, /** @type {string} */ value) { Object.assign(this, { text, value }); } } });

function open() {
  const root = Object.assign(new FakeRoot(), { innerHTML: BUTTONS + CHOOSERS });
  /** @type {string[][]} */
  const chosen = [];
  const choices = new Choices(/** @type {any} */ (root), (...choice) => chosen.push(choice));
  const [live, exact] = root.querySelectorAll('[data-mode]');
  const [fill, hold] = root.querySelectorAll('.choices select');
  return { choices, live, exact, fill, hold, list: root.querySelector('.choices'), chosen };
}

test('every setting can be chosen, with every word that it takes', () => {
  const { live, exact, fill } = open();
  assert.deepEqual([live, exact].map(({ dataset }) => dataset.mode), ['async', 'exact']);
  const fills = fill.options.map((/** @type {any} */ { value }) => value);
  assert.deepEqual([fill.name, fills], ['fill', ['interpolated', 'last', 'none']]);
  for (const word of fills) assert.equal(settingText(withSetting(DEFAULTS, 'fill', word), 'fill'), word);
});

test('each time to hold the video back is what it is called', () => {
  const called = [...CHOOSERS.matchAll(/<option value="(\d+)">(\d+)(?: (ms|s)| \(live\))</g)];
  assert.deepEqual(called.map(([, value]) => value), ['0', '100', '250', '500', '1000', '2000', '5000']);
  for (const [, value, number, unit] of called) assert.equal(Number(value), Number(number) * (unit === 's' ? 1000 : 1));
});

test('what the viewer chooses is told by its name and its word', () => {
  const { live, exact, fill, hold, chosen } = open();
  live.onclick();
  exact.onclick();
  fill.value = 'last';
  fill.onchange();
  hold.value = '250';
  hold.onchange();
  assert.deepEqual(chosen, [['mode', 'async'], ['mode', 'exact'], ['fill', 'last'], ['hold', '250']]);
});

test('they show what is in use, which need not be what was chosen', () => {
  const { choices, live, exact, fill, hold } = open();
  choices.show({ mode: null, fill: 'interpolated', hold: 500 }, 'exact', '');
  assert.deepEqual([live, exact].map(({ attributes }) => attributes['aria-pressed']), ['false', 'true']);
  assert.deepEqual([fill.value, hold.value], ['interpolated', '500']);
  choices.show({ ...DEFAULTS, mode: 'exact' }, 'async', 'no stamps');
  assert.deepEqual([live, exact].map(({ attributes }) => attributes['aria-pressed']), ['true', 'false']);
  assert.deepEqual([fill.value, hold.value], ['interpolated', 'infinite']);
});

test('where the exact view can’t be had its button says why, and there is nothing to choose', () => {
  const { choices, live, exact, list } = open();
  choices.show(DEFAULTS, 'async', 'The video carries no frame stamps');
  assert.deepEqual([exact.disabled, exact.title, list.hidden, live.disabled], [true, 'The video carries no frame stamps', true, false]);
  choices.show(DEFAULTS, 'async', '');
  assert.deepEqual([exact.disabled, list.hidden], [false, false]);
  assert.match(exact.title, /held back/);
});

test('a number of the page’s address that the list does not have is added to it, once', () => {
  const { choices, hold } = open();
  const before = hold.options.length;
  for (let i = 0; i < 3; i++) {
    choices.show({ ...DEFAULTS, hold: 333 }, 'exact', '');
    choices.show(DEFAULTS, 'exact', '');
  }
  choices.show({ ...DEFAULTS, hold: 333 }, 'exact', '');
  assert.deepEqual([hold.value, hold.options.length], ['333', before + 1]);
  assert.deepEqual({ ...hold.options.at(-1) }, { text: '333 ms', value: '333' });
});
