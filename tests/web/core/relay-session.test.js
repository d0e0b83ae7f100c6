// SPDX-License-Identifier: LGPL-2.1-or-later
import assert from 'node:assert/strict';
import { ServerClock } from '../../../web/core/clock.js';
import { RelaySession } from '../../../web/core/relay-session.js';
import { Store } from '../../../web/core/store.js';
import { test } from '../../lib/test.js';
import { FakeEndpoint } from '../lib/endpoint.js';
import { FakePeerConnection } from '../lib/peer-connection.js';
import { FakeSocket } from '../lib/socket.js';
import { pass, settle, stopTime, timersLeft } from '../lib/time.js';

stopTime();
class RTCRtpReceiver {}
class MediaStream {
  /** @type {string[]} */
  kinds = [];

  /** @param {{kind: string}} track */
  addTrack({ kind }) { this.kinds.push(kind); }
}
Object.assign(globalThis, { window: globalThis, WebSocket: FakeSocket, RTCPeerConnection: FakePeerConnection, RTCRtpReceiver, MediaStream, location: { href: 'https://page.example/', host: 'page.example' } });

const STREAM = { type: 'stream', clockRate: 90000, rtpOffset: null, epoch: 0, stamp: { rows: 24, cell: 8 }, state: 'live', message: '' };
const RESULT = { type: 'result', frame: 1, model: 'm', ms: 5, width: 640, height: 360, whole: false, objects: [] };

/** @param {string} [src] @param {string} [results] */
function start(src = 'janus:ws://host#stream=1', results = '') {
  /** @type {Record<string, any[]>} */
  const told = { track: [], result: [], model: [], delays: [], stats: [], ended: [] };
  const events = Object.fromEntries(Object.keys(told).map((name) => [name, (/** @type {any} */ event) => told[name].push(event)]));
  const store = new Store();
  store.set({ results });
  const session = new RelaySession(src, store, /** @type {any} */ (events), new ServerClock(0));
  const socket = FakeSocket.last;
  const pc = FakePeerConnection.last;
  const sent = () => socket.sent.map((text) => JSON.parse(text));
  const deliver = (/** @type {object} */ message) => socket.deliver(JSON.stringify(message));
  const errors = () => told.ended.map(({ code }) => code);
  return { session, store, told, socket, pc, sent, deliver, errors };
}

/** One that is connected. */
async function connect() {
  const scene = start();
  const { socket, sent, deliver, pc } = scene;
  socket.open();
  for (const id of [11, 22]) deliver({ janus: 'success', transaction: sent().at(-1).transaction, data: { id } });
  deliver({ janus: 'event', jsep: { type: 'offer', sdp: 'v=0 offer' } });
  await settle();
  pc.ontrack?.(/** @type {any} */ ({ track: { kind: 'video' }, streams: ['stream'], receiver: {} }));
  pc.become('connected');
  return scene;
}

test('Janus’ offer is answered, with a channel for data in the answer, and the video is to be quick', async () => {
  const { session, pc, sent, told } = await connect();
  assert.equal(pc.own?.label, 'JanusDataChannel');
  assert.deepEqual(pc.told, [{ type: 'offer', sdp: 'v=0 offer' }]);
  const messages = sent().filter(({ janus }) => janus === 'message').slice(1).map(({ body, jsep }) => [body, jsep]);
  assert.deepEqual(messages, [
    [{ request: 'configure', min_delay: 0, max_delay: 0 }, undefined],  // before the first frame
    [{ request: 'start' }, { type: 'answer', sdp: 'v=0 answer' }],
  ]);
  assert.deepEqual(told.track.map(({ kinds }) => kinds), [['video']]);
  session.close();
  assert.deepEqual([pc.closed, timersLeft()], [true, 0]);
});

