// SPDX-License-Identifier: LGPL-2.1-or-later
import assert from 'node:assert/strict';
import { test } from '../../lib/test.js';
import { decoders, noDecoders } from '../lib/decoder.js';
import { FakePeerConnection } from '../lib/peer-connection.js';
import { PLAYING, check, openSession } from '../lib/session.js';
import { FakeSocket } from '../lib/socket.js';
import { pass, settle, stopTime, timersLeft } from '../lib/time.js';
import { FakeTransform, FakeWorker } from '../lib/worker.js';

stopTime();
class RTCRtpReceiver {}
/** A browser whose jitter buffer can be told how long to hold the video. */
class BufferingReceiver {
  get jitterBufferTarget() {
    return null;
  }
  /** As Chromium's. */
  createEncodedStreams() {}
}
Object.assign(globalThis, { window: globalThis, WebSocket: FakeSocket, RTCPeerConnection: FakePeerConnection, RTCRtpReceiver });

const OFFER = { type: 'offer', sdp: 'v=0 offer' };
const CANDIDATE = { candidate: 'udp', sdpMLineIndex: 1 };
const STREAM = { type: 'stream', clockRate: 90000, rtpOffset: 0, epoch: 0, stamp: null, state: 'live', message: '' };
const RESULT = { type: 'result', frame: 1, model: 'm', ms: 5, width: 640, height: 360, objects: [] };
const LINK = { type: 'link', rung: 0, rungs: 3, width: 640, height: 384, bitrate: 690_000, framerate: 30, carries: null, reason: 'free' };
const MODEL = { type: 'model', model: 'm', state: 'running', message: '', since: 1 };

/** @param {Parameters<typeof openSession>[0]['takeOver']} [takeOver] */
function start(takeOver = null) {
  const opened = openSession({ takeOver });
  const socket = Object.assign(FakeSocket.last, { readyState: 1 });
  const pc = FakePeerConnection.last;
  const sent = () => socket.sent.map((text) => JSON.parse(text));
  return { ...opened, socket, pc, sent, deliver: (/** @type {object} */ message) => socket.deliver(JSON.stringify(message)) };
}

/** A session that has its connection, its channels and a live stream. @param {Parameters<typeof start>[0]} [takeOver] */
async function connect(takeOver) {
  const scene = start(takeOver);
  scene.deliver(OFFER);
  await settle();
  scene.pc.become('connected');
  const results = scene.pc.openChannel('results');
  const control = scene.pc.openChannel('control');
  results.deliver(STREAM);
  return { ...scene, results, control };
}

test('an offer is answered', async () => {
  const { session, pc, sent, deliver } = start();
  deliver(OFFER);
  await settle();
  assert.deepEqual(pc.told, [OFFER]);
  assert.deepEqual(sent(), [{ type: 'answer', sdp: 'v=0 answer' }]);
  session.close();
});

test('candidates of both sides wait for offer and answer, and none of them is lost', async () => {
  const { session, pc, sent, deliver } = start();
  deliver({ type: 'candidate', ...CANDIDATE });
  pc.onicecandidate?.({ candidate: { candidate: 'mine', sdpMLineIndex: null } });
  pc.onicecandidate?.({ candidate: null });
  await settle();
  assert.deepEqual([pc.told, sent()], [[], []]);
  deliver(OFFER);
  await settle();
  assert.deepEqual(pc.told, [OFFER, CANDIDATE]);
  assert.deepEqual(sent(), [{ type: 'answer', sdp: 'v=0 answer' }, { type: 'candidate', candidate: 'mine', sdpMLineIndex: 0 }]);
  session.close();
});

test('a candidate that this browser can’t use is no reason to give up', async () => {
  const { session, pc, errors, deliver } = start();
  deliver(OFFER);
  deliver({ type: 'candidate', candidate: 'useless', sdpMLineIndex: 0 });
  deliver({ type: 'candidate', ...CANDIDATE });
  await settle();
  assert.deepEqual([pc.told.length, errors()], [3, []]);
  session.close();
});

