// SPDX-License-Identifier: LGPL-2.1-or-later
// One connection for all streams of a page: who watches by it, and who by one of its own.
import assert from 'node:assert/strict';
import { Sharing } from '../../../web/core/sharing.js';
import { Store } from '../../../web/core/store.js';
import { afterEach, beforeEach, test } from '../../lib/test.js';
import { decoders, noDecoders } from '../lib/decoder.js';
import { FakePeerConnection } from '../lib/peer-connection.js';
import { PLAYING, check, openSession } from '../lib/session.js';
import { FakeSocket } from '../lib/socket.js';
import { pass, settle, stopTime, timersLeft } from '../lib/time.js';
import { FakePort, FakeTransform, FakeWorker } from '../lib/worker.js';

stopTime();
class BufferingReceiver {
  get jitterBufferTarget() {
    return null;
  }
  /** As Chromium's. */
  createEncodedStreams() {}
}
/** @type {[FakePort, FakePort][]} */
let ports = [];
Object.assign(globalThis, {
  window: globalThis, WebSocket: FakeSocket, RTCPeerConnection: FakePeerConnection, RTCRtpReceiver: class {}, Worker: FakeWorker,
  MediaStream: class { constructor(/** @type {unknown[]} */ tracks) { this.tracks = tracks; } },
  MessageChannel: class {
    port1 = new FakePort();
    port2 = new FakePort();
    constructor() { ports.push([this.port1, this.port2]); }
  },
});

const STREAM = { type: 'stream', clockRate: 90000, rtpOffset: 0, epoch: 0, stamp: null, state: 'live', message: '' };
const RESULT = { type: 'result', frame: 1, model: 'm', ms: 5, width: 640, height: 360, objects: [] };
const MODEL = { type: 'model', model: 'm', state: 'running', message: '', since: 1 };
const WINDOW = { type: 'window', title: 'edges', width: 64, height: 48, state: 'open', message: '', picture: '', mouse: false, objects: false, writable: true, overlay: '', status: '', buttons: [], trackbars: [] };
const LINK = { type: 'link', rung: 0, rungs: 3, width: 640, height: 384, bitrate: 690_000, framerate: 30, carries: null, reason: 'free' };
const PROPERTY = { type: 'property', name: 'a.b', title: 'B', description: '', writable: true, value: 1, initial: 1 };
/** As the server offers them: sound is of the yard. @type {{name: string, mids: string[], stamped?: boolean}[]} */
const STREAMS = [{ name: 'door', mids: ['video0'] }, { name: 'yard', mids: ['video1', 'audio0'] }];

/** @type {Sharing} */
let sharing;
/** @type {Record<string, ReturnType<typeof openSession>[]>} */
let opened;

beforeEach(() => {
  stopTime();
  FakeSocket.all = [];
  ports = [];
  opened = {};
  sharing = new Sharing((names) => `ws://host/ws?streams=${names}&viewer=1`, 'secret');
  sharing.names = ['door', 'yard', 'gate'];
});

afterEach(async () => {
  noDecoders();
  for (const { session } of Object.values(opened).flat()) session.close();
  await pass(2000);  // how long a worker is given to start
  assert.deepEqual([timersLeft(), FakeSocket.all.filter(({ closes }) => closes === 0).length], [0, 0], 'nothing is left behind');
});

/** The player of this stream connects. @param {string} name @param {Omit<Parameters<typeof openSession>[0] & {}, 'connect'>} [parts] */
function watch(name, parts) {
  const one = openSession({ ...parts, connect: sharing.for(name) });
  (opened[name] ??= []).push(one);
  return one;
}

/** The connection that was made last. */
function last() {
  const socket = FakeSocket.last;
  if (socket.readyState === 0) socket.open();
  const pc = FakePeerConnection.last;
  return { socket, pc, deliver: (/** @type {object} */ message) => socket.deliver(JSON.stringify(message)) };
}
const urls = () => FakeSocket.all.map(({ url }) => url);
const SHARED = 'ws://host/ws?streams=door,yard,gate&viewer=1';
const OWN = 'ws://host/ws';

