// SPDX-License-Identifier: LGPL-2.1-or-later
import assert from 'node:assert/strict';
import { Mouse, notchesOf } from '../../../web/player/mouse.js';
import { beforeEach, test } from '../../lib/test.js';
import { FakeElement } from '../lib/dom.js';

/** What waits for the screen to be repainted. @type {Map<number, () => void>} */
const repaints = new Map();
let last = 0;
Object.assign(globalThis, {
  requestAnimationFrame: (/** @type {() => void} */ callback) => {
    repaints.set(++last, callback);
    return last;
  },
  cancelAnimationFrame: (/** @type {number} */ id) => repaints.delete(id),
});
beforeEach(() => repaints.clear());

function repaint() {
  const due = [...repaints.values()];
  repaints.clear();
  for (const callback of due) callback();
}

/** A picture of 640 × 480, shown at half its size beside the edges of the stage. */
function open() {
  const stage = new FakeElement('div');
  const picture = new FakeElement('div');
  /** @type {number[]} */
  const captured = [];
  let focused = 0;
  Object.assign(stage, { setPointerCapture: (/** @type {number} */ id) => captured.push(id), focus: () => { ++focused; } });
  Object.assign(picture, { getBoundingClientRect: () => ({ left: 10, top: 20, width: 320, height: 240 }) });
  /** @type {any[]} */
  const sent = [];
  /** @type {{size: {width: number, height: number}|null}} */
  const wanted = { size: { width: 640, height: 480 } };
  const mouse = new Mouse(/** @type {any} */ (stage), /** @type {any} */ (picture), (message) => sent.push(message), () => wanted.size);
  /** @param {string} type @param {number} clientX @param {number} clientY @param {object} [more] */
  const at = (type, clientX, clientY, more = {}) => stage.meets(type, {
    clientX, clientY, button: -1, buttons: 0, pointerId: 1, isPrimary: true, shiftKey: false, ctrlKey: false, altKey: false, detail: 0, ...more,
  });
  /** In short. */
  const told = () => sent.splice(0).map(({ event, x, y, button, buttons }) => [event, x, y, button, buttons]);
  return { mouse, stage, captured, sent, wanted, at, told, focused: () => focused };
}

test('moves are told in the picture’s pixels, the newest of them, once for each picture of the page', () => {
  const { at, told } = open();
  at('pointermove', 12, 22);
  at('pointermove', 170, 140);
  assert.deepEqual([told(), repaints.size], [[], 1]);
  repaint();
  assert.deepEqual(told(), [['move', 320, 240, 0, 0]]);
  at('pointermove', 10, 20);
  repaint();
  repaint();
  assert.deepEqual(told(), [['move', 0, 0, 0, 0]]);
});

test('nothing is told of what is beside the picture, nor while nobody wants to know', () => {
  const { at, told, wanted, captured } = open();
  for (const [x, y] of [[9, 100], [330, 100], [100, 19], [100, 260]]) {
    at('pointermove', x, y);
    at('pointerdown', x, y, { button: 0, buttons: 1 });
  }
  wanted.size = null;
  at('pointermove', 100, 100);
  at('pointerdown', 100, 100, { button: 0, buttons: 1 });
  assert.equal(at('wheel', 100, 100, { deltaX: 0, deltaY: 100, deltaMode: 0 }).defaultPrevented, false, 'then the page scrolls');
  assert.equal(at('contextmenu', 100, 100).defaultPrevented, false);
  repaint();
  assert.deepEqual([told(), captured], [[], []]);
});

test('a move that was still to be told is not, when nobody wants to know any more', () => {
  const { at, told, wanted } = open();
  at('pointermove', 100, 100);
  wanted.size = null;
  repaint();
  assert.deepEqual(told(), []);
});

test('a button that is held keeps the pointer: beside the picture it is at its edge, and what came before the button goes before it', () => {
  const { at, told, captured } = open();
  at('pointermove', 60, 70);
  at('pointerdown', 110, 120, { button: 0, buttons: 1 });
  assert.deepEqual([told(), captured], [[['move', 100, 100, 0, 0], ['down', 200, 200, 0, 1]], [1]]);
  at('pointermove', 1000, -50, { buttons: 1 });
  repaint();
  at('pointermove', 0, 120, { buttons: 1 });
  at('pointerup', 0, 1000, { button: 0, buttons: 0 });
  assert.deepEqual(told(), [['move', 639, 0, 0, 1], ['move', 0, 200, 0, 1], ['up', 0, 479, 0, 0]]);
  at('lostpointercapture', 0, 0);
  at('pointermove', 1000, 100);
  repaint();
  assert.deepEqual(told(), [], 'it is held no more');
});

