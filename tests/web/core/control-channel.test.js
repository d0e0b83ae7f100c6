// SPDX-License-Identifier: LGPL-2.1-or-later
import assert from 'node:assert/strict';
import { ServerClock } from '../../../web/core/clock.js';
import { ControlChannel } from '../../../web/core/control-channel.js';
import { Store } from '../../../web/core/store.js';
import { test } from '../../lib/test.js';
import { FakeChannel } from '../lib/peer-connection.js';
import { pass, stopTime, timersLeft } from '../lib/time.js';

stopTime();
/** Server's clock − page's. */
const AHEAD = 1_795_000_000_000;

/** @param {string} [readyState] */
function open(readyState = 'open') {
  const channel = Object.assign(new FakeChannel('control'), { readyState });
  const clock = new ServerClock(0);
  /** @type {object[]} */
  const delays = [];
  const store = new Store();
  const control = new ControlChannel(/** @type {any} */ (channel), clock, store, (told) => delays.push(told));
  return { channel, clock, delays, store, control };
}

test('pings come quickly until the clock is known, then once a second', async () => {
  const { channel, control } = open();
  const start = performance.now();
  await pass(5000);
  const times = channel.of('ping').map(({ t }) => Number(t) - start);
  assert.deepEqual(times, [0, 50, 100, 150, 200, 250, 300, 350, 1350, 2350, 3350, 4350]);
  control.close();
});

test('a pong says what the server’s clock is: at the middle of its way', async () => {
  const { channel, clock, delays, control } = open();
  const [{ t }] = channel.of('ping');
  await pass(20);
  assert.equal(control.pongs, 0);
  channel.deliver({ type: 'pong', t, now: AHEAD + Number(t) + 10, encoded: 3.5, sent: 4 });
  const { offset, error, rtt } = clock.estimate(performance.now()) ?? {};
  assert.deepEqual({ offset, error, rtt }, { offset: AHEAD, error: 10, rtt: 20 });
  channel.deliver({ type: 'pong', t, now: AHEAD });
  assert.deepEqual(delays, [{ encoded: 3.5, sent: 4 }, { encoded: null, sent: null }]);
  assert.equal(control.pongs, 2);
  control.close();
});

test('what the server says of the link, and of a program’s window, is kept as it was said last', () => {
  const { channel, store, control } = open();
  const link = { type: 'link', rung: 1, rungs: 3, width: 320, height: 196, bitrate: 170_000, framerate: null, carries: null, reason: 'network' };
  const window = { type: 'window', title: 'edges', width: 640, height: 480, state: 'open', message: '', picture: '', mouse: false, objects: false, writable: true, overlay: '', status: '', buttons: [], trackbars: [] };
  for (const message of [link, { ...link, rung: null }, window, { ...window, mouse: true }, { ...window, state: 'minimized' }]) channel.deliver(message);
  assert.deepEqual([store.facts.link, store.facts.window, control.pongs], [link, { ...window, mouse: true }, 0]);
  control.close();
});

test('what is no pong is no sign of life', () => {
  const { channel, clock, delays, control } = open();
  for (const message of ['pong', { type: 'pong', t: 0 }, { type: 'ping', t: 0 }]) channel.deliver(message);
  assert.deepEqual([control.pongs, delays, clock.estimate(performance.now())], [0, [], null]);
  control.close();
});

test('what it asks of the server', () => {
  const { channel, control } = open();
  channel.sent = [];
  /** @type {import('../../../web/core/protocol.js').Request[]} */
  const asked = [{ type: 'keyframe' }, { type: 'results', repeats: 2 }, { type: 'video', wanted: false, maxBitrate: 300_000 }, { type: 'key', key: 'q' }];
  for (const message of asked) control.send(message);
  assert.deepEqual(channel.sent, asked);
  control.close();
});

test('nothing is sent before the channel is open, and the first ping when it is', async () => {
  const { channel, control } = open('connecting');
  control.send({ type: 'keyframe' });
  await pass(2000);
  assert.deepEqual([control.open, channel.sent], [false, []]);
  channel.readyState = 'open';
  channel.onopen?.();
  assert.deepEqual([control.open, channel.sent], [true, [{ type: 'ping', t: performance.now() }]]);
  control.close();
});

test('after close() there are no more pings, and pongs count no more', async () => {
  const { channel, control } = open();
  control.close();
  channel.deliver({ type: 'pong', t: 0, now: AHEAD });
  await pass(2000);
  assert.deepEqual([channel.of('ping').length, control.pongs, timersLeft()], [1, 0, 0]);
});