/** The server carries these, and there is a way to it. @param {typeof STREAMS} [streams] @param {string[]} [sections] */
async function carry(streams = STREAMS, sections = ['video0', 'video1', 'audio0']) {
  const connection = last();
  connection.deliver({ type: 'offer', sdp: 'v=0 offer', streams });
  await settle();
  const tracks = Object.fromEntries(sections.map((mid) => [mid, connection.pc.addTrack(mid, mid.startsWith('audio') ? 'audio' : 'video')]));
  connection.pc.become('connected');
  const results = connection.pc.openChannel('results');
  const control = connection.pc.openChannel('control');
  const say = (/** @type {string} */ stream, /** @type {object[]} */ ...messages) => {
    for (const message of messages) (['link', 'pong', 'property', 'window'].includes(/** @type {any} */ (message).type) ? control : results).deliver({ stream, ...message });
  };
  /** What was asked for this stream, but for pings. @param {string} stream */
  const asked = (stream) => control.sent.filter((message) => message.stream === stream && message.type !== 'ping').map(({ stream: _, ...message }) => message);
  return { ...connection, tracks, results, control, say, asked };
}

test('all that are there connect by one WebSocket and one peer connection, with the token', async () => {
  const [door, yard] = [watch('door'), watch('yard')];
  assert.deepEqual(urls(), [SHARED]);
  const { socket, tracks, say, deliver } = await carry();
  assert.deepEqual(socket.sent.map((text) => JSON.parse(text).type), ['token', 'answer']);
  deliver({ type: 'access', control: true });
  say('door', STREAM);
  assert.deepEqual([door.told.track[0].tracks, yard.told.track[0].tracks], [[tracks.video0.track], [tracks.video1.track, tracks.audio0.track]]);
  assert.deepEqual([door.store.facts.hasSound, yard.store.facts.hasSound], [false, true]);
  assert.deepEqual([door.store.facts.mayControl, yard.store.facts.mayControl], [true, true]);
  const gate = watch('gate');
  assert.deepEqual([door.store.facts.stream?.type, yard.store.facts.stream, gate.store.facts.mayControl], ['stream', null, null]);
  assert.deepEqual(urls(), [SHARED, OWN], 'one that it does not carry has its own');
  const again = watch('yard');
  assert.deepEqual(urls(), [SHARED, OWN, OWN], 'and so has a second player of a stream');
  assert.deepEqual(again.told.track, []);
});

test('sections are known by their mids, in whatever order they come; sound alone has no video before it', async () => {
  const yard = watch('yard');
  const { tracks } = await carry(STREAMS, ['audio0', 'video1', 'video7', 'video0']);
  assert.deepEqual(yard.told.track.map(({ tracks: all }) => all), [[tracks.video1.track, tracks.audio0.track]]);
});

test('messages go to the stream that they name, and say which one they are of', async () => {
  const [door, yard] = [watch('door'), watch('yard')];
  const { say, control } = await carry();
  say('yard', STREAM, RESULT, MODEL, LINK, PROPERTY, { type: 'pong', t: 0, now: 0, encoded: 3, sent: 4 });
  assert.deepEqual([yard.told.result.length, yard.told.model.length, yard.told.delays, yard.store.facts.link?.rungs], [1, 1, [{ encoded: 3, sent: 4 }], 3]);
  assert.deepEqual([door.told.result, door.told.model, door.told.delays, door.store.facts.link, door.store.facts.properties], [[], [], [], null, []]);
  yard.session.send({ type: 'set', name: 'a.b', value: 2 });
  assert.deepEqual(control.of('set'), [{ stream: 'yard', type: 'set', name: 'a.b', value: 2 }]);
  assert.deepEqual([...new Set(control.of('ping').map(({ stream }) => stream))], ['door', 'yard']);
  assert.equal(JSON.stringify(control.sent[0]).indexOf('{"stream":'), 0);
});

test('who names no stream, or one that is not there, is not heard, and that is no end', async (t) => {
  const warn = t.mock.method(console, 'warn', () => {});
  const door = watch('door');
  const { results, control, say } = await carry();
  for (const bad of [RESULT, { ...RESULT, stream: 7 }, 'nonsense', '[]', 'null']) results.deliver(bad);
  control.deliver(LINK);
  results.onmessage?.(/** @type {never} */ ({ data: new ArrayBuffer(3) }));
  assert.equal(warn.mock.callCount(), 7, 'who writes a server is told');
  say('cellar', RESULT);
  say('door', { type: 'result' }, { type: 'from-the-future' }, RESULT);
  assert.deepEqual([door.told.result.length, door.errors()], [1, []]);
});

