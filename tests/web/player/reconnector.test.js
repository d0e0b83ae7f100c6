// SPDX-License-Identifier: LGPL-2.1-or-later
import assert from 'node:assert/strict';
import { Reconnector } from '../../../web/player/reconnector.js';
import { afterEach, beforeEach, test } from '../../lib/test.js';
import { pass, stopTime, timersLeft } from '../lib/time.js';

const page = new EventTarget();
const tab = Object.assign(new EventTarget(), { hidden: false });
Object.assign(globalThis, {
  document: tab,
  addEventListener: page.addEventListener.bind(page),
  removeEventListener: page.removeEventListener.bind(page),
});
stopTime();
// Without jitter: each wait is as long as it may be.
Math.random = () => 1;

let attempts = 0;
/** What it was told of networks that came back. @type {number[]} */
let moves = [];
/** @type {Reconnector} */
let reconnector;

beforeEach(() => {
  tab.hidden = false;
  attempts = 0;
  moves = [];
  reconnector = new Reconnector(() => { attempts++; }, (ms) => moves.push(ms));
  reconnector.start();
});

afterEach(() => {
  reconnector.close();
  assert.equal(timersLeft(), 0);
});

/** Fails, and says how long it is until the next attempt. */
async function waitAfter(code = 'connection') {
  const before = attempts;
  let ms = 0;
  reconnector.failed(code);
  for (; attempts === before; ms += 50) await pass(50);
  return ms;
}

const online = () => page.dispatchEvent(new Event('online'));
/** @param {boolean} hidden */
function turnTab(hidden) {
  tab.hidden = hidden;
  tab.dispatchEvent(new Event('visibilitychange'));
}

test('the first attempt is made at once, and no other while it runs', async () => {
  assert.equal(attempts, 1);
  await pass(60_000);
  assert.equal(attempts, 1);
});

test('from failure to failure the wait doubles, up to five seconds', async () => {
  const waits = [];
  for (let i = 0; i < 7; i++) waits.push(await waitAfter());
  assert.deepEqual(waits, [250, 500, 1000, 2000, 4000, 5000, 5000]);
});

test('an attempt that has played for three seconds makes the next failure the first one again', async () => {
  for (let i = 0; i < 4; i++) await waitAfter();
  reconnector.succeeded();
  await pass(3000);
  assert.equal(await waitAfter(), 250);
  assert.equal(await waitAfter(), 500);
});

test('a server that lets viewers in and throws them out again is not asked more and more often', async () => {
  for (let i = 0; i < 4; i++) await waitAfter();
  reconnector.succeeded();
  await pass(2999);
  assert.equal(await waitAfter(), 4000);
  assert.equal(await waitAfter(), 5000, 'also after three seconds, in which it did not play');
});

test('each sign of life counts the three seconds anew', async () => {
  await waitAfter();
  reconnector.succeeded();
  await pass(2000);
  reconnector.succeeded();
  await pass(2000);
  assert.equal(await waitAfter(), 500);
});

test('a network that is back, or a tab that is looked at again, is tried at once, and once only', async () => {
  for (const wake of [online, () => turnTab(false)]) {
    attempts = 0;
    reconnector.failed('connection');
    wake();
    assert.equal(attempts, 1);
    wake();
    await pass(10_000);
    assert.equal(attempts, 1, 'the attempt that it was made instead of is not made as well');
  }
});

test('a tab that nobody looks at is not hurried, but goes on in its own time', async () => {
  turnTab(true);
  reconnector.failed('connection');
  online();
  turnTab(true);
  assert.equal(attempts, 1);
  await pass(250);
  assert.equal(attempts, 2);
});

test('after an error that trying again can’t cure nothing hurries, until another error', async () => {
  reconnector.failed('bad-sdp');
  await pass(1000);
  online();
  turnTab(false);
  assert.equal(attempts, 1);
  await pass(18_999);
  assert.equal(attempts, 1);
  await pass(1);
  assert.equal(attempts, 2, 'after twenty seconds it is tried again');
  reconnector.failed('connection');
  online();
  assert.equal(attempts, 3);
});

test('the wait is told for a countdown, and is none while an attempt runs', async () => {
  assert.equal(reconnector.wait, 0);
  reconnector.failed('full');
  assert.equal(reconnector.wait, 5000);
  await pass(3500);
  assert.equal(reconnector.wait, 1500);
  await pass(2000);
  assert.equal(reconnector.wait, 0);
});

test('after close() there are no more attempts, whatever happens', async () => {
  reconnector.failed('connection');
  reconnector.succeeded();
  reconnector.close();
  assert.equal(timersLeft(), 0);
  online();
  turnTab(false);
  await pass(60_000);
  assert.equal(attempts, 1);
});

test('an attempt that goes on when the network comes back may not be able to: that is told 1.5 s later, once', async () => {
  online();
  await pass(1000);
  online();
  await pass(1499);
  assert.deepEqual([attempts, moves], [1, []]);
  await pass(1);
  assert.deepEqual([attempts, moves], [1, [1500]]);
});

test('an attempt that fails by then is over anyway', async () => {
  online();
  await waitAfter();
  await pass(5000);
  assert.deepEqual(moves, []);
});
