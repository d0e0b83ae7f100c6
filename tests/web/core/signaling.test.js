// SPDX-License-Identifier: LGPL-2.1-or-later
import assert from 'node:assert/strict';
import { Signaling } from '../../../web/core/signaling.js';
import { Store } from '../../../web/core/store.js';
import { test } from '../../lib/test.js';
import { FakeSocket } from '../lib/socket.js';

function connect(url = 'ws://host/ws', token = '') {
  const store = new Store();
  store.set({ token });
  /** @type {any[]} */
  const messages = [];
  /** @type {any[]} */
  const errors = [];
  const events = {
    message: (/** @type {any} */ m) => messages.push(m),
    closed: (/** @type {any} */ e) => errors.push(e),
  };
  const signaling = new Signaling(url, store, events, /** @type {any} */ (FakeSocket));
  return { store, signaling, messages, errors, socket: FakeSocket.last };
}

const OFFER = { type: 'offer', sdp: 'v=0' };

test('offer and candidates come through in order', () => {
  const { messages, errors, socket } = connect();
  const candidate = { type: 'candidate', candidate: 'c', sdpMLineIndex: 1 };
  socket.deliver(JSON.stringify(OFFER));
  socket.deliver(JSON.stringify(candidate));
  socket.deliver(JSON.stringify({ type: 'from-the-future' }));
  assert.deepEqual(messages, [OFFER, candidate]);
  assert.deepEqual(errors, []);
});

const NO_MESSAGES = ['', '{"type":"off', '{"type":"offer"}', '{"type":"candidate","candidate":""}', new ArrayBuffer(8)];
for (const bad of NO_MESSAGES) {
  test(`${JSON.stringify(bad)} ends it once, and nothing comes after`, () => {
    const { messages, errors, socket } = connect();
    socket.deliver(bad);
    socket.deliver(JSON.stringify(OFFER));
    socket.onclose?.({ code: 1000 });
    assert.deepEqual(errors.map((e) => e.code), ['protocol']);
    assert.deepEqual(messages, []);
    assert.equal(socket.closes, 1);
  });
}

test("the server's error is the reason, not the close that follows", () => {
  const { errors, socket } = connect();
  socket.deliver('{"type":"error","code":"full","message":"8 viewers"}');
  socket.onclose?.({ code: 1006 });
  assert.deepEqual(errors, [{ code: 'full', message: '8 viewers' }]);
});

test('what ends one stream of several is no end of the connection, for who has several', () => {
  const text = '{"type":"error","code":"no-stream","message":"closed","stream":"door"}';
  const { errors, socket } = connect();
  socket.deliver(text);
  assert.deepEqual(errors, [{ code: 'no-stream', message: 'closed' }]);
  /** @type {unknown[]} */
  const over = [];
  const ended = () => assert.fail('it has ended');
  const signaling = new Signaling('ws://host/ws', { facts: { token: '' }, set: () => {} }, { message: ended, closed: ended, over: (error) => over.push(error) }, /** @type {any} */ (FakeSocket));
  FakeSocket.last.deliver(text);
  assert.deepEqual(over, [JSON.parse(text)]);
  signaling.close();
});

test('a server that goes away without a word is noticed; a message it found too large is a bug here', () => {
  const gone = connect();
  gone.socket.onclose?.({ code: 1006 });
  assert.deepEqual(gone.errors.map((e) => e.code), ['connection']);
  const large = connect();
  large.socket.onclose?.({ code: 1009 });
  assert.deepEqual(large.errors.map((e) => e.code), ['malformed']);
});

test('close() is silent, and nothing is sent after it', () => {
  const { signaling, messages, errors, socket } = connect();
  socket.readyState = 1;
  signaling.send({ type: 'answer', sdp: 'a' });
  signaling.close();
  signaling.send({ type: 'answer', sdp: 'b' });
  socket.deliver(JSON.stringify(OFFER));
  socket.onclose?.({ code: 1000 });
  assert.deepEqual(socket.sent, ['{"type":"answer","sdp":"a"}']);
  assert.deepEqual([messages, errors], [[], []]);
});

test('a URL that is none is an error like any other, not an exception, and none after close()', async () => {
  const { errors } = connect('nonsense');
  const closed = connect('nonsense');
  closed.signaling.close();
  await Promise.resolve();
  assert.deepEqual([errors.map((e) => e.code), closed.errors], [['connection'], []]);
});

test('whoever takes it over is told what comes from then on, frames and texts too', () => {
  const { signaling, messages, errors, socket } = connect();
  /** @type {unknown[]} */
  const told = [];
  const tell = (/** @type {unknown} */ event) => told.push(event);
  signaling.events = { message: tell, closed: tell, text: tell, bytes: tell };
  const bytes = new ArrayBuffer(8);
  for (const data of ['{"type":"pong"}', bytes, JSON.stringify(OFFER)]) socket.deliver(data);
  socket.onclose?.({ code: 1006 });
  assert.deepEqual(told, ['{"type":"pong"}', bytes, OFFER, { code: 'connection', message: 'no connection to the server' }]);
  assert.deepEqual([messages, errors], [[], []]);
});

test('a token is the first message; without one there is none', () => {
  assert.deepEqual(connect('ws://host/ws', 'secret').socket.open().sent, ['{"type":"token","token":"secret"}']);
  assert.deepEqual(connect().socket.open().sent, []);
});

test('what a token opens becomes known', () => {
  const { store, socket, messages } = connect('ws://host/ws', 'secret');
  assert.equal(store.facts.mayControl, null);
  for (const control of [false, true]) {
    socket.deliver(JSON.stringify({ type: 'access', control }));
    assert.equal(store.facts.mayControl, control);
  }
  assert.deepEqual(messages, []);
});

test('who has no token is not kept waiting by a server that wants one; who has one waits for the answer', () => {
  const without = connect();
  without.socket.open().deliver('{"type":"locked","message":"a token is wanted"}');
  assert.deepEqual([without.errors, without.socket.closes], [[{ code: 'unauthorized', message: 'a token is wanted' }], 1]);
  const having = connect('ws://host/ws', 'secret');
  having.socket.open().deliver('{"type":"locked","message":"a token is wanted"}');
  assert.deepEqual([having.errors, having.socket.closes], [[], 0]);
});

test('after close() no token is sent', () => {
  const { signaling, socket } = connect('ws://host/ws', 'secret');
  signaling.close();
  assert.deepEqual(socket.open().sent, []);
});

/** In a page from the internet, that may reach the local network or not: what it says of a server that it does not reach. @param {string|null} state */
async function unreached(state, host = 'app.example') {
  const query = async (/** @type {{name: string}} */ { name }) => {
    if (state === null || name !== 'local-network-access') throw new TypeError('unknown');
    return { state };
  };
  Object.assign(globalThis, { location: new URL(`https://${host}/`) });
  Object.defineProperty(globalThis, 'navigator', { value: { permissions: { query } }, configurable: true });
  const { socket, errors } = connect('wss://camera.local/ws');
  await new Promise((resolve) => { setImmediate(resolve); });
  socket.onclose?.({ code: 1006 });
  Reflect.deleteProperty(globalThis, 'location');
  return errors[0].message;
}

test('a page of another site that may not reach the local network says so', async () => {
  assert.match(await unreached('denied'), /^no connection to the server, perhaps this site may not access your local network$/);
  for (const state of ['granted', 'prompt', null]) assert.equal(await unreached(state), 'no connection to the server');
  assert.equal(await unreached('denied', 'camera.local'), 'no connection to the server', 'the server’s own page is not asked');
});