test('stream and results come as text or as its bytes; what is no message does no harm', async (t) => {
  const { session, store, told, pc, errors } = await connect();
  const warnings = t.mock.method(console, 'warn', () => {});
  const bytes = (/** @type {object} */ message) => new TextEncoder().encode(JSON.stringify(message)).buffer;
  const deliver = (/** @type {unknown} */ data) => pc.own?.onmessage?.(/** @type {any} */ ({ data }));
  deliver(bytes(STREAM));
  assert.deepEqual(store.facts.stream, STREAM);
  deliver(bytes(RESULT));
  deliver(JSON.stringify({ ...RESULT, frame: 2 }));
  deliver(bytes(RESULT).slice(0, 30));
  deliver(new ArrayBuffer(4));
  assert.deepEqual(told.result.map(({ frame }) => frame), [1, 2]);
  assert.deepEqual([warnings.mock.callCount(), errors()], [2, []]);
  session.close();
});

test('the offset of timestamps is learned from what stamps say, and kept', async () => {
  const { session, store, pc } = await connect();
  const deliver = (/** @type {object} */ message) => pc.own?.onmessage?.(/** @type {any} */ ({ data: JSON.stringify(message) }));
  const offset = () => store.facts.stream?.rtpOffset;
  deliver(STREAM);
  const see = (/** @type {number} */ from, /** @type {number} */ count, /** @type {number} */ by) => {
    for (let id = from; id < from + count; id++) session.seen((id + by) >>> 0, id);
  };
  see(2 ** 32 - 5, 9, 77);
  assert.equal(offset(), null);
  see(4, 1, 77);
  assert.equal(offset(), 77, 'ten in a row, across the wrap');
  deliver({ ...STREAM, epoch: 5 });
  assert.deepEqual([offset(), store.facts.stream?.epoch], [77, 5]);
  see(5, 9, 99);
  session.seen(1000, null);
  assert.equal(offset(), 77);
  see(14, 1, 99);
  assert.equal(offset(), 99, 'Janus has another source');
  session.close();
});

test('sound is in the video’s stream, whatever stream the SFU has put it into', async () => {
  const { session, store, pc, told } = await connect();
  pc.ontrack?.(/** @type {any} */ ({ track: { kind: 'audio' }, streams: ['another'], receiver: {} }));
  assert.deepEqual([store.facts.hasSound, told.track.map(({ kinds }) => kinds)], [true, [['video', 'audio']]]);
  session.close();
});

/** So many checks of half a second. @param {FakePeerConnection} pc @param {number} count @param {(n: number) => object} stats */
async function check(pc, count, stats) {
  for (let n = 1; n <= count; n++) {
    pc.stats = stats(n);
    await pass(500);
    await settle();
  }
}

test('video that comes keeps it, and video that comes no more ends it', async () => {
  const { session, pc, told, errors } = await connect();
  await check(pc, 60, (n) => ({ packetsReceived: n * 100, framesDecoded: n * 15 }));
  assert.deepEqual([told.stats.length, errors()], [60, []]);
  await check(pc, 12, () => ({ packetsReceived: 6000, framesDecoded: 900 }));
  assert.deepEqual(errors(), ['media']);
  session.close();
});

test('no video within ten seconds ends it', async () => {
  const { pc, errors } = await connect();
  await check(pc, 21, () => ({}));
  assert.equal(errors().length, 1);
});

test('an offer that the browser can’t read, and a network without a way, are said', async () => {
  const refused = start();
  refused.pc.refusal = new Error('no codec');
  refused.deliver({ janus: 'event', jsep: { type: 'offer', sdp: 'v=0' } });
  await settle();
  assert.deepEqual(refused.told.ended, [{ code: 'protocol', message: 'the offer of Janus: no codec' }]);
  const nowhere = await connect();
  nowhere.pc.become('failed');
  assert.deepEqual(nowhere.errors(), ['media']);
  assert.equal(timersLeft(), 0);
});

test('close() is silent', async () => {
  const { session, deliver, errors, pc } = await connect();
  session.close();
  deliver({ janus: 'hangup', reason: 'x' });
  pc.become('failed');
  await pass(60_000);
  assert.deepEqual(errors(), []);
});

/** By WHEP, till the answer. @param {string} [results] */
async function startWhep(results) {
  const endpoint = new FakeEndpoint();
  const scene = start('whep:https://sfu.example/whep', results);
  await settle();
  return { ...scene, endpoint };
}

