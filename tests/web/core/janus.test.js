// SPDX-License-Identifier: LGPL-2.1-or-later
import assert from 'node:assert/strict';
import { Janus, janusAddress } from '../../../web/core/janus.js';
import { test } from '../../lib/test.js';
import { FakeSocket } from '../lib/socket.js';
import { pass, stopTime, timersLeft } from '../lib/time.js';

stopTime();

/** Janus' other end: what it is asked, without the names of requests and sessions, and what it says. */
function connect(src = 'janus:ws://host:8188/#stream=7', token = '') {
  /** @type {string[]} */
  const offers = [];
  /** @type {import('../../../web/core/signaling.js').SessionError[]} */
  const errors = [];
  const janus = new Janus(src, token, { offer: (sdp) => offers.push(sdp), closed: (error) => errors.push(error) }, /** @type {any} */ (FakeSocket));
  const socket = FakeSocket.last;
  const sent = () => socket.sent.map((text) => JSON.parse(text));
  const deliver = (/** @type {object} */ message) => socket.deliver(JSON.stringify(message));
  /** To the last request. */
  const reply = (/** @type {object} */ message) => deliver({ transaction: sent().at(-1).transaction, ...message });
  return { janus, offers, errors, socket, sent, deliver, reply };
}

/** One that watches. @param {string} [src] @param {string} [token] */
function watch(src, token) {
  const scene = connect(src, token);
  scene.socket.open();
  scene.reply({ janus: 'success', data: { id: 11 } });
  scene.reply({ janus: 'success', data: { id: 22 } });
  scene.reply({ janus: 'ack' });
  return scene;
}

test('an address says where Janus is, which of its streams, and its PIN', () => {
  assert.deepEqual(janusAddress('janus:wss://a.example/janus#stream=front+door&pin=12%26'), { url: 'wss://a.example/janus', stream: 'front door', pin: '12&' });
  assert.deepEqual(janusAddress('janus:ws://a:8188'), { url: 'ws://a:8188/', stream: 1, pin: null });
  assert.throws(() => janusAddress('janus:nonsense'));
});

test('a session, a handle, and the wish to watch, each when the one before is there', () => {
  const { janus, socket, sent, reply } = connect();
  assert.deepEqual([socket.url, socket.protocol], ['ws://host:8188/', 'janus-protocol']);
  socket.open();
  assert.deepEqual(sent().map(({ janus }) => janus), ['create']);
  reply({ janus: 'success', data: { id: 11 } });
  assert.deepEqual(sent().at(-1), { janus: 'attach', plugin: 'janus.plugin.streaming', transaction: '2', session_id: 11 });
  reply({ janus: 'success', data: { id: 22 } });
  assert.deepEqual(sent().at(-1), { janus: 'message', body: { request: 'watch', id: 7 }, transaction: '3', session_id: 11, handle_id: 22 });
  janus.close();
});

test('a PIN and a token go along', () => {
  const { janus, sent } = watch('janus:ws://host#stream=7&pin=99', 'secret');
  assert.deepEqual(sent().at(-1).body, { request: 'watch', id: 7, pin: '99' });
  assert.ok(sent().every(({ token }) => token === 'secret'));
  janus.close();
});

test('the offer comes with the event; answer, candidates and the delay go back', () => {
  const { janus, offers, errors, sent, deliver } = watch();
  deliver({ janus: 'event', plugindata: { data: { streaming: 'event', result: { status: 'preparing' } } }, jsep: { type: 'offer', sdp: 'v=0' } });
  assert.deepEqual(offers, ['v=0']);
  janus.answer('v=0 answer');
  janus.candidate(/** @type {any} */ ({ candidate: 'c', sdpMLineIndex: 0 }));
  janus.candidate(null);
  janus.playout(10_000);
  const told = sent().slice(-4).map(({ transaction, session_id: session, handle_id: handle, ...message }) => {
    assert.deepEqual([session, handle], [11, 22]);
    return message;
  });
  assert.deepEqual(told, [
    { janus: 'message', body: { request: 'start' }, jsep: { type: 'answer', sdp: 'v=0 answer' } },
    { janus: 'trickle', candidate: { candidate: 'c', sdpMLineIndex: 0 } },
    { janus: 'trickle', candidate: { completed: true } },
    { janus: 'message', body: { request: 'configure', min_delay: 0, max_delay: 1000 } },
  ]);
  assert.deepEqual(errors, []);
  janus.close();
});

test('it says that it is alive, till it is closed, and takes its session along', async () => {
  const { janus, errors, socket, sent } = watch();
  await pass(60_000);
  assert.deepEqual(sent().slice(3).map((one) => one.janus), ['keepalive', 'keepalive']);
  janus.close();
  assert.deepEqual([sent().at(-1).janus, sent().at(-1).session_id, socket.closes, errors, timersLeft()], ['destroy', 11, 1, [], 0]);
  await pass(60_000);
  assert.equal(sent().at(-1).janus, 'destroy');
});

/** Each way to end, and as what it is told. @type {Record<string, [object|string, string, RegExp]>} */
const ENDS = {
  'a stream that is not there': [{ janus: 'event', plugindata: { data: { error_code: 455, error: 'No such mountpoint/stream 7' } } }, 'unavailable', /No such mountpoint\/stream 7/],
  'a PIN that is wrong': [{ janus: 'event', plugindata: { data: { error_code: 457, error: 'Unauthorized (wrong or missing pin)' } } }, 'unauthorized', /pin/],
  'a token that is wrong': [{ janus: 'error', error: { code: 403, reason: 'Unauthorized' } }, 'unauthorized', /Janus: Unauthorized/],
  'an error of Janus': [{ janus: 'error', error: { code: 458, reason: 'No such session' } }, 'protocol', /No such session/],
  'a connection that Janus gives up': [{ janus: 'hangup', reason: 'ICE failed' }, 'media', /ICE failed/],
  'a session that is too old': [{ janus: 'timeout' }, 'timeout', /session/],
  'a stream that is taken away': [{ janus: 'event', plugindata: { data: { streaming: 'event', result: { status: 'stopped' } } } }, 'shutdown', /stream/],
  'what is no JSON': ['nonsense', 'protocol', /can’t be understood/],
  'an error without words': [{ janus: 'error' }, 'protocol', /can’t be understood/],
};
for (const [name, [message, code, words]] of Object.entries(ENDS))
  test(`${name} ends it once`, () => {
    const { errors, socket } = watch();
    socket.deliver(typeof message === 'string' ? message : JSON.stringify(message));
    socket.deliver(typeof message === 'string' ? message : JSON.stringify(message));
    socket.onclose?.({ code: 1006 });
    assert.deepEqual(errors.map((error) => error.code), [code]);
    assert.match(errors[0].message, words);
    assert.deepEqual([socket.closes, timersLeft()], [1, 0]);
  });

test('what Janus says beside that is no reason to end', () => {
  const { janus, errors, deliver } = watch();
  for (const type of ['webrtcup', 'media', 'slowlink', 'ack', 'from-the-future']) deliver({ janus: type, sender: 22 });
  deliver({ janus: 'event', plugindata: { data: { streaming: 'event', result: { status: 'started' } } } });
  assert.deepEqual(errors, []);
  janus.close();
});

test('a Janus that is gone, and an address that is none, are errors like others', async () => {
  const gone = connect();
  gone.socket.onclose?.({ code: 1006 });
  const nowhere = connect('janus:nonsense');
  await Promise.resolve();
  assert.deepEqual([gone.errors, nowhere.errors].map((errors) => errors.map(({ code }) => code)), [['connection'], ['connection']]);
});
