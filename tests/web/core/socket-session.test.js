// SPDX-License-Identifier: LGPL-2.1-or-later
import assert from 'node:assert/strict';
import { ServerClock } from '../../../web/core/clock.js';
import { Signaling } from '../../../web/core/signaling.js';
import { SocketSession } from '../../../web/core/socket-session.js';
import { Store } from '../../../web/core/store.js';
import { beforeEach, test } from '../../lib/test.js';
import { FakeAudioDecoder, FakeVideoDecoder, decoders } from '../lib/decoder.js';
import { AUDIO, KEY, MORE, PADDING, frameMessage } from '../lib/frame-message.js';
import { FakeVideoFrame } from '../lib/picture.js';
import { FakeSocket } from '../lib/socket.js';
import { PERIOD, STREAM, resultOf } from '../lib/stream.js';
import { pass, stopTime, timersLeft } from '../lib/time.js';

Object.assign(globalThis, { WebSocket: FakeSocket });

const MEDIA = { type: 'media', video: { codec: 'vp8' }, audio: null };
const OPUS = { codec: 'opus', rate: 48000, channels: 2 };
const LINK = { type: 'link', rung: 0, rungs: 3, width: 640, height: 384, bitrate: 690_000, framerate: 30, carries: null, reason: 'free' };
const MODEL = { type: 'model', model: 'm', state: 'running', message: '', since: 1 };

beforeEach(() => {
  stopTime();
  decoders();
});

/** @param {string|Signaling} [to] @param {boolean} [hasPicture] whether WebRTC has shown one */
function start(to = 'ws://host/ws', hasPicture = false) {
  /** What the session told, by the names of its events. @type {Record<string, any[]>} */
  const told = { frame: [], sound: [], begun: [], result: [], model: [], delays: [], stats: [], ended: [] };
  const events = Object.fromEntries(Object.keys(told).map((name) => [name, (/** @type {any[]} */ ...args) => {
    if (name === 'frame') args.shift().close();
    told[name].push(args[0]);
  }]));
  const store = new Store();
  store.set({ hasPicture });
  const clock = new ServerClock(0);
  const session = new SocketSession(to, store, /** @type {any} */ (events), clock);
  const socket = Object.assign(FakeSocket.last, { readyState: 1 });
  /** The messages of this type. @param {string} type */
  const sent = (type) => socket.sent.map((text) => JSON.parse(text)).filter((message) => message.type === type);
  const deliver = (/** @type {object} */ message) => socket.deliver(message instanceof ArrayBuffer ? message : JSON.stringify(message));
  const errors = () => told.ended.map(({ code }) => code);
  return { session, store, clock, told, socket, sent, deliver, errors };
}

/** One whose server sends video. @param {object} [media] */
function play(media = MEDIA) {
  const scene = start();
  scene.deliver(media);
  scene.deliver(STREAM);
  let frames = 0;
  /** The next frame comes. */
  const frame = () => {
    scene.deliver(frameMessage({ id: frames * 3600, flags: frames === 0 ? KEY : 0 }));
    frames++;
  };
  /** … and is decoded. */
  const show = () => {
    frame();
    FakeVideoDecoder.all.at(-1)?.finish();
  };
  return { ...scene, frame, show };
}

/** So many checks of half a second each, and what happens before each of them. @param {number} count @param {(n: number) => void} happen */
async function check(count, happen) {
  for (let n = 0; n < count; n++) {
    happen(n);
    await pass(500);
  }
}

test('it asks for frames by the WebSocket in its address, and leaves the rest of that as it is', () => {
  const { session } = start('ws://host/a%20b/ws?downlink=262000&key=x');
  assert.equal(FakeSocket.last.url, 'ws://host/a%20b/ws?downlink=262000&key=x&transport=socket');
  session.close();
});

test('an address that is none is an error like any other', async () => {
  const { errors } = start('nonsense');
  await Promise.resolve();
  assert.deepEqual([errors(), timersLeft()], [['connection'], 0]);
});

