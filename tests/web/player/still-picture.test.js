// SPDX-License-Identifier: LGPL-2.1-or-later
import assert from 'node:assert/strict';
import { Store } from '../../../web/core/store.js';
import { StillPicture } from '../../../web/player/still-picture.js';
import { beforeEach, test } from '../../lib/test.js';
import { FakeElement, fakeDocument } from '../lib/dom.js';
import { STREAM } from '../lib/stream.js';
import { pass, settle, stopTime } from '../lib/time.js';

const transferred = /** @type {any[]} */ ([]);
/** What was asked for and is on its way. @type {{address: string, signal: AbortSignal, reply: (reply: any) => void}[]} */
let asked = [];

Object.assign(globalThis, {
  document: { createElement: (/** @type {string} */ name) => Object.assign(fakeDocument.createElement(name), { getContext: () => ({ transferFromImageBitmap: (/** @type {any} */ bitmap) => transferred.push(bitmap) }) }) },
  location: { href: 'https://host/page/' },
  fetch: (/** @type {URL} */ { href }, /** @type {{signal: AbortSignal}} */ { signal }) => new Promise((resolve, reject) => {
    signal.addEventListener('abort', () => reject(new Error('aborted')));
    asked.push({ address: href, signal, reply: (reply) => reply instanceof Error ? reject(reply) : resolve(reply) });
  }),
  createImageBitmap: async () => ({ width: 64, height: 48, close: () => {} }),
});

/** @type {import('../../../web/core/protocol.js').ProgramWindow} */
const WINDOW = { type: 'window', title: 'edges', width: 64, height: 48, state: 'open', message: '', picture: '', mouse: false, objects: false, writable: true, trackbars: [] };

beforeEach(() => {
  stopTime();
  asked = [];
});

function open(src = '') {
  const store = new Store();
  const told = { changes: 0, seen: true };
  const still = new StillPicture({ src }, /** @type {any} */ (new FakeElement('canvas')), store, { seen: () => told.seen, changed: () => { told.changes++; } });
  const show = (/** @type {string} */ picture) => store.set({ stream: STREAM, window: { ...WINDOW, picture } });
  return { store, told, still, show };
}

/** A PNG, as far as it is looked at. @param {number} [colourType] */
const png = (colourType = 2) => ({ ok: true, blob: async () => new Blob([new Uint8Array(100).fill(colourType)]) });

/** It comes. @param {any} reply */
async function comes(reply) {
  asked.at(-1)?.reply(reply);
  for (let i = 0; i < 5; ++i) await settle();
}

test('a picture that stands still takes the place of the video, until it moves', async () => {
  const { still, show, told } = open();
  show('');
  assert.equal(asked.length, 0);
  show('abc');
  assert.equal(asked[0].address, 'https://host/page/pictures/abc.png');
  assert.equal(still.canvas.hidden, true);
  await comes(png());
  assert.deepEqual([still.canvas.hidden, still.canvas.width, still.shown?.grey, transferred.length, told.changes], [false, 64, false, 1, 1]);
  show('abc');
  assert.equal(asked.length, 1);
  show('');
  assert.deepEqual([still.canvas.hidden, still.shown, told.changes], [true, null, 2]);
});

test('it is had where the player’s stream is', () => {
  for (const [src, address] of [['/door/', 'https://host/door/pictures/a.png'], ['wss://other:8080/x/ws?y=1', 'https://other:8080/x/pictures/a.png']]) {
    open(src).show('a');
    assert.equal(asked.at(-1)?.address, address);
  }
});

test('a grey one has one value', async () => {
  const { still, show } = open();
  show('abc');
  await comes(png(0));
  assert.equal(still.shown?.grey, true);
});

test('what is on its way is not waited for when it moves, and not shown when it comes', async () => {
  const { still, show } = open();
  show('abc');
  show('');
  assert.equal(asked[0].signal.aborted, true);
  await settle();
  assert.deepEqual([still.shown, still.canvas.hidden], [null, true]);
});

test('who does not look, or sees it too small, asks for none, and does when that is over', async () => {
  const { store, still, show, told } = open();
  store.set({ looking: false });
  show('abc');
  assert.equal(asked.length, 0);
  told.seen = false;
  store.set({ looking: true });
  assert.equal(asked.length, 0);
  told.seen = true;
  still.update();
  assert.equal(asked.length, 1);
});

test('of the time no more than a quarter goes into pictures', async () => {
  const { show } = open();
  show('a');
  await pass(1000);
  await comes(png());
  show('b');
  await pass(2900);
  assert.equal(asked.length, 1);
  await pass(200);
  assert.equal(asked.length, 2);
  await pass(10_000);
  // not even in one that is not waited for
  show('c');
  await settle();
  assert.equal(asked.length, 2);
  await pass(31_000);
  assert.match(String(asked.at(-1)?.address), /c\.png$/);
});

test('one that can’t be had is tried again with what comes next, and the video is what is seen', async () => {
  const { store, still, show } = open();
  const warned = /** @type {string[]} */ ([]);
  console.warn = (text) => warned.push(text);
  show('abc');
  await comes({ ok: false });
  assert.deepEqual([still.shown, warned], [null, []]);
  store.set({ stream: null });
  await pass(10);
  await comes(new Error('no network'));
  assert.equal(still.canvas.hidden, true);
  assert.match(warned[0], /^cv-player: no picture of the very pixels: no network$/);
  assert.equal(asked.length, 2);
});
