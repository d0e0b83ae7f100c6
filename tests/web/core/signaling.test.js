// SPDX-License-Identifier: LGPL-2.1-or-later
import assert from 'node:assert/strict';
import { Signaling } from '../../../web/core/signaling.js';
import { test } from '../../lib/test.js';
import { FakeSocket } from '../lib/socket.js';

function connect(url = 'ws://host/ws') {
  /** @type {any[]} */
  const messages = [];
  /** @type {any[]} */
  const errors = [];
  const events = {
    message: (/** @type {any} */ m) => messages.push(m),
    closed: (/** @type {any} */ e) => errors.push(e),
  };
  const signaling = new Signaling(url, events, /** @type {any} */ (FakeSocket));
  return { signaling, messages, errors, socket: FakeSocket.last };
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