test('a connection that found no way for WebRTC is gone on with: the server is told so first, and what is left of WebRTC does not count', () => {
  /** @type {unknown[]} */
  const before = [];
  const tell = (/** @type {unknown} */ event) => before.push(event);
  const signaling = new Signaling('ws://host/ws', new Store(), { message: tell, closed: tell });
  const socket = Object.assign(FakeSocket.last, { readyState: 1 });
  const { session, sent, deliver, errors, told } = start(signaling);
  assert.equal(FakeSocket.last, socket);
  assert.equal(socket.sent[0], '{"type":"transport","transport":"socket"}');
  deliver({ type: 'candidate', candidate: 'udp', sdpMLineIndex: 0 });
  assert.deepEqual(sent('ack'), []);
  deliver(MEDIA);
  deliver(frameMessage({ flags: KEY }));
  FakeVideoDecoder.all[0].finish();
  assert.equal(told.frame.length, 1);
  socket.onclose?.({ code: 1006 });
  assert.deepEqual([errors(), before], [['connection'], []]);
  session.close();
});

test('each message from `media` on is acknowledged at once, with its number and the time, and none before', async () => {
  const { session, deliver, sent } = start();
  for (const message of [STREAM, LINK]) deliver(message);
  assert.deepEqual(sent('ack'), []);
  const messages = [
    MEDIA, frameMessage({ flags: KEY | MORE }), frameMessage({ flags: KEY }), STREAM, resultOf(1), { type: 'pong', t: 0, now: 0 },
    frameMessage({ kind: PADDING }), frameMessage({ kind: AUDIO }), { type: 'from-the-future' }, MEDIA,
  ];
  const times = [];
  for (const message of messages) {
    deliver(message);
    times.push(performance.now());
    await pass(7);
  }
  assert.deepEqual(sent('ack'), times.map((at, n) => ({ type: 'ack', number: n + 1, at })));
  session.close();
});

test('what the server says beside the video is known, as by WebRTC', (t) => {
  const warn = t.mock.method(console, 'warn', () => {});
  const { session, store, clock, told, deliver } = play();
  const at = performance.now();
  for (const message of [resultOf(1), MODEL, LINK, { type: 'pong', t: at, now: 5000, encoded: 3, sent: 4 }, { type: 'result' }]) deliver(message);
  const { stream, link, transport, delayable } = store.facts;
  assert.deepEqual([stream, link, transport, delayable], [STREAM, LINK, 'socket', true]);
  assert.deepEqual([told.result, told.model, told.delays], [[resultOf(1)], [MODEL], [{ encoded: 3, sent: 4 }]]);
  assert.equal(clock.estimate(at)?.offset, 5000 - at);
  assert.equal(warn.mock.callCount(), 1, 'who writes a server is told');
  session.close();
});

test('frames are told with their ids, those in parts too', () => {
  const { session, told, deliver } = play();
  deliver(frameMessage({ id: 0xfffffff0, flags: KEY | MORE, data: [1] }));
  deliver(frameMessage({ id: 0xfffffff0, flags: KEY, data: [2] }));
  deliver(frameMessage({ id: 3000 }));
  const [decoder] = FakeVideoDecoder.all;
  decoder.finish();
  assert.deepEqual([told.frame.map(({ id }) => id), decoder.taken[0].data], [[0xfffffff0, 3000], [1, 2]]);
  session.close();
});

test('a format that is told again is the same; another one counts from its key frame on', () => {
  const { session, deliver } = play();
  const key = frameMessage({ flags: KEY });
  for (const message of [key, { ...MEDIA }, key]) deliver(message);
  assert.equal(FakeVideoDecoder.all.length, 1);
  for (const message of [{ ...MEDIA, video: { codec: 'avc1.42001f' } }, key]) deliver(message);
  assert.deepEqual(FakeVideoDecoder.all.map(({ config }) => /** @type {any} */ (config).codec), ['vp8', 'avc1.42001f']);
  session.close();
});