/** Each way to end: what happens, and the code of the error that it is told as. @type {Record<string, [(scene: ReturnType<typeof start>) => unknown, string]>} */
const ENDS = {
  'an offer that the browser can’t read': [({ pc, deliver }) => {
    pc.refusal = new Error('no codec');
    deliver(OFFER);
  }, 'protocol'],
  'a second offer': [({ deliver }) => [OFFER, OFFER].map(deliver), 'protocol'],
  'a message that is none': [({ socket }) => socket.deliver('offer'), 'protocol'],
  'an error of the server': [({ deliver }) => deliver({ type: 'error', code: 'full', message: '8' }), 'full'],
  'a server that is gone': [({ socket }) => socket.onclose?.({ code: 1006 }), 'connection'],
  'a network without a way through': [({ pc }) => pc.become('failed'), 'media'],
  'a server that says nothing for ten seconds': [() => pass(10_000), 'timeout'],
};

for (const [name, [happen, code]] of Object.entries(ENDS)) {
  test(`${name} ends it: one error, "${code}", and nothing is left behind`, async () => {
    const scene = start();
    await happen(scene);
    await settle();
    assert.deepEqual(scene.errors(), [code]);
    assert.ok(scene.told.ended[0].message, 'it has words for the viewer');
    assert.deepEqual([scene.pc.closed, scene.socket.closes > 0, timersLeft()], [true, true, 0]);
    for (const [other] of Object.values(ENDS)) await other(scene);
    await settle();
    assert.deepEqual(scene.errors(), [code], 'what comes after it is not told');
  });
}

test('a server that goes while its offer is being read is one error, not two', async () => {
  const { pc, socket, errors, deliver } = start();
  pc.refusal = new Error('closed');
  deliver(OFFER);
  socket.onclose?.({ code: 1006 });
  await settle();
  assert.deepEqual(errors(), ['connection']);
});

test('a server that answers but shows no stream within ten seconds is given up', async () => {
  const { pc, errors, deliver } = start();
  deliver(OFFER);
  await settle();
  pc.become('connected');
  await check(pc, 19, PLAYING);
  assert.deepEqual(errors(), []);
  await pass(500);
  assert.deepEqual(errors(), ['timeout']);
});

test('once there is a stream, the ten seconds do not count', async () => {
  const { session, pc, errors } = await connect();
  await check(pc, 60, PLAYING);
  assert.deepEqual(errors(), []);
  session.close();
});

test('packets without a picture: a key frame is asked for, once a second, until there is one', async () => {
  const { session, pc, control, errors } = await connect();
  await check(pc, 9, PLAYING);
  assert.equal(control.of('keyframe').length, 0, 'not while pictures come');
  await check(pc, 8, (n) => ({ packetsReceived: 900 + n * 100, framesDecoded: 135 }));
  assert.equal(control.of('keyframe').length, 4);
  await check(pc, 9, (n) => ({ packetsReceived: 1700 + n * 100, framesDecoded: 135 + n }));
  assert.deepEqual([control.of('keyframe').length, errors()], [4, []]);
  session.close();
});

test('a stream of which nothing comes any more for five seconds has ended', async () => {
  const { pc, errors, told } = await connect();
  await check(pc, 3, PLAYING);
  await check(pc, 9, () => PLAYING(3));
  assert.deepEqual(errors(), []);
  await check(pc, 1, () => PLAYING(3));
  assert.deepEqual(errors(), ['media']);
  assert.equal(told.stats.length, 13);
});

test('while the source is lost, the server’s pongs are enough', async () => {
  const { pc, control, results, errors } = await connect();
  results.deliver({ ...STREAM, state: 'lost' });
  for (let i = 0; i < 20; i++) {
    control.deliver({ type: 'pong', t: 0, now: 0 });
    await check(pc, 1, () => PLAYING(1));
  }
  assert.deepEqual(errors(), []);
  await check(pc, 10, () => PLAYING(1));
  assert.deepEqual(errors(), ['media']);
});

test('a viewer that does not look is sent no video, and that is no end as long as the server answers', async () => {
  const { session, store, pc, control, errors } = await connect();
  control.deliver(LINK);
  store.set({ looking: false });
  for (let i = 0; i < 20; i++) {
    control.deliver({ type: 'pong', t: 0, now: 0 });
    await check(pc, 1, () => PLAYING(1));
  }
  store.set({ looking: true });
  assert.deepEqual(control.of('video').map(({ wanted }) => wanted), [false, true]);
  await check(pc, 9, () => PLAYING(1));
  assert.deepEqual(errors(), []);
  await check(pc, 1, () => PLAYING(1));
  assert.deepEqual(errors(), ['media'], 'but one that looks again and gets none is connected to nothing');
  session.close();
});