test('a stream that nobody watches is not sent, and to who comes back the server’s last words are told again', async () => {
  const store = new Store();
  watch('door');
  const first = watch('yard', { store });
  const { say, asked, tracks } = await carry();
  say('yard', STREAM, { ...STREAM, state: 'lost' }, RESULT, MODEL, LINK, PROPERTY, WINDOW, { ...WINDOW, mouse: true });
  assert.deepEqual([asked('door'), asked('yard')], [[], []]);
  first.session.close();
  assert.deepEqual(asked('yard'), [{ type: 'video', wanted: false, maxBitrate: null }]);
  say('yard', { ...PROPERTY, value: 5 });
  store.set({ link: null, stream: null, properties: [], window: null });
  const second = watch('yard', { store });
  await settle();
  assert.deepEqual(second.told.track[0].tracks, [tracks.video1.track, tracks.audio0.track]);
  assert.deepEqual([store.facts.stream?.state, store.facts.link?.rungs, store.facts.properties[0].value, second.told.model.length, second.told.result, store.facts.window?.mouse], ['lost', 3, 5, 1, [], true]);
  assert.deepEqual(asked('yard').slice(1), [{ type: 'video', wanted: true, maxBitrate: null }]);
  assert.deepEqual(urls(), [SHARED]);
});

test('who comes back with a limit asks for it at once, and for nothing else', async () => {
  watch('door');
  const { say, asked } = await carry();
  assert.deepEqual(asked('yard'), [{ type: 'video', wanted: false, maxBitrate: null }], 'nobody has watched it yet');
  say('yard', STREAM, LINK);
  const store = new Store();
  store.set({ settings: { ...store.facts.settings, 'max-height': 360 } });
  const yard = watch('yard', { store });
  await settle();
  assert.deepEqual(asked('yard').slice(1), [{ type: 'video', wanted: true, maxBitrate: null, maxHeight: 360 }]);
  store.set({ looking: false });
  yard.session.close();
  assert.deepEqual(asked('yard').slice(2), [{ type: 'video', wanted: false, maxBitrate: null, maxHeight: 360 }], 'the server knows already');
});

for (const [when, states] of Object.entries({ 'opens late': ['connected', 'open'], 'is open before there is a way': ['open', 'connected'] })) {
  test(`a channel that ${when}: only what nobody watches is not wanted`, async () => {
    watch('door');
    last().deliver({ type: 'offer', sdp: 'v=0', streams: STREAMS });
    await settle();
    const { pc } = last();
    for (const mid of ['video0', 'video1']) pc.addTrack(mid);
    const control = pc.openChannel('control', 'connecting');
    for (const state of states) {
      assert.deepEqual(control.sent, []);
      if (state === 'connected') pc.become(state);
      else Object.assign(control, { readyState: state }).onopen?.();
    }
    assert.deepEqual(control.of('video'), [{ stream: 'yard', type: 'video', wanted: false, maxBitrate: null }]);
    assert.deepEqual(control.of('ping').map(({ stream }) => stream), ['door']);
  });
}

test('stats are of its own receiver, and count from its own beginning', async () => {
  const [door, yard] = [watch('door'), watch('yard')];
  const { tracks, say } = await carry();
  say('door', STREAM);
  say('yard', STREAM);
  tracks.video0.receiver.stats = PLAYING(1);
  await check(tracks.video1.receiver, 3, (n) => ({ ...PLAYING(n), packetsLost: n }));
  assert.deepEqual(yard.told.stats.map(({ packets, packetsLost }) => [packets, packetsLost]), [[100, 1], [200, 2], [300, 3]]);
  assert.deepEqual(door.told.stats.map(({ packets }) => packets), [100, 100, 100]);
  yard.session.close();
  const again = watch('yard');
  await settle();
  await check(tracks.video1.receiver, 1, () => ({ ...PLAYING(5), packetsLost: 3 }));
  assert.deepEqual(again.told.stats.map(({ packets, packetsLost, decoded }) => [packets, packetsLost, decoded]), [[200, 0, 30]]);
});

test('what the server was asked for because packets got lost ends with who asked for it', async () => {
  watch('door');
  const yard = watch('yard');
  const { tracks, asked, say } = await carry();
  say('yard', STREAM);
  await check(tracks.video1.receiver, 1, () => ({ ...PLAYING(1), packetsLost: 1 }));
  yard.session.close();
  assert.deepEqual(asked('yard'), [{ type: 'results', repeats: 2 }, { type: 'results', repeats: 0 }, { type: 'video', wanted: false, maxBitrate: null }]);
});

