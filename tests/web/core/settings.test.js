// SPDX-License-Identifier: LGPL-2.1-or-later
import assert from 'node:assert/strict';
import { DEFAULTS, isSetting, settingText, withSetting } from '../../../web/core/settings.js';
import { test } from '../../lib/test.js';

/** The words that each setting takes, its default first. */
const WORDS = { mode: ['', 'async', 'exact'], overlay: ['boxes', 'none'], fill: ['interpolated', 'last', 'none'], transport: ['auto', 'webrtc', 'socket'] };
/** Other than the default in everything. @type {import('../../../web/core/settings.js').Settings} */
const OTHER = { mode: 'async', overlay: 'none', fill: 'last', hold: 250, 'max-bitrate': 300_000, 'max-height': 200, transport: 'webrtc' };

test('only settings are settings', () => {
  for (const name of Object.keys(DEFAULTS)) assert.equal(isSetting(name), true, name);
  for (const name of ['', 'Mode', 'url', 'toString', '__proto__']) assert.equal(isSetting(name), false, name);
});

test('a choice changes its own setting and nothing else, and not the settings it started from', () => {
  const before = { ...OTHER };
  assert.deepEqual(withSetting(OTHER, 'mode', 'exact'), { ...before, mode: 'exact' });
  assert.deepEqual(withSetting(OTHER, 'fill', 'none'), { ...before, fill: 'none' });
  assert.deepEqual(withSetting(OTHER, 'hold', '1500'), { ...before, hold: 1500 });
  assert.deepEqual(withSetting(OTHER, 'max-bitrate', '1500'), { ...before, 'max-bitrate': 1500 });
  assert.deepEqual(withSetting(OTHER, 'transport', 'socket'), { ...before, transport: 'socket' });
  assert.deepEqual(OTHER, before);
});

test('what is not given or can’t be understood is the default', (t) => {
  t.mock.method(console, 'warn', () => {});
  for (const text of [null, '', 'EXACT', 'nonsense', 'constructor']) {
    for (const name of /** @type {const} */ (['mode', 'overlay', 'fill', 'hold', 'max-bitrate', 'max-height', 'transport'])) {
      assert.deepEqual(withSetting(OTHER, name, text), { ...OTHER, [name]: DEFAULTS[name] }, `${name}=${text}`);
    }
  }
});

test('the bit rate may be limited to a whole number of bit/s, or not at all', (t) => {
  const warn = t.mock.method(console, 'warn', () => {});
  const limits = { 1: 1, '3e5': 300_000, '1000000000000': 1e12, infinite: Infinity, '': Infinity };
  for (const [text, limit] of Object.entries(limits)) assert.equal(withSetting(OTHER, 'max-bitrate', text)['max-bitrate'], limit, `"${text}"`);
  assert.equal(warn.mock.callCount(), 0);
  for (const text of ['0', '-1', '0.5', '1000000000001', '300k']) assert.equal(withSetting(OTHER, 'max-bitrate', text)['max-bitrate'], Infinity, `"${text}"`);
  assert.equal(warn.mock.callCount(), 5, 'who writes the page is told');
  assert.match(warn.mock.calls[4].arguments[0], /^cv-player: max-bitrate="300k" is not/);
});

test('the lines may be limited to a whole number, or not at all', (t) => {
  t.mock.method(console, 'warn', () => {});
  const limits = { 1: 1, 360: 360, 65535: 65535, infinite: Infinity, '': Infinity, 0: Infinity, '-1': Infinity, '0.5': Infinity, 65536: Infinity, '2e': Infinity };
  for (const [text, limit] of Object.entries(limits)) assert.equal(withSetting(OTHER, 'max-height', text)['max-height'], limit, `"${text}"`);
});

test('the video is held back a number of ms, none, or without limit', (t) => {
  t.mock.method(console, 'warn', () => {});
  const holds = {
    0: 0, 33.5: 33.5, 5000: 5000, infinite: Infinity, '-1': Infinity, '1s': Infinity, NaN: Infinity, ' ': Infinity,
  };
  for (const [text, hold] of Object.entries(holds)) assert.equal(withSetting(OTHER, 'hold', text).hold, hold, `"${text}"`);
});

test('each setting has its default', () => {
  for (const [name, [initial]] of Object.entries(WORDS)) assert.equal(settingText(DEFAULTS, name), initial, name);
  for (const name of ['hold', 'max-bitrate', 'max-height']) assert.equal(settingText(DEFAULTS, name), 'infinite');
});

test('every setting’s text gives the setting back', () => {
  for (const [name, words] of Object.entries({ ...WORDS, hold: ['infinite', '0', '250', '33.5'], 'max-bitrate': ['infinite', '1', '300000'], 'max-height': ['infinite', '1', '65535'] })) {
    for (const word of words) {
      const settings = withSetting(OTHER, name, word);
      assert.equal(settingText(settings, name), word, name);
      assert.deepEqual(withSetting(OTHER, name, settingText(settings, name)), settings);
    }
  }
});
