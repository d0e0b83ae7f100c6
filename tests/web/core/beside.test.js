// SPDX-License-Identifier: LGPL-2.1-or-later
import assert from 'node:assert/strict';
import { VideoWish, handOn, signsOf, takes } from '../../../web/core/beside.js';
import { addProperty } from '../../../web/core/control-channel.js';
import { Store } from '../../../web/core/store.js';
import { test } from '../../lib/test.js';
import { STREAM, resultOf } from '../lib/stream.js';
import { stopTime } from '../lib/time.js';

stopTime();

/** @type {import('../../../web/core/protocol.js').Link} */
const LINK = { type: 'link', rung: 0, rungs: 3, width: 640, height: 384, bitrate: 690_000, framerate: 30, carries: null, reason: 'free' };

test('each message goes to whom it is for; one that is wrong is a line for who writes a server, one of a newer server nothing', (t) => {
  const warn = t.mock.method(console, 'warn', () => {});
  const store = new Store();
  /** @type {unknown[]} */
  const told = [];
  const events = /** @type {any} */ (Object.fromEntries(['result', 'model'].map((name) => [name, (/** @type {object} */ message) => told.push([name, message])])));
  const model = /** @type {const} */ ({ type: 'model', model: 'm', state: 'running', message: '', since: 1 });
  for (const message of [STREAM, resultOf(1), model, { type: /** @type {const} */ ('unknown') }]) handOn(message, store, events);
  assert.deepEqual([store.facts.stream, told, warn.mock.callCount()], [STREAM, [['result', resultOf(1)], ['model', model]], 0]);
  handOn({ type: 'invalid', reason: 'no type' }, store, events);
  assert.deepEqual(warn.mock.calls.map(({ arguments: words }) => words), [['cv-player: results: no type']]);
});

/** @type {import('../../../web/core/protocol.js').Property} */
const RUNTIME = { type: 'property', name: 'model.runtime', title: 'Runtime', description: '', writable: true, value: 20, initial: 20, min: 0, max: 500, whole: true };

test('each property is known once, as it was said last, in the order in which they came first', () => {
  const store = new Store();
  const speed = { ...RUNTIME, name: 'source.speed' };
  for (const property of [speed, RUNTIME, { ...speed, value: 3 }]) addProperty(store, property);
  assert.deepEqual(store.facts.properties, [{ ...speed, value: 3 }, RUNTIME]);
});

test('a property takes what the server would take, from who may set it', () => {
  const pattern = { ...RUNTIME, value: 'a', min: undefined, max: undefined, whole: undefined, choices: [{ value: 'a', title: 'A' }, { value: 'b', title: 'B' }] };
  const flip = { ...RUNTIME, value: false, min: undefined, max: undefined, whole: undefined };
  /** @type {[import('../../../web/core/protocol.js').Property, any[], any[]][]} */
  const table = [
    [RUNTIME, [0, 20, 500], [-1, 501, 0.5, NaN, Infinity, '20', true, null, undefined]],
    [{ ...RUNTIME, whole: false }, [0.5], [500.5]],
    [{ ...RUNTIME, writable: false }, [], [20]],
    [pattern, ['a', 'b'], ['c', '', 1, true]],
    [flip, [true, false], [0, 'true', null]],
  ];
  for (const [property, good, bad] of table) {
    for (const value of good) assert.equal(takes(property, value), true, String(value));
    for (const value of bad) assert.equal(takes(property, value), false, String(value));
  }
});

test('video is expected where the viewer looks, the source is there and the network carries more than single pictures', () => {
  const store = new Store();
  const expected = (/** @type {object} */ facts) => {
    store.set({ looking: true, watched: false, stream: null, link: null, ...facts });
    return signsOf(null, store.facts, 0).expected;
  };
  for (const facts of [{}, { stream: STREAM }, { link: LINK }, { looking: false, watched: true }]) assert.equal(expected(facts), true, JSON.stringify(facts));
  for (const facts of [{ looking: false }, { stream: { ...STREAM, state: 'lost' } }, { link: { ...LINK, rung: 3 } }]) {
    assert.equal(expected(facts), false, JSON.stringify(facts));
  }
});

test('without statistics the server’s pongs are all the signs of life', () => {
  const { facts } = new Store();
  const time = performance.now();
  assert.deepEqual(signsOf(null, facts, 3), { time, packets: 0, decoded: 0, expected: true, pongs: 3 });
  assert.deepEqual(signsOf({ packets: 9, decoded: 2 }, facts, 4), { time, packets: 9, decoded: 2, expected: true, pongs: 4 });
});

test('a wish is told a server that tells of the link, when it is another one', () => {
  const store = new Store();
  const wish = new VideoWish();
  /** @type {unknown[]} */
  const asked = [];
  const control = /** @type {any} */ ({ send: (/** @type {any} */ { type, wanted, maxBitrate, maxHeight }) => asked.push([type, wanted, maxBitrate, maxHeight]) });
  /** @type {Partial<import('../../../web/core/store.js').GivenFacts>[]} */
  const steps = [{ looking: false }, { link: LINK }, { link: { ...LINK, rung: 1 } }, { looking: true }, { settings: { ...store.facts.settings, 'max-bitrate': 300_000 } },
    { settings: { ...store.facts.settings, 'max-bitrate': 300_000, 'max-height': 200 } }];
  const after = steps.map((step) => {
    store.set(step);
    wish.tell(store.facts, control);
    return asked.length;
  });
  assert.deepEqual(after, [0, 1, 1, 2, 3, 4]);
  assert.deepEqual(asked, [['video', false, null, undefined], ['video', true, null, undefined], ['video', true, 300_000, undefined], ['video', true, 300_000, 200]]);
  for (const facts of [{ watched: true }, { looking: false }, { watched: false }]) {
    store.set(facts);
    wish.tell(store.facts, control);
  }
  assert.deepEqual(asked.slice(4), [['video', false, 300_000, 200]], 'not before those that follow look no more either');
});