test('WHEP: the offer goes before candidates are looked for, with the servers that the endpoint names', async () => {
  const { session, pc, endpoint, store, errors } = await startWhep();
  assert.deepEqual([pc.transceivers, pc.own, endpoint.last.body, pc.told], [['video recvonly', 'audio recvonly'], null, 'v=0 own offer', []]);
  endpoint.reply(201, { Location: '/7', Link: '<turn:t>; rel=ice-server; username=u; credential=c' }, 'v=0 answer');
  await settle();
  assert.deepEqual(pc.told, [
    { bundlePolicy: 'max-bundle', iceServers: [{ urls: 'turn:t', username: 'u', credential: 'c' }] }, { type: 'offer', sdp: 'v=0 own offer' }, { type: 'answer', sdp: 'v=0 answer' },
  ]);
  assert.equal(store.facts.stream?.stamp, null, 'nobody says more of it, and it is shown');
  session.close();
  assert.deepEqual([endpoint.last.method, errors(), timersLeft()], ['DELETE', [], 0]);
});

test('WHEP: an endpoint that refuses, and an answer that the browser can’t read, end it', async () => {
  const refused = await startWhep();
  refused.endpoint.reply(404);
  await settle();
  assert.deepEqual(refused.told.ended, [{ code: 'unavailable', message: 'the WHEP endpoint: 404' }]);
  const odd = await startWhep();
  odd.pc.refusal = new Error('no codec');
  odd.endpoint.reply(201, { Location: '/7' }, 'v=0');
  await settle();
  assert.deepEqual(odd.told.ended, [{ code: 'protocol', message: 'the answer of the WHEP endpoint: no codec' }]);
  assert.deepEqual([odd.endpoint.last.method, timersLeft()], ['DELETE', 0]);
});

test('results from elsewhere: the video goes on without them, in words, and they come back', async () => {
  const { session, store, told, errors } = await startWhep('https://camera.example');
  const deliver = (/** @type {object} */ message) => FakeSocket.last.deliver(JSON.stringify(message));
  assert.equal(store.facts.stream, null, 'it may have stamps');
  FakeSocket.last.open();
  deliver(STREAM);
  deliver(RESULT);
  assert.deepEqual([store.facts.stream, told.result, store.facts.fault], [STREAM, [RESULT], '']);
  FakeSocket.last.onclose?.({ code: 1006 });
  assert.deepEqual([store.facts.stream, store.facts.fault], [STREAM, 'No results come: no connection to the server']);
  await pass(6000);
  FakeSocket.last.open();
  deliver(STREAM);
  assert.deepEqual([store.facts.fault, errors()], ['', []]);
  store.set({ fault: 'another one' });
  FakeSocket.last.onclose?.({ code: 1006 });
  assert.equal(store.facts.fault, 'another one');
  session.close();
  assert.equal(timersLeft(), 0);
});

test('video is shown without results that never come', async () => {
  const { session, store } = await startWhep('https://camera.example');
  FakeSocket.last.onclose?.({ code: 1006 });
  assert.deepEqual([store.facts.stream?.state, store.facts.stream?.stamp], ['live', null]);
  session.close();
});

test('Janus has results from elsewhere too: then it is asked for none', async () => {
  const { session, pc } = start('janus:ws://host#stream=1', 'wss://camera.example/ws');
  assert.deepEqual([pc.own, FakeSocket.last.url], [null, 'ws://host/']);
  session.close();
});

test('nothing need come from Janus while nobody looks, once it is connected', async () => {
  const { session, store, pc, sent } = start();
  FakeSocket.last.open();
  const asked = () => sent().filter(({ body }) => ['pause', 'start'].includes(body?.request)).map(({ body }) => body.request);
  store.set({ looking: false });
  assert.deepEqual(asked(), []);
  pc.become('connected');
  assert.deepEqual(asked(), ['pause']);
  store.set({ watched: true });
  store.set({ looking: true });
  store.set({ watched: false });
  assert.deepEqual(asked(), ['pause', 'start']);
  session.close();
  store.set({ looking: false });
  assert.deepEqual([asked().length, timersLeft()], [2, 0]);
});