test('a second button comes while the first is held, and each goes up by itself', () => {
  const { at, told } = open();
  at('pointerdown', 10, 20, { button: 2, buttons: 2 });
  at('pointermove', 10, 20, { button: 0, buttons: 3 });
  at('pointermove', 10, 20, { button: 2, buttons: 1 });
  at('pointerup', 10, 20, { button: 0, buttons: 0 });
  assert.deepEqual(told(), [['down', 0, 0, 2, 2], ['down', 0, 0, 0, 3], ['up', 0, 0, 2, 1], ['up', 0, 0, 0, 0]]);
});

test('buttons that go back and on in the browser’s history are its own', () => {
  const { at, told, captured } = open();
  at('pointerdown', 100, 100, { button: 3, buttons: 8 });
  at('pointerup', 100, 100, { button: 3, buttons: 0 });
  assert.deepEqual([told(), captured], [[], []]);
});

test('where the browser takes the pointer away, or the window is closed, held buttons go up', () => {
  const { mouse, at, told, wanted } = open();
  at('pointerdown', 110, 120, { button: 0, buttons: 1 });
  at('pointermove', 110, 120, { button: 1, buttons: 5 });
  at('lostpointercapture', 0, 0);
  assert.deepEqual(told().slice(2), [['up', 200, 200, 0, 4], ['up', 200, 200, 1, 0]]);
  at('pointerdown', 110, 120, { button: 0, buttons: 1 });
  wanted.size = null;
  mouse.release();
  wanted.size = { width: 640, height: 480 };
  mouse.release();
  assert.deepEqual(told(), [['down', 200, 200, 0, 1]], 'which who is gone is not told');
});

test('a press gives the picture the focus; the second of two is a double one too', () => {
  const { at, told, focused } = open();
  assert.equal(at('mousedown', 110, 120, { button: 0, buttons: 1, detail: 1 }).defaultPrevented, true, 'nothing is selected or dragged');
  assert.deepEqual([focused(), told()], [1, []]);
  at('pointerdown', 110, 120, { button: 2, buttons: 2 });
  at('mousedown', 110, 120, { button: 2, buttons: 2, detail: 2 });
  assert.deepEqual(told(), [['down', 200, 200, 2, 2], ['double', 200, 200, 2, 2]]);
  assert.equal(at('contextmenu', 110, 120).defaultPrevented, true);
});

test('one finger is the left button, a second one is not for the program', () => {
  const { at, told } = open();
  at('pointerdown', 110, 120, { button: 0, buttons: 1, pointerType: 'touch', pointerId: 5 });
  at('pointerdown', 210, 120, { button: 0, buttons: 1, pointerType: 'touch', pointerId: 6, isPrimary: false });
  at('pointerup', 210, 120, { button: 0, buttons: 0, pointerType: 'touch', pointerId: 6, isPrimary: false });
  at('pointerup', 110, 120, { button: 0, buttons: 0, pointerType: 'touch', pointerId: 5 });
  assert.deepEqual(told(), [['down', 200, 200, 0, 1], ['up', 200, 200, 0, 0]]);
});

test('keys that are held with it are told', () => {
  const { at, sent } = open();
  at('pointerdown', 10, 20, { button: 0, buttons: 1, shiftKey: true, ctrlKey: true, altKey: true });
  at('pointerup', 10, 20, { button: 0, buttons: 0 });
  assert.deepEqual(sent.map(({ type, shift, ctrl, alt, wheel }) => [type, shift, ctrl, alt, wheel]), [['mouse', true, true, true, [0, 0]], ['mouse', false, false, false, [0, 0]]]);
});

test('turns of the wheel are added up for each picture of the page, which does not scroll; with Ctrl it zooms', () => {
  const { at, sent } = open();
  const up = at('wheel', 110, 120, { deltaX: 0, deltaY: -100, deltaMode: 0 });
  at('wheel', 110, 120, { deltaX: 50, deltaY: -100, deltaMode: 0 });
  assert.deepEqual([up.defaultPrevented, sent], [true, []]);
  repaint();
  assert.deepEqual(sent.splice(0).map(({ event, x, y, wheel }) => [event, x, y, wheel]), [['wheel', 200, 200, [0.5, 2]]]);
  assert.equal(at('wheel', 110, 120, { deltaX: 0, deltaY: 100, deltaMode: 0, ctrlKey: true }).defaultPrevented, false);
  repaint();
  assert.deepEqual(sent, []);
});

test('a notch is a notch, whatever the browser makes of it', () => {
  const notches = (/** @type {object} */ event) => notchesOf(/** @type {any} */ (event));
  assert.deepEqual(notches({ deltaX: 0, deltaY: 53, deltaMode: 0, wheelDeltaX: 0, wheelDeltaY: -120 }), [0, -1]);
  assert.deepEqual(notches({ deltaX: 53, deltaY: 0, deltaMode: 0, wheelDeltaX: -240, wheelDeltaY: 0 }), [2, 0]);
  assert.deepEqual(notches({ deltaX: 0, deltaY: -6, deltaMode: 1 }), [0, 2]);
  assert.deepEqual(notches({ deltaX: -1, deltaY: 0, deltaMode: 2 }), [-1, 0]);
});