test('a stream that is over ends for its player alone, who then has a connection of its own', async () => {
  const [door, yard] = [watch('door'), watch('yard')];
  const { deliver, say } = await carry();
  deliver({ type: 'error', code: 'no-stream', message: 'it was closed', stream: 'yard' });
  deliver({ type: 'error', code: 'no-stream', message: 'it was closed', stream: 'cellar' });
  assert.deepEqual([yard.told.ended, door.told.ended], [[{ code: 'no-stream', message: 'it was closed' }], []]);
  say('yard', RESULT);
  watch('yard');
  assert.deepEqual(urls(), [SHARED, OWN]);
});

/** What may be wrong with an offer. @type {Record<string, [unknown, string[]]>} */
const WRONG = {
  'a video that is not in its SDP': [[STREAMS[0], { name: 'yard', mids: ['video5'] }], ['video0', 'video1']],
  'sound alone': [[STREAMS[0], { name: 'yard', mids: ['audio0'] }], ['video0', 'audio0']],
  'no media section': [[STREAMS[0], { name: 'yard', mids: [] }], ['video0']],
  'one media section for two': [[{ name: 'yard', mids: ['video0'] }, STREAMS[0]], ['video0']],
};
for (const [what, [streams, sections]] of Object.entries(WRONG)) {
  test(`a stream with ${what} has a connection of its own`, async () => {
    const [wrong, right] = what.startsWith('one') ? ['door', 'yard'] : ['yard', 'door'];
    const players = { [wrong]: watch(wrong), [right]: watch(right) };
    await carry(/** @type {any} */ (streams), sections);
    assert.deepEqual([urls(), players[right].told.track.length, players[wrong].errors()], [[SHARED, OWN], 1, []]);
  });
}

for (const streams of [undefined, 'door', [{ name: 'door' }], [{ name: 'door', mids: [7] }], [null]]) {
  test(`an offer whose streams are ${JSON.stringify(streams)} is the last of its kind: each has a connection of its own`, async () => {
    const door = watch('door');
    watch('yard');
    last().deliver({ type: 'offer', sdp: 'v=0', ...(streams === undefined ? {} : { streams }) });
    await settle();
    assert.deepEqual([urls(), door.errors()], [[SHARED, OWN, OWN], []]);
    watch('gate');
    assert.equal(urls().length, 4);
  });
}

test('where none can be carried, each asks for itself why not; the next one tries again', async () => {
  const door = watch('door');
  watch('yard');
  last().deliver({ type: 'error', code: 'no-stream', message: 'no picture yet' });
  assert.deepEqual([urls(), door.errors()], [[SHARED, OWN, OWN], []]);
  watch('gate');
  assert.deepEqual(urls()[3], SHARED);
});

test('a server that is gone ends it for all; who connects first makes it anew, for all', async () => {
  const [door, yard] = [watch('door'), watch('yard')];
  const { socket } = await carry();
  sharing.names = ['door', 'yard'];
  socket.onclose?.({ code: 1006 });
  assert.deepEqual([door.errors(), yard.errors()], [['connection'], ['connection']]);
  watch('yard');
  watch('door');
  assert.deepEqual(urls(), [SHARED, 'ws://host/ws?streams=door,yard&viewer=1']);
});

test('with the last who watches it ends, and begins again with the next', async () => {
  const [door, yard] = [watch('door'), watch('yard')];
  const { pc, socket } = await carry();
  door.session.close();
  assert.equal(pc.closed, false);
  yard.session.close();
  assert.deepEqual([pc.closed, socket.closes > 0], [true, true]);
  watch('yard');
  assert.deepEqual(urls(), [SHARED, SHARED]);
});

test('for one alone that the last one did not carry none is made, and so nothing else is woken for it', async () => {
  watch('gate');
  await carry();
  assert.deepEqual(urls(), [SHARED, OWN]);
  watch('gate');
  assert.deepEqual(urls(), [SHARED, OWN, OWN]);
  watch('door');
  assert.deepEqual(urls()[3], SHARED);
});

test('who comes back and does not look says so, and nothing else', async () => {
  watch('door');
  const { say, asked } = await carry();
  say('yard', STREAM, LINK);
  const store = new Store();
  store.set({ looking: false });
  watch('yard', { store });
  await settle();
  assert.deepEqual(asked('yard').map(({ wanted }) => wanted), [false, false]);
  store.set({ looking: true });
  assert.equal(asked('yard').at(-1)?.wanted, true);
});