test('the video is delayed as it is wanted, and by how much is a fact', async () => {
  const { session, store, frame } = play();
  store.set({ wantedDelay: 100 });
  for (let n = 0; n < 50; n++) {
    frame();
    await pass(PERIOD);
    FakeVideoDecoder.all[0].finish();
  }
  const taken = () => FakeVideoDecoder.all[0].taken.length;
  assert.deepEqual([taken(), store.facts.appliedDelay], [48, 100]);
  store.set({ wantedDelay: null });
  assert.deepEqual([taken(), store.facts.appliedDelay], [50, 0]);
  session.close();
});

test('a delay that is wanted already when it begins counts, and the frame after one that must be seen waits for it', async () => {
  const { session, store } = start();
  session.close();
  store.set({ wantedDelay: 0 });
  const next = new SocketSession('ws://host/ws', store, /** @type {any} */ ({ begun: () => {} }), new ServerClock(0));
  const socket = Object.assign(FakeSocket.last, { readyState: 1 });
  next.want(3600);
  socket.deliver(JSON.stringify(MEDIA));
  for (const id of [0, 3600, 7200]) {
    socket.deliver(frameMessage({ id, flags: KEY }));
    await pass(PERIOD);
  }
  const taken = () => FakeVideoDecoder.all[0].taken.length;
  assert.equal(taken(), 2);
  next.seen(3600);
  assert.equal(taken(), 3);
  next.close();
});

test('there is sound where the server has some and the browser decodes it, and it is decoded while the viewer wants to hear it', () => {
  const { session, store, told, deliver } = play({ ...MEDIA, audio: OPUS });
  assert.equal(store.facts.hasSound, true);
  deliver(frameMessage({ kind: AUDIO, data: [1] }));
  store.set({ audible: true });
  deliver(frameMessage({ kind: AUDIO, data: [2] }));
  FakeAudioDecoder.all[0].finish(({ data: [n] }) => n);
  assert.deepEqual([FakeAudioDecoder.all.length, told.sound, told.frame], [1, [2], []]);
  deliver(MEDIA);
  assert.deepEqual([store.facts.hasSound, FakeAudioDecoder.all[0].state], [false, 'closed']);
  session.close();
  Reflect.deleteProperty(globalThis, 'AudioDecoder');
  const deaf = play({ ...MEDIA, audio: OPUS });
  assert.equal(deaf.store.facts.hasSound, false);
  deaf.session.close();
});

test('the server is told whether the viewer looks and what limits its video', () => {
  const { session, store, sent, deliver } = play();
  deliver(LINK);
  store.set({ looking: false });
  store.set({ settings: { ...store.facts.settings, 'max-bitrate': 300_000 } });
  session.close();
  store.set({ looking: true });
  assert.deepEqual(sent('video'), [{ type: 'video', wanted: false, maxBitrate: null }, { type: 'video', wanted: false, maxBitrate: 300_000 }]);
});

test('it pings once the server sends, quickly first', async () => {
  const { session, sent, deliver } = start();
  await pass(1000);
  assert.deepEqual(sent('ping'), []);
  deliver(MEDIA);
  await pass(1000);
  const pings = sent('ping');
  assert.equal(pings.length, 8);
  assert.equal(pings[1].t - pings[0].t, 50);
  session.close();
});

test('a decoder that is taken away: the server is asked for a key frame', () => {
  const { session, sent, show } = play();
  show();
  FakeVideoDecoder.all[0].fail('QuotaExceededError');
  assert.deepEqual(sent('keyframe'), [{ type: 'keyframe' }]);
  session.close();
});

test('frames that come but are not decoded: a key frame is asked for, once a second', async () => {
  const { session, sent, frame, show } = play();
  await check(4, show);
  assert.deepEqual(sent('keyframe'), []);
  await check(8, frame);
  assert.equal(sent('keyframe').length, 4);
  session.close();
});

test('what came is counted', async () => {
  const { session, told, deliver, frame, show } = play();
  deliver(frameMessage({ id: 1 }));
  show();
  frame();
  await pass(500);
  const { bytes, decoded, dropped, width, height, packetsLost } = told.stats[0];
  assert.deepEqual({ bytes, decoded, dropped, width, height, packetsLost }, { bytes: 9, decoded: 2, dropped: 1, width: 640, height: 360, packetsLost: 0 });
  session.close();
});