test('where the network is too slow for video, single pictures and the server’s answers are enough', async () => {
  const { session, pc, control, errors } = await connect();
  control.deliver({ ...LINK, rung: 3, reason: 'too-slow' });
  for (let i = 0; i < 20; i++) {
    control.deliver({ type: 'pong', t: 0, now: 0 });
    await check(pc, 1, () => PLAYING(1));
  }
  assert.deepEqual(errors(), []);
  session.close();
});

test('statistics that can’t be had are not the end of the picture', async () => {
  const { session, pc, told } = await connect();
  pc.stats = null;
  await pass(20_000);
  assert.deepEqual([told.stats, told.ended], [[], []]);
  session.close();
});

test('where packets get lost each result is asked for twice more, for half a minute after the last loss', async () => {
  const { session, pc, control } = await connect();
  await check(pc, 4, PLAYING);
  assert.deepEqual(control.of('results'), [], 'not where none is lost');
  await check(pc, 61, (n) => ({ ...PLAYING(n + 4), packetsLost: 1, nackCount: 3 }));
  assert.deepEqual(control.of('results'), [{ type: 'results', repeats: 2 }, { type: 'results', repeats: 0 }]);
  session.close();
});

test('a packet that was asked for again counts as lost, for a result may be in the next', async () => {
  const { session, pc, control } = await connect();
  await check(pc, 2, (n) => ({ ...PLAYING(n), nackCount: 1 }));
  assert.deepEqual(control.of('results'), [{ type: 'results', repeats: 2 }]);
  session.close();
});

test('help that is needed before the channel is open is asked for when it is', async () => {
  const { session, pc, control } = await connect();
  control.readyState = 'connecting';
  await check(pc, 2, (n) => ({ ...PLAYING(n), packetsLost: 1 }));
  control.readyState = 'open';
  await check(pc, 1, () => ({ ...PLAYING(3), packetsLost: 1 }));
  assert.deepEqual(control.of('results'), [{ type: 'results', repeats: 2 }]);
  session.close();
});

test('a connection that comes back after a break is looked at as often as before', async () => {
  const { session, pc, told } = await connect();
  pc.become('disconnected');
  pc.become('connected');
  await check(pc, 4, PLAYING);
  assert.equal(told.stats.length, 4);
  session.close();
});

test('what the server says of stream, results and models is handed on, and what is none of these is not', async (t) => {
  const warn = t.mock.method(console, 'warn', () => {});
  const { session, store, results, told } = await connect();
  for (const message of [RESULT, MODEL, { type: 'from-the-future' }, { type: 'result' }, 'nonsense', RESULT]) results.deliver(message);
  assert.deepEqual([store.facts.stream, told.result, told.model, told.ended], [STREAM, [RESULT, RESULT], [MODEL], []]);
  assert.equal(warn.mock.callCount(), 2, 'who writes a server is told');
  session.close();
});

test('the ages that the server tells in its pongs are handed on', async () => {
  const { session, control, told } = await connect();
  control.deliver({ type: 'pong', t: 0, now: 0, encoded: 3, sent: 4 });
  assert.deepEqual(told.delays, [{ encoded: 3, sent: 4 }]);
  session.close();
});

test('what the server says of the link is a fact, until the attempt ends', async () => {
  const { session, store, control } = await connect();
  assert.equal(store.facts.link, null);
  for (const link of [LINK, { ...LINK, rung: 1, reason: 'network' }]) {
    control.deliver(link);
    assert.deepEqual(store.facts.link, link);
  }
  session.close();
});

test('a viewer’s own limit is asked for as soon as the server can know it, and when it changes', async () => {
  const { session, store, control } = await connect();
  const limit = (/** @type {number} */ value) => store.set({ settings: { ...store.facts.settings, 'max-bitrate': value } });
  limit(300_000);
  assert.deepEqual(control.of('video'), [], 'a server that tells nothing of the link would not know it');
  control.deliver(LINK);
  control.deliver({ ...LINK, rung: 1, reason: 'limit' });
  const asked = [{ type: 'video', wanted: true, maxBitrate: 300_000 }];
  assert.deepEqual(control.of('video'), asked, 'once');
  for (const value of [200_000, 200_000, Infinity]) limit(value);
  assert.deepEqual(control.of('video'), [...asked, ...[200_000, null].map((maxBitrate) => ({ type: 'video', wanted: true, maxBitrate }))]);
  session.close();
  limit(100_000);
  assert.equal(control.of('video').length, 3, 'not after its end');
});

