// SPDX-License-Identifier: LGPL-2.1-or-later
import assert from 'node:assert/strict';
import { Trackbars } from '../../../web/player/trackbars.js';
import { beforeEach, test } from '../../lib/test.js';
import { FakeElement } from '../lib/dom.js';
import { pass, stopTime, timersLeft } from '../lib/time.js';

class FakeRange extends FakeElement {
  #value = '0';

  get value() {
    return this.#value;
  }

  set value(text) {
    this.#value = text;
  }

  get valueAsNumber() {
    return Number(this.value);
  }
}
Object.assign(globalThis, { document: { createElement: (/** @type {string} */ name) => name === 'input' ? new FakeRange(name) : new FakeElement(name) } });
beforeEach(stopTime);

const LOW = { name: 'low', min: 0, max: 255, value: 100 };
const HIGH = { name: 'high', min: -5, max: 5, value: 0 };

/** @param {typeof LOW[]} [trackbars] */
function open(trackbars = [LOW]) {
  const root = new FakeElement('div');
  /** @type {{name: string, value: number}[]} */
  const sent = [];
  const all = new Trackbars(/** @type {any} */ (root), ({ name, value }) => sent.push({ name, value }));
  all.show(trackbars, true);
  /** What is seen of each. */
  const seen = () => /** @type {any[]} */ (root.children).map(({ children: [label, input, output] }) => [label.textContent, input.min, input.max, input.value, output.textContent, input.disabled]);
  const slider = (index = 0) => /** @type {any} */ (root.children[index]).children[1];
  /** Somebody drags it. @param {number} value */
  const drag = (value) => {
    slider().value = String(value);
    slider().meets('input');
  };
  const drop = () => slider().meets('change');
  return { root, all, sent, seen, slider, drag, drop };
}

test('each trackbar is a slider of its name, with its bounds and where the program says that it is', () => {
  const { all, seen, root } = open([LOW, HIGH]);
  assert.deepEqual(seen(), [['low', '0', '255', '100', '100', false], ['high', '-5', '5', '0', '0', false]]);
  all.show([LOW, { ...HIGH, max: 9, value: 7 }], false);
  assert.deepEqual(seen(), [['low', '0', '255', '100', '100', true], ['high', '-5', '9', '7', '7', true]]);
  assert.equal(root.hidden, false);
  all.show([], true);
  assert.deepEqual([seen(), root.hidden], [[], true]);
});

test('sliders that are there stay when others come: one of them may have the focus', () => {
  const { all, root, slider } = open([LOW]);
  const before = slider();
  all.show([HIGH, LOW], true);
  assert.deepEqual([slider(1) === before, root.children.length], [true, 2]);
});

test('while one is dragged the program is told at most every 30 ms, and at last where it is', async () => {
  const { sent, drag, drop, seen } = open();
  for (let value = 101; value <= 110; ++value) {
    drag(value);
    await pass(10);
  }
  assert.deepEqual(sent.map(({ value }) => value), [101, 103, 106, 109]);
  drag(111);
  drop();
  assert.equal(seen()[0][4], '111', 'it says at once where it is');
  await pass(30);
  assert.deepEqual(sent.at(-1), { name: 'low', value: 111 });
  await pass(2000);
  assert.equal(sent.length, 5);
  assert.equal(timersLeft(), 0);
});

test('what the program says does not move one that is dragged, nor older words of it one that was let go', async () => {
  const { all, drag, drop, seen, sent } = open();
  drag(150);
  all.show([{ ...LOW, value: 3 }], true);
  drag(160);
  assert.equal(seen()[0][3], '160');
  drop();
  await pass(30);
  all.show([{ ...LOW, value: 150 }], true);
  assert.deepEqual([seen()[0][3], sent.at(-1)?.value], ['160', 160]);
  all.show([{ ...LOW, value: 160 }], true);
  all.show([{ ...LOW, value: 42 }], true);
  assert.equal(seen()[0][3], '42', 'it has come to where it was moved, and goes on from there');
});

test('a program that does not take it has its way, a second later', async () => {
  const { drag, drop, seen } = open();
  drag(150);
  drop();
  await pass(999);
  assert.equal(seen()[0][3], '150');
  await pass(1);
  assert.deepEqual([seen()[0][3], seen()[0][4]], ['100', '100']);
});

test('one that may no more be moved is where the program says, and tells nothing', async () => {
  const { all, sent, drag, seen } = open();
  drag(150);
  drag(151);
  all.show([LOW], false);
  assert.deepEqual([seen()[0][3], seen()[0][5]], ['100', true]);
  await pass(2000);
  assert.deepEqual(sent.map(({ value }) => value), [150]);
});

test('a slider that is gone tells nothing any more', async () => {
  const { all, sent, drag } = open();
  drag(150);
  drag(151);
  all.show([HIGH], true);
  await pass(2000);
  assert.deepEqual([sent.map(({ value }) => value), timersLeft()], [[150], 0]);
});