test('one that is closed by what another one hears does not begin any more', async () => {
  /** @type {ReturnType<typeof watch>[]} */
  const players = [];
  for (const name of ['yard', 'door']) {
    const store = new Store();
    players.push(watch(name, { store }));
    const set = store.set.bind(store);
    store.set = (facts) => {
      if ('hasSound' in facts) players[1].session.close();
      set(facts);
    };
  }
  const { asked } = await carry();
  assert.deepEqual([players[0].told.track.length, players[1].told.track.length, asked('door').at(-1)?.wanted], [1, 0, false]);
});

test('one stream alone has its own, and so have those that came later', () => {
  sharing.names = ['door'];
  watch('door');
  sharing.names = ['door', 'yard'];
  watch('gate');
  assert.deepEqual(urls(), [OWN, OWN]);
});

test('no more than 64 are asked for', () => {
  sharing.names = Array.from({ length: 70 }, (_, n) => `s${n}`);
  watch('s64');
  watch('s63');
  assert.deepEqual(urls(), [OWN, `ws://host/ws?streams=${sharing.names.slice(0, 64)}&viewer=1`]);
});

/** Who would go on by WebSocket. */
const heir = () => ({ got: /** @type {unknown[]} */ ([]), takeOver(/** @type {unknown} */ signaling) { this.got.push(signaling); } });

test('where WebRTC finds no way each goes on by a WebSocket of its own, and none is tried again', async () => {
  decoders();
  const one = heir();
  watch('door', { takeOver: (signaling) => one.takeOver(signaling) });
  const yard = watch('yard');
  last().deliver({ type: 'offer', sdp: 'v=0', streams: STREAMS });
  await settle();
  await pass(2000);
  assert.deepEqual([one.got, yard.errors()], [[undefined], ['media']], 'nobody else’s WebSocket is handed over');
  watch('door');
  assert.deepEqual(urls(), [SHARED, OWN]);
});

test('a way that is lost later is tried again', async () => {
  const one = heir();
  watch('door', { takeOver: (signaling) => one.takeOver(signaling) });
  const { pc } = await carry();
  pc.become('failed');
  assert.deepEqual(one.got, [undefined]);
  watch('door');
  assert.deepEqual(urls(), [SHARED, SHARED]);
});

test('a stream of which nothing comes any more, while others do, has a connection of its own from then on', async () => {
  const [door, yard] = [watch('door'), watch('yard')];
  const { tracks, say } = await carry();
  say('door', STREAM);
  say('yard', STREAM);
  for (let n = 1; n <= 11; n++) {
    tracks.video0.receiver.stats = PLAYING(n);
    await check(tracks.video1.receiver, 1, () => PLAYING(1));
  }
  assert.deepEqual([yard.errors(), door.errors()], [['media'], []]);
  watch('yard');
  assert.deepEqual(urls(), [SHARED, OWN]);
});

test('a server that answers nothing is given up after ten seconds, and tried again', async () => {
  const [door, yard] = [watch('door'), watch('yard')];
  await pass(10_000);
  assert.deepEqual([door.told.ended[0].message, yard.errors()], ['the server did not answer in time', ['timeout']]);
  watch('door');
  assert.deepEqual(urls(), [SHARED, SHARED]);
});

for (const [code, next] of /** @type {const} */ ([['full', SHARED], ['shutdown', SHARED], ['malformed', OWN], ['internal', OWN]])) {
  test(`an error of the server for all, "${code}", ends each; then there is ${next}`, async () => {
    const [door, yard] = [watch('door'), watch('yard')];
    const { deliver } = await carry();
    deliver({ type: 'error', code, message: 'why' });
    assert.deepEqual([door.errors(), yard.errors()], [[code], [code]]);
    watch('door');
    assert.deepEqual(urls()[1], next);
  });
}

test('Firefox, which would show nothing any more, is let delay a video also when nobody watches it', async () => {
  Object.assign(globalThis, { RTCRtpScriptTransform: FakeTransform, RTCRtpReceiver: class { get jitterBufferTarget() { return null; } } });
  watch('door');
  const yard = watch('yard');
  last().deliver({ type: 'offer', sdp: 'v=0', streams: [STREAMS[0], { ...STREAMS[1], stamped: true }] });
  FakeWorker.last.say({});
  await settle();
  const { pc } = last();
  const [, { receiver }] = [pc.addTrack('video0'), pc.addTrack('video1')];
  pc.become('connected');
  const control = pc.openChannel('control');
  yard.store.set({ wantedDelay: 200 });
  ports[0][0].onmessage?.({ data: { applied: 150, still: 501 } });
  await check(receiver, 1, PLAYING);
  yard.session.close();
  assert.deepEqual(control.of('playout').map(({ max }) => max), [10_000]);
});