test('without a limit nothing is asked', async () => {
  const { session, control } = await connect();
  control.deliver(LINK);
  assert.deepEqual(control.of('video'), []);
  session.close();
});

test('a track comes with its stream, or gets one', () => {
  Object.assign(globalThis, { MediaStream: class { constructor(/** @type {unknown[]} */ tracks) { this.tracks = tracks; } } });
  const { session, pc, told } = start();
  const stream = {};
  const track = { kind: 'video' };
  pc.ontrack?.({ track, streams: [stream], receiver: {} });
  pc.ontrack?.({ track, streams: [], receiver: {} });
  assert.equal(told.track[0], stream);
  assert.deepEqual(told.track[1].tracks, [track]);
  session.close();
});

test('close() is silent: nothing is told, sent or asked after it', async () => {
  const scene = await connect();
  const { session, pc, sent, control, results, told } = scene;
  const stats = await pc.getStats();
  let answer = (/** @type {typeof stats} */ _) => {};
  pc.getStats = () => new Promise((resolve) => { answer = resolve; });
  await pass(500);
  session.close();
  answer(stats);
  assert.equal(timersLeft(), 0);
  const before = [sent().length, control.sent.length];
  for (const [happen] of Object.values(ENDS)) await happen(scene);
  results.deliver(RESULT);
  pc.openChannel('control');
  pc.ontrack?.({ track: { kind: 'video' }, streams: [{}], receiver: {} });
  assert.deepEqual([sent().length, control.sent.length], before);
  assert.deepEqual([told.ended, told.result, told.track, told.stats, pc.closed], [[], [], [], [], true]);
});

test('a stamped video can be held back from its first frame on; one without stamps has no worker', async () => {
  Object.assign(globalThis, { Worker: FakeWorker, RTCRtpScriptTransform: FakeTransform });
  const plain = start();
  plain.deliver(OFFER);
  await settle();
  assert.deepEqual([plain.pc.told, FakeWorker.last], [[OFFER], undefined]);
  plain.session.close();
  const { session, store, told, pc, deliver } = start();
  deliver({ ...OFFER, stamped: true });
  await settle();
  assert.deepEqual(pc.told, [], 'the browser begins only when the worker is ready');
  FakeWorker.last.say({});
  await settle();
  assert.deepEqual([store.facts.delayable, pc.told.length], [true, 1]);
  const [sound, video] = [{}, {}];
  pc.ontrack?.({ track: { kind: 'audio' }, streams: [{}], receiver: sound });
  pc.ontrack?.({ track: { kind: 'video' }, streams: [{}], receiver: video });
  assert.deepEqual([sound, video], [{}, { transform: new FakeTransform(FakeWorker.last) }]);
  assert.equal(told.track.length, 1, 'the sound is in the stream of its video');
  assert.equal(store.facts.hasSound, true);
  session.close();
  assert.equal(FakeWorker.last.terminated, true);
});

test('where the browser makes no worker, a stamped video plays all the same', async () => {
  Object.assign(globalThis, { RTCRtpScriptTransform: FakeTransform, Worker: class {
    constructor() { throw new DOMException('cannot be accessed from origin', 'SecurityError'); }
  } });
  const { session, store, sent, errors, deliver } = start();
  deliver({ ...OFFER, stamped: true });
  await settle();
  assert.deepEqual([sent(), errors(), store.facts.delayable], [[{ type: 'answer', sdp: 'v=0 answer' }], [], false]);
  session.close();
});

test('a video that is held back and whose frames come out of order may be buffered by the browser; lost packets alone are no reason', async () => {
  Object.assign(globalThis, { Worker: FakeWorker, RTCRtpScriptTransform: FakeTransform, RTCRtpReceiver: BufferingReceiver });
  const { session, store, pc, deliver } = start();
  deliver({ ...OFFER, stamped: true });
  FakeWorker.last.say({});
  await settle();
  pc.become('connected');
  const control = pc.openChannel('control');
  pc.openChannel('results').deliver(STREAM);
  store.set({ wantedDelay: 200 });
  const lossy = (/** @type {number} */ n) => ({ ...PLAYING(n), packetsLost: n });
  await check(pc, 3, lossy);
  assert.deepEqual(control.of('playout'), []);
  FakeWorker.last.say({ applied: 200, still: 501 });
  await check(pc, 3, lossy);
  store.set({ wantedDelay: null });
  await check(pc, 3, lossy);
  assert.deepEqual(control.of('playout'), [{ type: 'playout', max: 10_000 }, { type: 'playout', max: 0 }]);
  session.close();
});

