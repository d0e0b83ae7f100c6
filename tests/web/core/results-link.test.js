// SPDX-License-Identifier: LGPL-2.1-or-later
import assert from 'node:assert/strict';
import { ServerClock } from '../../../web/core/clock.js';
import { ResultsLink } from '../../../web/core/results-link.js';
import { test } from '../../lib/test.js';
import { FakeSocket } from '../lib/socket.js';
import { pass, stopTime, timersLeft } from '../lib/time.js';

stopTime();
Object.assign(globalThis, { WebSocket: FakeSocket, location: { href: 'https://page.example/', host: 'page.example' } });

const RESULT = { type: 'result', frame: 1, model: 'm', ms: 5, width: 640, height: 360, whole: false, objects: [] };

function start(address = 'https://camera.example/#token=se%20cret') {
  /** @type {any[]} */
  const told = [];
  const clock = new ServerClock(0);
  const link = new ResultsLink(address, clock, { message: (message) => told.push(message), there: () => told.push('there'), lost: (words) => told.push(words) });
  const sent = () => FakeSocket.last.sent.map((text) => JSON.parse(text));
  const deliver = (/** @type {object} */ message) => FakeSocket.last.deliver(JSON.stringify(message));
  return { link, told, clock, sent, deliver };
}

test('results come with a token of their own, each message is acknowledged, and the server’s clock is learned', async () => {
  const { link, told, clock, sent, deliver } = start();
  assert.equal(FakeSocket.last.url, 'wss://camera.example/ws?transport=results');
  FakeSocket.last.open();
  assert.deepEqual(sent(), [{ type: 'token', token: 'se cret' }]);
  deliver({ type: 'locked', message: 'a token' });
  deliver({ type: 'access', control: true });
  assert.deepEqual(told, []);
  deliver(RESULT);
  assert.deepEqual(told, ['there', RESULT]);
  const [, ping, ack] = sent();
  assert.deepEqual([ping.type, ack.type, ack.number], ['ping', 'ack', 1]);
  await pass(10);
  deliver({ type: 'pong', t: ping.t, now: 50_000 });
  assert.deepEqual([told.length, sent().at(-1).number], [2, 2]);
  assert.equal(clock.estimate(performance.now())?.rtt, 10);
  link.close();
  assert.deepEqual([FakeSocket.last.closes, timersLeft()], [1, 0]);
});

test('one that ends is tried again, sooner and later', async () => {
  const { link, told, deliver } = start('wss://camera.example/ws');
  const first = FakeSocket.last;
  first.open();
  deliver(RESULT);
  first.onclose?.({ code: 1006 });
  assert.equal(told.at(-1), 'no connection to the server');
  await pass(5000);
  assert.notEqual(FakeSocket.last, first);
  FakeSocket.last.open();
  deliver({ type: 'error', code: 'full', message: 'all places are taken' });
  assert.equal(told.at(-1), 'all places are taken');
  await pass(6000);
  FakeSocket.last.open();
  deliver(RESULT);
  assert.deepEqual(told.slice(-2), ['there', RESULT]);
  link.close();
  await pass(60_000);
  assert.equal(timersLeft(), 0);
});

test('a token that is wrong is not tried again', async () => {
  const { link, told, deliver } = start();
  FakeSocket.last.open();
  const { last } = FakeSocket;
  deliver({ type: 'error', code: 'unauthorized', message: 'a wrong token' });
  await pass(60_000);
  assert.deepEqual([told, FakeSocket.last], [['a wrong token'], last]);
  link.close();
});

test('an address that is none is said in words', async () => {
  const { link, told } = start('http://:bad');
  await pass(0);
  assert.equal(told.length, 1);
  link.close();
});
