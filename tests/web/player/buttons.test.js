// SPDX-License-Identifier: LGPL-2.1-or-later
import assert from 'node:assert/strict';
import { Buttons } from '../../../web/player/buttons.js';
import { test } from '../../lib/test.js';
import { FakeElement, fakeDocument } from '../lib/dom.js';

Object.assign(globalThis, { document: fakeDocument });

/** @typedef {import('../../../web/core/protocol.js').Button} Button */
/** @type {Button[]} */
const ALL = [
  { button: 1, name: 'save', kind: 'push', bar: 0, on: false }, { button: 2, name: 'edges', kind: 'check', bar: 0, on: true },
  { button: 3, name: 'near', kind: 'radio', bar: 1, on: true }, { button: 4, name: 'far', kind: 'radio', bar: 1, on: false },
];

function open(buttons = ALL) {
  const root = new FakeElement('div');
  /** @type {any[]} */
  const sent = [];
  const all = new Buttons(/** @type {any} */ (root), (message) => sent.push(message));
  all.show(buttons, true);
  const rows = () => /** @type {any[]} */ (root.children).map(({ children }) => children.map((/** @type {any} */ one) => one.name === 'label' ? one.children[0] : one));
  return { root, all, sent, rows };
}

test('each bar is a row of its buttons, which are as the program says', () => {
  const { root, all, rows } = open();
  assert.deepEqual(rows().map((row) => row.map((/** @type {any} */ { name, type, checked, disabled }) => [name, type, checked, disabled])), [
    [['button', undefined, undefined, false], ['input', 'checkbox', true, false]], [['bar 1', 'radio', true, false], ['bar 1', 'radio', false, false]]]);
  assert.deepEqual([root.textContent, root.hidden], ['saveedgesnearfar', false]);
  const [[, edges]] = rows();
  all.show(ALL.map((one) => ({ ...one, on: !one.on })), false);
  assert.deepEqual([rows()[0][1] === edges, edges.checked, edges.disabled], [true, false, true], 'it is the same one: it may have the focus');
  all.show([], true);
  assert.deepEqual([rows(), root.hidden], [[], true]);
});

test('what a viewer does is told, with how it is to be', () => {
  const { rows, sent } = open();
  const [[save, edges], [, far]] = rows();
  save.onclick();
  edges.checked = false;
  edges.onchange();
  far.checked = true;
  far.onchange();
  assert.deepEqual(sent, [{ type: 'button', button: 1, on: true }, { type: 'button', button: 2, on: false }, { type: 'button', button: 4, on: true }]);
});
