// SPDX-License-Identifier: LGPL-2.1-or-later
import assert from 'node:assert/strict';
import { Keys, keyOf } from '../../../web/player/keys.js';
import { test } from '../../lib/test.js';
import { FakeElement } from '../lib/dom.js';

/** @param {string} key @param {object} [more] */
const pressed = (key, more) => /** @type {any} */ ({ key, ctrlKey: false, altKey: false, metaKey: false, isComposing: false, getModifierState: () => false, ...more });

test('a program is told of what is typed, and of keys that type nothing', () => {
  for (const key of ['q', 'Q', 'ä', ' ', 'Escape', 'Enter', 'ArrowLeft', 'F1', 'Shift', 'Backspace']) assert.equal(keyOf(pressed(key)), key);
  const at = pressed('@', { ctrlKey: true, altKey: true, getModifierState: (/** @type {string} */ name) => name === 'AltGraph' });
  assert.equal(keyOf(at), '@', 'on a keyboard where that takes two more keys');
});

test('the browser keeps its shortcuts, the way out of the picture, and what is not typed yet', () => {
  for (const key of ['Tab', 'F5', 'F11', 'F12', 'Dead', 'Process', 'Unidentified']) assert.equal(keyOf(pressed(key)), null, key);
  for (const held of ['ctrlKey', 'altKey', 'metaKey', 'isComposing']) assert.equal(keyOf(pressed('l', { [held]: true })), null, held);
});

test('keys go to the program while the picture has the focus and they are wanted, each time that they repeat, and nowhere else then', () => {
  const stage = new FakeElement('div');
  /** @type {object[]} */
  const sent = [];
  let wanted = true;
  new Keys(/** @type {any} */ (stage), (message) => sent.push(message), () => wanted);
  const press = (/** @type {string} */ key, /** @type {object} */ more = {}) => stage.meets('keydown', { ...pressed(key), ...more }).defaultPrevented;
  assert.deepEqual([press('a'), press('a', { repeat: true }), press('Tab'), press('c', { ctrlKey: true })], [true, true, false, false]);
  wanted = false;
  assert.equal(press('b'), false);
  assert.deepEqual(sent, [{ type: 'key', key: 'a' }, { type: 'key', key: 'a' }]);
});

test('what is pressed in a control over the picture is that control’s', () => {
  const stage = new FakeElement('div');
  /** @type {object[]} */
  const sent = [];
  new Keys(/** @type {any} */ (stage), (message) => sent.push(message), () => true);
  const event = Object.assign(new Event('keydown', { cancelable: true }), pressed(' '));
  Object.defineProperty(event, 'target', { value: new FakeElement('button') });
  stage.dispatchEvent(event);
  assert.deepEqual([sent, event.defaultPrevented], [[], false]);
});