test('one worker delays all stamped videos, each as its own player wants', async () => {
  Object.assign(globalThis, { RTCRtpScriptTransform: FakeTransform, RTCRtpReceiver: BufferingReceiver });
  const store = new Store();
  watch('door');
  const yard = watch('yard', { store });
  last().deliver({ type: 'offer', sdp: 'v=0', stamped: true, streams: [{ name: 'door', mids: ['video0'] }, { name: 'yard', mids: ['video1'], stamped: true }] });
  await settle();
  assert.deepEqual(last().pc.told, [], 'the browser begins when the worker is ready');
  FakeWorker.last.say({});
  await settle();
  const { pc } = last();
  const [one, other] = [pc.addTrack('video0'), pc.addTrack('video1')];
  pc.become('connected');
  const control = pc.openChannel('control');
  const [[page, worker]] = ports;
  assert.deepEqual([one.receiver.transform, /** @type {any} */ (other.receiver.transform).options, ports.length], [null, { port: worker }, 1]);
  assert.deepEqual([opened.door[0].store.facts.delayable, store.facts.delayable], [false, true]);
  store.set({ wantedDelay: 200 });
  yard.session.want(7);
  page.onmessage?.({ data: { applied: 150, still: 501 } });
  assert.deepEqual([page.sent, store.facts.appliedDelay], [[{ delay: 200 }, { want: 7 }], 150]);
  await check(other.receiver, 1, PLAYING);
  assert.deepEqual(control.of('playout'), [{ stream: 'yard', type: 'playout', max: 10_000 }]);
  yard.session.close();
  assert.deepEqual([page.sent.at(-1), page.onmessage, FakeWorker.last.terminated], [{ delay: null }, null, false]);
  assert.deepEqual(control.of('playout').at(-1), { stream: 'yard', type: 'playout', max: 0 });
  store.set({ delayable: false, wantedDelay: null });
  watch('yard', { store });
  await settle();
  assert.equal(store.facts.delayable, true, 'the next one has it too');
  store.set({ wantedDelay: 300 });
  assert.deepEqual(page.sent.at(-1), { delay: 300 });
  for (const { session } of [...opened.door, ...opened.yard]) session.close();
  assert.equal(FakeWorker.last.terminated, true);
});

test('where there is no worker, who has a stamped stream is told why it is live', async () => {
  Object.assign(globalThis, { RTCRtpScriptTransform: FakeTransform });
  const [door, yard] = [watch('door'), watch('yard')];
  last().deliver({ type: 'offer', sdp: 'v=0', stamped: true, streams: [STREAMS[0], { ...STREAMS[1], stamped: true }] });
  await settle();
  FakeWorker.last.onerror?.();
  await settle();
  const { pc } = last();
  for (const mid of ['video0', 'video1']) pc.addTrack(mid);
  pc.become('connected');
  assert.match(yard.store.facts.fault, /^The worker .* did not start/);
  assert.deepEqual([door.store.facts.fault, yard.told.track.length, yard.errors()], ['', 1, []]);
});

test('who comes later knows what the token allows; who has left long ago ends nothing of it', async () => {
  watch('door');
  const first = watch('yard');
  const { deliver, say, asked } = await carry();
  deliver({ type: 'access', control: false });
  first.session.close();
  const second = watch('yard');
  first.session.close();
  await settle();
  say('yard', RESULT);
  assert.deepEqual([second.store.facts.mayControl, second.told.result.length, asked('yard').at(-1)?.wanted], [false, 1, true]);
});

test('who ends it when it has just been told of its video gets nothing more of it', async () => {
  watch('door');
  const yard = watch('yard');
  yard.told.track.push = () => { yard.session.close(); return 1; };
  const { say, asked } = await carry();
  say('yard', STREAM, RESULT);
  await pass(1000);
  assert.deepEqual([yard.told.result, yard.told.stats, asked('yard')], [[], [], [{ type: 'video', wanted: false, maxBitrate: null }]]);
});