/** Who would go on with a connection to the server, and those that it got. */
function heir() {
  /** @type {import('../../../web/core/signaling.js').Signaling[]} */
  const got = [];
  return { got, takeOver: (/** @type {typeof got[0]} */ signaling) => got.push(signaling) };
}

/** Each way in which WebRTC finds none. @type {Record<string, (scene: ReturnType<typeof start>) => unknown>} */
const PATHLESS = {
  'two seconds after the answer without a connection': () => pass(2_000),
  'a connection that fails': ({ pc }) => pc.become('failed'),
  'a connection that is there, and then fails': ({ pc }) => ['connected', 'disconnected', 'failed'].map((state) => pc.become(state)),
};
for (const [name, happen] of Object.entries(PATHLESS)) {
  test(`${name}: the connection to the server is handed over, open, and the session is over without a word`, async () => {
    const { got, takeOver } = heir();
    const scene = start(takeOver);
    scene.deliver(OFFER);
    await settle();
    await happen(scene);
    assert.deepEqual([got.length, scene.pc.closed, scene.socket.closes, timersLeft()], [1, true, 0, 0]);
    got[0].sendText('further');
    assert.equal(scene.socket.sent.at(-1), 'further');
    scene.pc.become('failed');
    scene.socket.onclose?.({ code: 1006 });
    await pass(20_000);
    assert.deepEqual([got.length, scene.told.ended], [1, []]);
  });
}

test('two seconds are not over before the answer, and a connection in time is no reason to hand anything over', async () => {
  const { got, takeOver } = heir();
  const { session, pc, deliver } = start(takeOver);
  await pass(1_500);
  deliver(OFFER);
  await settle();
  await pass(1_900);
  pc.become('connected');
  await pass(3_000);
  assert.deepEqual(got, []);
  session.close();
});

test('where packets have found a way, the rest of the connection may take longer', async () => {
  const { got, takeOver } = heir();
  const { session, pc, deliver } = start(takeOver);
  deliver(OFFER);
  await settle();
  pc.iceConnectionState = 'connected';
  await pass(5_000);
  assert.deepEqual([got.length, pc.closed], [0, false]);
  session.close();
});

test('video that comes while five seconds’ pings have no answer is handed over too', async () => {
  const { got, takeOver } = heir();
  const { pc, control, errors } = await connect(takeOver);
  for (let n = 1; n <= 20; n++) {
    control.deliver({ type: 'pong', t: 0, now: 0 });
    await check(pc, 1, () => PLAYING(n));
  }
  await check(pc, 9, (n) => PLAYING(20 + n));
  assert.deepEqual(got, []);
  await check(pc, 1, () => PLAYING(30));
  assert.deepEqual([got.length, errors()], [1, []]);
});

test('a video of which nothing comes any more is handed over as well', async () => {
  const { got, takeOver } = heir();
  const { pc, control } = await connect(takeOver);
  for (let n = 0; n < 11; n++) {
    control.deliver({ type: 'pong', t: 0, now: 0 });
    await check(pc, 1, () => PLAYING(1));
  }
  assert.equal(got.length, 1);
});

test('where nobody would take over, a connection has its ten seconds', async () => {
  const { errors, deliver } = start();
  deliver(OFFER);
  await settle();
  await pass(9_999);
  assert.deepEqual(errors(), []);
  await pass(1);
  assert.deepEqual(errors(), ['timeout']);
});

test('a network without a way says so where the page may not decode video, and else that the server does not answer', async () => {
  const message = async (/** @type {object[]} */ ...messages) => {
    const { told, deliver } = start();
    messages.forEach(deliver);
    await pass(10_000);
    return told.ended[0].message;
  };
  assert.match(await message(OFFER), /^no way through the network to the server, and this page may not decode video itself: open it by https/);
  assert.equal(await message(), 'the server did not answer in time');
  decoders();
  assert.equal(await message(OFFER), 'the server did not answer in time');
  noDecoders();
});
