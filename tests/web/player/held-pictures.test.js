// SPDX-License-Identifier: LGPL-2.1-or-later
import assert from 'node:assert/strict';
import { Store } from '../../../web/core/store.js';
import { HeldPictures } from '../../../web/player/held-pictures.js';
import { afterEach, beforeEach, test } from '../../lib/test.js';
import { pass, stopTime, timersLeft } from '../lib/time.js';

Object.assign(globalThis, {
  requestAnimationFrame: (/** @type {() => void} */ callback) => setTimeout(callback, 16), cancelAnimationFrame: (/** @type {number} */ id) => clearTimeout(id),
});
const PERIOD = 3000;

let open = 0;
beforeEach(() => {
  stopTime();
  open = 0;
});
afterEach(() => assert.deepEqual([open, timersLeft()], [0, 0], 'nothing is left behind'));

/** @param {number|null} delay */
function hold(delay) {
  const store = new Store();
  store.set({ wantedDelay: delay });
  /** @type {number[]} */
  const shown = [];
  const held = new HeldPictures(store, (/** @type {{n: number, size: number, close: () => void}} */ { n, close }) => {
    shown.push(n);
    close();
  });
  /** Picture n comes. @param {number} n @param {number} [size] */
  const add = (n, size = 1000) => {
    open++;
    held.add({ n, size, close: () => { open--; } }, n * PERIOD, performance.now());
  };
  return { store, held, shown, add };
}

test('each picture is shown once its time has come, in order, and let go of', async () => {
  const { store, held, shown, add } = hold(200);
  for (let n = 0; n < 30; n++) {
    add(n);
    await pass(1000 / 30);
  }
  assert.ok(shown.length > 15 && shown.length < 28, `${shown.length} of 30 shown in the first second`);
  assert.deepEqual(shown, [...shown].sort((a, b) => a - b));
  assert.ok(store.facts.heldDelay > 150, `${store.facts.heldDelay} ms`);
  await pass(1000);
  assert.equal(shown.at(-1), 29);
  held.close();
});

test('of those that are due at one repaint the last is seen; one that must be seen is seen', async () => {
  const { held, shown, add } = hold(0);
  for (let n = 0; n < 4; n++) add(n);
  await pass(16);
  assert.deepEqual(shown, [3]);
  held.want(5 * PERIOD);
  await pass(100);
  for (let n = 4; n < 8; n++) add(n);
  await pass(150);
  assert.deepEqual(shown, [3, 5], 'the next one waits until it was seen');
  held.seen(5 * PERIOD);
  await pass(200);
  assert.deepEqual(shown, [3, 5, 7]);
  held.close();
});

test('while the picture is to stand still none is shown', async () => {
  const { store, held, shown, add } = hold(0);
  store.set({ paused: true });
  add(0);
  await pass(100);
  assert.deepEqual(shown, []);
  store.set({ paused: false });
  add(1);
  await pass(16);
  assert.deepEqual(shown, [1]);
  held.close();
});

test('what does not fit into its memory is left out, and what was there is shown', async () => {
  const { held, shown, add } = hold(300);
  for (let n = 0; n < 6; n++) {
    add(n, 100e6);
    await pass(1000 / 30);
  }
  assert.ok(open <= 2, `${open} are held`);
  await pass(1000);
  assert.deepEqual(shown.slice(0, 2), [0, 1]);
  held.close();
});

test('closing lets go of all that is held', async () => {
  const { held, shown, add } = hold(500);
  for (let n = 0; n < 3; n++) add(n);
  held.close();
  await pass(1000);
  assert.deepEqual(shown, []);
});
