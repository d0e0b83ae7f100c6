// SPDX-License-Identifier: LGPL-2.1-or-later
import assert from 'node:assert/strict';
import { Store } from '../../../web/core/store.js';
import { ProgramWindow, wordsOf } from '../../../web/player/window.js';
import { test } from '../../lib/test.js';
import { fakeDocument } from '../lib/dom.js';
import { FakeRoot } from '../lib/player.js';
import { STREAM } from '../lib/stream.js';

Object.assign(globalThis, { document: fakeDocument, ResizeObserver: class { observe() {} }, requestAnimationFrame: (/** @type {() => void} */ callback) => callback(), cancelAnimationFrame: () => {} });

/** @type {import('../../../web/core/protocol.js').ProgramWindow} */
const OPEN = {
  type: 'window', title: 'edges', width: 640, height: 480, state: 'open', message: '', picture: '', mouse: true, objects: false, writable: true, overlay: '', status: '',
  trackbars: [{ name: 'low', min: 0, max: 255, value: 100 }], buttons: [{ button: 1, name: 'save', kind: 'push', bar: 0, on: false }],
};

/** @param {Partial<typeof OPEN>} [window] */
function open(window = {}) {
  const root = Object.assign(new FakeRoot(), { innerHTML: '<div class="player"><div class="stage"><div class="picture"><canvas class="composed">', adoptedStyleSheets: [] });
  const store = new Store();
  /** @type {any[]} */
  const sent = [];
  store.set({ stream: STREAM, window: { ...OPEN, ...window } });
  new ProgramWindow(/** @type {any} */ (root), store, (message) => sent.push(message));
  const [player, stage, picture, all, told, close, bars, buttons, over, below] = ['.player', '.stage', '.picture', '.window', '.told', '.close', '.trackbars', '.buttons', '.over-text', '.status-text'].map((name) => root.querySelector(name));
  picture.getBoundingClientRect = () => ({ left: 0, top: 0, width: 640, height: 480 });
  stage.setPointerCapture = () => {};
  const slider = () => bars.children[0].children[1];
  /** All that a viewer can do. */
  const act = () => {
    const pointer = { clientX: 3, clientY: 4, button: 0, buttons: 1, pointerId: 1, isPrimary: true, shiftKey: false, ctrlKey: false, altKey: false };
    stage.meets('keydown', { key: 'q', ctrlKey: false, altKey: false, metaKey: false, isComposing: false });
    stage.meets('pointerdown', pointer);
    stage.meets('pointerup', { ...pointer, buttons: 0 });
    const [save] = buttons.children[0].children;
    if (!save.disabled) save.onclick();
    if (!close.disabled) close.onclick();
    return sent.splice(0).map(({ type, event }) => event ?? type);
  };
  return { root, store, player, stage, all, told, close, slider, act, sent, over, below };
}

test('what a viewer does in a window that is open goes to the program', () => {
  const { act, slider, stage, told, player, root } = open();
  assert.deepEqual(act(), ['key', 'down', 'up', 'button', 'close']);
  assert.equal(slider().disabled, false);
  assert.deepEqual([stage.attributes['aria-label'], told.textContent], ['Picture of the window edges. Keys go to the program', 'Keys go to the program while the picture has the focus.']);
  assert.deepEqual([player.dataset.window, player.dataset.mouse, /** @type {any} */ (root).adoptedStyleSheets[0].text], ['open', 'true', 'window.css']);
});

test('a program that does not want to know of the mouse is told of keys alone', () => {
  const { act, player } = open({ mouse: false });
  assert.deepEqual([act(), player.dataset.mouse], [['key', 'button', 'close'], 'false']);
});

test('nothing is sent by who may only watch, nor to a window that is not open, nor where there is no connection; and it says why', () => {
  for (const [window, more, words] of /** @type {[Partial<typeof OPEN>, object, RegExp][]} */ ([
    [{ writable: false }, {}, /^You may watch, but not operate it: that takes another token\.$/],
    [{ state: 'closed' }, {}, /^The window was closed\. It comes back when the program shows it again\.$/],
    [{ state: 'ended', message: 'The program has ended with exit code 1.' }, {}, /^The program has ended with exit code 1\. The last picture stays; it comes back by itself when the program is started again\.$/],
    [{}, { stream: null }, /^There is no connection now\.$/],
  ])) {
    const { store, act, slider, close, told, stage } = open(window);
    store.set(more);
    assert.deepEqual([act(), slider().disabled, close.disabled], [[], true, true], told.textContent);
    assert.match(told.textContent, words);
    assert.equal(stage.attributes['aria-label'], 'Picture of the window edges');
  }
});

test('how a window or a program has ended is said when the connection has gone too', () => {
  const closed = { ...OPEN, state: /** @type {const} */ ('closed') };
  assert.equal(wordsOf(closed, false), wordsOf(closed, true));

  const ended = { ...OPEN, state: /** @type {const} */ ('ended'), message: '' };
  assert.equal(wordsOf(ended, false), wordsOf(ended, true));
  assert.match(wordsOf(ended, false), /^The program has ended\. The last picture stays/);
});

test('it follows what the server says, and comes and goes with it', () => {
  const { store, all, player, slider, told, act } = open({ state: 'ended', message: 'The program has ended.' });
  store.set({ window: { ...OPEN, title: 'other', trackbars: [{ ...OPEN.trackbars[0], value: 7 }] } });
  assert.deepEqual([player.dataset.window, slider().value, slider().disabled, all.hidden], ['open', '7', false, false]);
  assert.match(told.textContent, /^Keys go/);
  store.set({ window: null });
  assert.deepEqual([all.hidden, player.dataset.window, act()], [true, '', []]);
});

test('the program\'s texts are over the picture and below it, and go with the window', () => {
  const { store, over, below } = open();
  const seen = () => [over.textContent, over.hidden, below.textContent, below.hidden];
  assert.deepEqual(seen(), ['', true, '', true]);
  store.set({ window: { ...OPEN, overlay: 'two\nlines', status: 'busy' } });
  assert.deepEqual(seen(), ['two\nlines', false, 'busy', false]);
  store.set({ window: { ...OPEN, status: 'busy' } });
  assert.deepEqual(seen(), ['', true, 'busy', false]);
  store.set({ window: { ...OPEN, overlay: 'again' } });
  store.set({ window: null });
  assert.deepEqual(seen().slice(0, 2), ['', true]);
});

test('a button that is held when the window closes is held no more, and the next window is not told of it', () => {
  const { store, stage, sent } = open();
  stage.meets('pointerdown', { clientX: 3, clientY: 4, button: 0, buttons: 1, pointerId: 1, isPrimary: true, shiftKey: false, ctrlKey: false, altKey: false });
  store.set({ window: { ...OPEN, state: 'closed' } });
  store.set({ window: OPEN });
  stage.meets('lostpointercapture', { pointerId: 1 });
  assert.deepEqual(sent.map(({ event }) => event), ['down']);
});
