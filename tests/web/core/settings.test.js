// SPDX-License-Identifier: LGPL-2.1-or-later
import assert from 'node:assert/strict';
import { DEFAULTS, isSetting, settingText, withSetting } from '../../../web/core/settings.js';
import { test } from '../../lib/test.js';

/** The words that each setting takes, its default first. */
const WORDS = { mode: ['', 'async', 'exact'], fill: ['interpolated', 'last', 'none'] };
/** Other than the default in everything. @type {import('../../../web/core/settings.js').Settings} */
const OTHER = { mode: 'async', fill: 'last', hold: 250 };

test('only settings are settings', () => {
  for (const name of Object.keys(DEFAULTS)) assert.equal(isSetting(name), true, name);
  for (const name of ['', 'Mode', 'url', 'toString', '__proto__']) assert.equal(isSetting(name), false, name);
});

test('a choice changes its own setting and nothing else, and not the settings it started from', () => {
  const before = { ...OTHER };
  assert.deepEqual(withSetting(OTHER, 'mode', 'exact'), { ...before, mode: 'exact' });
  assert.deepEqual(withSetting(OTHER, 'fill', 'none'), { ...before, fill: 'none' });
  assert.deepEqual(withSetting(OTHER, 'hold', '1500'), { ...before, hold: 1500 });
  assert.deepEqual(OTHER, before);
});

test('what is not given or can’t be understood is the default', () => {
  for (const text of [null, '', 'EXACT', 'nonsense', 'constructor']) {
    for (const name of /** @type {const} */ (['mode', 'fill', 'hold'])) {
      assert.deepEqual(withSetting(OTHER, name, text), { ...OTHER, [name]: DEFAULTS[name] }, `${name}=${text}`);
    }
  }
});

test('the video is held back a number of ms, none, or without limit', () => {
  const holds = {
    0: 0, 33.5: 33.5, 5000: 5000, infinite: Infinity, '-1': Infinity, '1s': Infinity, NaN: Infinity, ' ': Infinity,
  };
  for (const [text, hold] of Object.entries(holds)) assert.equal(withSetting(OTHER, 'hold', text).hold, hold, `"${text}"`);
});

test('each setting has its default', () => {
  for (const [name, [initial]] of Object.entries(WORDS)) assert.equal(settingText(DEFAULTS, name), initial, name);
  assert.equal(settingText(DEFAULTS, 'hold'), 'infinite');
});

test('every setting’s text gives the setting back', () => {
  for (const [name, words] of Object.entries({ ...WORDS, hold: ['infinite', '0', '250', '33.5'] })) {
    for (const word of words) {
      const settings = withSetting(OTHER, name, word);
      assert.equal(settingText(settings, name), word, name);
      assert.deepEqual(withSetting(OTHER, name, settingText(settings, name)), settings);
    }
  }
});