test('a video of which nothing comes any more for five seconds has ended, though the server answers', async () => {
  const { show, deliver, errors } = play();
  await check(3, show);
  const pong = () => deliver({ type: 'pong', t: 0, now: 0 });
  await check(9, pong);
  assert.deepEqual(errors(), []);
  await check(2, pong);
  assert.deepEqual(errors(), ['media']);
});

test('a frame that is long on its way is no end, as long as its parts come', async () => {
  const { session, show, deliver, errors } = play();
  await check(3, show);
  await check(20, () => deliver(frameMessage({ id: 1, flags: MORE })));
  assert.deepEqual(errors(), []);
  session.close();
});

test('to a viewer that does not look the server’s answers are enough', async () => {
  const { session, store, show, deliver, errors } = play();
  await check(3, show);
  store.set({ looking: false });
  await check(20, () => deliver({ type: 'pong', t: 0, now: 0 }));
  assert.deepEqual(errors(), []);
  await check(11, () => {});
  assert.deepEqual(errors(), ['media']);
  session.close();
});

/** Each way to end: what happens, and the code of the error that it is told as. @type {Record<string, [(scene: ReturnType<typeof play>) => unknown, string]>} */
const ENDS = {
  'an error of the server': [({ deliver }) => deliver({ type: 'error', code: 'slow', message: 'too slow' }), 'slow'],
  'a server that is gone': [({ socket }) => socket.onclose?.({ code: 1006 }), 'connection'],
  'a message that is none': [({ socket }) => socket.deliver('media'), 'protocol'],
  'a codec that the browser does not decode': [({ frame }) => {
    frame();
    FakeVideoDecoder.all.at(-1)?.fail('NotSupportedError');
  }, 'browser'],
};
for (const [name, [happen, code]] of Object.entries(ENDS)) {
  test(`${name} ends it: one error, "${code}", and nothing is left behind`, async () => {
    const scene = play();
    await happen(scene);
    assert.deepEqual([scene.errors(), scene.socket.closes > 0, timersLeft()], [[code], true, 0]);
    assert.ok(scene.told.ended[0].message, 'it has words for the viewer');
    for (const other of [ENDS['an error of the server'], ENDS['a server that is gone']]) await other[0](scene);
    assert.deepEqual(scene.errors(), [code], 'what comes after it is not told');
  });
}

test('a server that sends no media within ten seconds is given up, and one that does is not', async () => {
  const { errors } = start();
  await pass(9_999);
  assert.deepEqual(errors(), []);
  await pass(1);
  assert.deepEqual([errors(), timersLeft()], [['timeout'], 0]);
  const { session, show, errors: none } = play();
  await check(24, show);
  assert.deepEqual(none(), []);
  session.close();
});

for (const [what, hasPicture, ms] of /** @type {[string, boolean, number][]} */ ([['found no way', false, 5000], ['had one', true, 2500]]))
  test(`where WebRTC ${what}, media must come on its connection within ${ms / 1000} s`, async () => {
    const events = { message: () => {}, closed: () => {} };
    const { errors } = start(new Signaling('ws://host/ws', new Store(), events), hasPicture);
    await pass(ms - 1);
    assert.deepEqual(errors(), []);
    await pass(1);
    assert.deepEqual([errors(), timersLeft()], [['media'], 0]);
  });

test('close() is silent: nothing is told, sent or decoded after it', async () => {
  const { session, store, told, socket, deliver, frame, show } = play();
  show();
  frame();
  session.close();
  assert.equal(timersLeft(), 0);
  const [{ length }, before] = [socket.sent, JSON.stringify(told)];
  FakeVideoDecoder.all[0].finish();
  for (const message of [STREAM, MODEL, frameMessage({ flags: KEY })]) deliver(message);
  socket.onclose?.({ code: 1006 });
  store.set({ wantedDelay: 50, link: /** @type {any} */ (LINK), looking: false });
  await pass(20_000);
  assert.deepEqual([socket.sent.length, JSON.stringify(told), FakeVideoDecoder.all.length], [length, before, 1]);
  assert.deepEqual([FakeVideoFrame.open, timersLeft()], [0, 0]);
});
