// SPDX-License-Identifier: LGPL-2.1-or-later
// How the parts are joined: what becomes of frames and results, in a browser that tells a frame's RTP timestamp.
import assert from 'node:assert/strict';
import { DEFAULTS } from '../../../web/core/settings.js';
import { Store } from '../../../web/core/store.js';
import { afterEach, beforeEach, test } from '../../lib/test.js';
import { palette } from '../lib/dom.js';
import { FakeCanvas } from '../lib/canvas.js';
import { FakePeerConnection } from '../lib/peer-connection.js';
import { FakeVideoFrame, KnowingVideoFrame, Picture } from '../lib/picture.js';
import { FakeVideo } from '../lib/player.js';
import { FakeSocket } from '../lib/socket.js';
import { PERIOD, STREAM, idOf, resultOf, rtpOf } from '../lib/stream.js';
import { pass, settle, stopTime, timersLeft } from '../lib/time.js';
import { FakeTransform, FakeWorker } from '../lib/worker.js';

Object.assign(globalThis, {
  window: globalThis, devicePixelRatio: 1, WebSocket: FakeSocket, RTCPeerConnection: FakePeerConnection, RTCRtpReceiver: class {},
  VideoFrame: KnowingVideoFrame, Worker: FakeWorker, RTCRtpScriptTransform: FakeTransform,
  requestAnimationFrame: (/** @type {() => void} */ callback) => setTimeout(callback, 16), cancelAnimationFrame: (/** @type {number} */ id) => clearTimeout(id),
  reportError: (/** @type {Error} */ error) => complaints.push(error),
});
// It measures the resolution of its clock when it is loaded: before time stops.
const { Attempt } = await import('../../../web/player/attempt.js');
const { Feed } = await import('../../../web/player/feed.js');
const { ComposedPicture } = await import('../../../web/player/composed-picture.js');

/** @type {unknown[]} */
let complaints = [];
/** @type {import('../../../web/player/attempt.js').Attempt[]} */
let attempts = [];

beforeEach(() => {
  stopTime();
  complaints = [];
  attempts = [];
});

afterEach(async () => {
  await settle();
  for (const attempt of attempts) attempt.close();
  // How long the worker was given to come up.
  await pass(2000);
  assert.deepEqual([FakeVideoFrame.open, timersLeft(), complaints], [0, 0, []], 'nothing is left behind');
});

/**
 * An attempt that is connected.
 * @param {Partial<import('../../../web/core/settings.js').Settings>} [settings] @param {FakeVideo} [video]
 */
async function open(settings, video = new FakeVideo('video')) {
  const store = new Store();
  store.set({ settings: { ...DEFAULTS, ...settings } });
  const [canvas, drawn] = [new FakeCanvas(), new FakeCanvas()];
  const composedPicture = new ComposedPicture(/** @type {any} */ (canvas), /** @type {any} */ (drawn), palette);
  composedPicture.resize({ left: 0, top: 0, width: 640, height: 360, videoHeight: 376 });
  const liveOverlay = { results: /** @type {object[]} */ ([]), show(/** @type {object[]} */ results) { this.results = results; } };
  const view = { video, composedPicture, liveOverlay, play() {} };
  /** @type {Record<string, any[]>} */
  const told = { result: [], model: [], ended: [] };
  const events = Object.fromEntries(Object.keys(told).map((name) => [name, (/** @type {any} */ event) => told[name].push(event)]));
  const attempt = new Attempt('ws://host/ws', store, /** @type {any} */ (view), /** @type {any} */ (events), { bySocket: false, feed: new Feed(/** @type {any} */ ({}), store), leader: null });
  attempts.push(attempt);
  Object.assign(FakeSocket.last, { readyState: 1 }).deliver(JSON.stringify({ type: 'offer', sdp: 'v=0', stamped: true }));
  const worker = FakeWorker.last;
  worker?.say({});
  await settle();
  const pc = FakePeerConnection.last;
  const results = pc.openChannel('results');
  results.deliver(STREAM);
  pc.ontrack?.({ track: { kind: 'video' }, streams: [{}], receiver: {} });
  let presented = 0;
  /** Frame n is shown. @param {number} n @param {{id?: number|null, rtp?: number, told?: number}} [but] what it carries, and what the callback says */
  const show = (n, but) => {
    const { id, rtp, told } = { id: idOf(n), rtp: rtpOf(n), told: rtpOf(n), ...but };
    video.present(new Picture({ id, rtp, width: 208, height: 196 }), { rtpTimestamp: told, presentedFrames: ++presented, expectedDisplayTime: performance.now() });
    return settle();
  };
  const add = (/** @type {ReturnType<typeof resultOf>} */ result) => results.deliver(result);
  const exact = () => attempt.exact(performance.now());
  const toldWorker = (/** @type {string} */ name) => worker.received.filter((message) => name in message).map((message) => message[name]);
  const choose = (/** @type {object} */ choice) => store.set({ settings: { ...DEFAULTS, ...choice } });
  return { attempt, store, pc, canvas, drawn, liveOverlay, told, show, add, exact, toldWorker, choose };
}

test('frames with results of their own are matched, and the results are on their frames', async () => {
  const { show, add, exact, store } = await open();
  assert.equal(store.facts.mode, 'exact');
  for (let n = 0; n < 20; n++) add(resultOf(n));
  for (let n = 0; n < 20; n++) await show(n);
  const { frames, results, rtp, mode, obstacle, fill, hold } = exact();
  assert.deepEqual([frames.shown, frames.matched, frames.mismatched, frames.withoutResult], [20, 20, 0, 0]);
  assert.deepEqual(results, { onFrame: 20, late: 0, unseen: 0 });
  assert.deepEqual([rtp, mode, obstacle, fill, hold], ['of the frame', 'exact', '', 'interpolated', null]);
});

test('a result that comes when its frame has passed is counted as late', async () => {
  const { drawn, show, add, exact } = await open();
  for (const n of [1, 2]) await show(n);
  add(resultOf(1));
  await show(3);
  assert.deepEqual(drawn.context.captions, [], 'and drawn nowhere');
  assert.deepEqual(exact().results, { onFrame: 0, late: 1, unseen: 0 });
});

test('a viewer that looks again has missed nothing: results of frames it did not look at do not count', async () => {
  const { store, show, add, exact } = await open();
  add(resultOf(1));
  await show(1);
  for (const n of [2, 3]) add(resultOf(n));
  store.set({ looking: false });
  await pass(30 * PERIOD);
  store.set({ looking: true });
  await show(3);
  add(resultOf(41));
  await show(41);
  assert.deepEqual(exact().results, { onFrame: 2, late: 0, unseen: 0 });
});

for (const mode of /** @type {const} */ (['async', 'exact'])) {
  test(`an old frame that is still shown to a viewer that looks again says nothing of the delay that results need: ${mode}`, async () => {
    const { store, pc, show, add, exact } = await open({ mode });
    // The server's clock is the page's, and frame 10 has the id 0.
    pc.openChannel('control').deliver({ type: 'pong', t: performance.now(), now: performance.now() });
    store.set({ stream: { ...STREAM, epoch: performance.now() - 10 * PERIOD } });
    await show(1);
    store.set({ looking: false });
    await pass(50 * PERIOD);
    store.set({ looking: true });
    await show(3);
    add(resultOf(50));
    assert.equal(exact().delay.lag, null);
    await pass(PERIOD);
    await show(51);
    assert.equal(Math.round(Number(exact().delay.lag)), 0);
  });
}

test('a picture that stands still does so in the other view too', async () => {
  const { attempt, show, choose } = await open();
  await show(1);
  await pass(500);
  choose({ mode: 'async' });
  assert.ok(attempt.standstill(performance.now()) >= 480);
});

test('a result whose frame the browser never showed is counted as unseen', async () => {
  const { show, add, exact } = await open();
  for (const n of [1, 2, 3]) add(resultOf(n));
  for (const n of [1, 3]) await show(n);
  assert.deepEqual(exact().results, { onFrame: 2, late: 0, unseen: 1 });
});

test('a result that the server repeats is told, counted and waited for once', async () => {
  const { show, add, exact, told, toldWorker } = await open();
  for (const result of [resultOf(1), resultOf(1), resultOf(1, {}, 'other')]) add(result);
  await show(1);
  assert.equal(exact().results.onFrame, 2);
  assert.deepEqual([told.result.length, toldWorker('want').length], [2, 2]);
});

test('frames that get the result of another one are not matched', async () => {
  const { show, add, exact, choose } = await open();
  for (const n of [0, 4]) add(resultOf(n));
  choose({ fill: 'last' });
  await show(2);
  choose({ fill: 'interpolated' });
  await show(3);
  const { fill, frames, results } = exact();
  assert.deepEqual([fill, frames.matched, frames.withoutResult, results.onFrame], ['interpolated', 0, 2, 0], 'none of them is a result on its frame');
});

test('results that the viewer hides count neither as on their frames nor as missed, and are waited for as ever', async () => {
  const { store, attempt, show, add, exact, toldWorker } = await open();
  await show(0);
  store.set({ settings: { ...store.facts.settings, overlay: 'none' } });
  for (const n of [0, 1, 2, 3]) add(resultOf(n));
  add(resultOf(2, { label: 'truth' }, 'source'));
  for (const n of [2, 3]) await show(n);
  const { frames: { shown, matched, withoutResult }, results } = exact();
  assert.deepEqual([shown, matched, withoutResult, results], [3, 0, 3, { onFrame: 0, late: 0, unseen: 0 }]);
  assert.deepEqual(attempt.errors(performance.now()), [], 'what is not drawn is not off');
  assert.deepEqual([toldWorker('want').slice(-2), toldWorker('seen')], [[3, 2].map(rtpOf), [0, 2, 3].map(rtpOf)]);
  add(resultOf(4));
  store.set({ settings: { ...store.facts.settings, overlay: 'boxes' } });
  await show(4);
  assert.deepEqual([exact().frames.matched, exact().results.onFrame], [1, 1], 'from then on they count');
});

test('a frame that is shown again counts once', async () => {
  const { drawn, show, add, exact } = await open();
  await show(1);
  add(resultOf(1));
  await show(1);
  assert.deepEqual(drawn.context.captions, ['dog: 1']);
  assert.deepEqual([exact().frames.shown, exact().results], [1, { onFrame: 0, late: 1, unseen: 0 }]);
});

test('frames that are in doubt are counted', async () => {
  const { show, exact } = await open();
  await show(1, { rtp: rtpOf(2) });
  await show(3, { id: null });
  const { disagreeing, unreadable, mismatched, withoutResult } = exact().frames;
  assert.deepEqual([disagreeing, unreadable, mismatched, withoutResult], [1, 1, 0, 2]);
});

test('what is read again is counted, and where it is another frame than was meant too', async () => {
  const { show, exact } = await open();
  for (let n = 0; n < 30; n++) {
    await show(n);
    await pass(PERIOD);
  }
  assert.deepEqual([exact().frames.readBack, exact().frames.mismatched], [2, 0]);
  Object.assign(globalThis, { VideoFrame: class extends KnowingVideoFrame {
    /** @param {any} source */
    constructor(source) {
      super(source);
      if ('context' in source) this.picture = new Picture({ id: idOf(0), width: 208, height: 196 });
    }
  } });
  await pass(1000);
  await show(100);
  Object.assign(globalThis, { VideoFrame: KnowingVideoFrame });
  assert.deepEqual([exact().frames.readBack, exact().frames.mismatched, exact().frames.notReadBack], [3, 1, 0]);
  Object.assign(globalThis, { VideoFrame: class extends KnowingVideoFrame {
    /** @param {any} source */
    constructor(source) {
      if ('context' in source) throw new Error('no memory');
      super(source);
    }
  } });
  await pass(1001);
  await show(200);
  Object.assign(globalThis, { VideoFrame: KnowingVideoFrame });
  const { readBack, mismatched, notReadBack, unreadable } = exact().frames;
  assert.deepEqual([readBack, mismatched, notReadBack, unreadable], [3, 1, 1, 0], 'nor is one forgotten that could not be read');
});

test('without requestVideoFrameCallback the video is live, and there is a picture as soon as frames are decoded', async () => {
  FakeWorker.last = /** @type {any} */ (null);
  const { attempt, store, pc } = await open({ mode: 'exact' }, /** @type {any} */ ({}));
  assert.equal(FakeWorker.last, null, 'nothing is held back');
  assert.match(store.facts.obstacle, /^This browser does not tell the page of each frame \(requestVideoFrameCallback\)$/);
  pc.become('connected');
  const { report, standstill } = { report: () => attempt.report(performance.now()), standstill: () => attempt.standstill(performance.now()) };
  pc.stats = { packetsReceived: 9, framesDecoded: 0 };
  await pass(500);
  assert.equal(store.facts.hasPicture, false);
  for (const framesDecoded of [15, 30, 45]) {
    pc.stats = { packetsReceived: framesDecoded * 9, framesDecoded };
    await pass(500);
  }
  const { frames: { decoded, paintedPerSecond }, latency } = report();
  assert.deepEqual([store.facts.hasPicture, store.facts.mode, decoded, paintedPerSecond, latency], [true, 'async', 45, null, null]);
  assert.equal(standstill(), 0);
  await pass(1500);
  assert.equal(standstill(), 1500, 'where no more are decoded it stands still');
  assert.equal(report().firstFrame, performance.now() - report().started - 2500);
});

test('what came while the view was live counts neither as late nor as unseen', async () => {
  const { show, add, exact, toldWorker, choose } = await open();
  await show(5);
  add(resultOf(6));
  choose({ mode: 'async' });
  for (const n of [1, 7, 8]) add(resultOf(n));
  for (let n = 100; n < 2200; n++) add(resultOf(n));
  assert.deepEqual(toldWorker('want'), [rtpOf(6)], 'nor is it waited for');
  choose({});
  await show(9);
  assert.deepEqual(exact().results, { onFrame: 0, late: 0, unseen: 0 });
});

test('where nobody can tell which frame is shown, the worker waits no longer for it', async () => {
  const { show, toldWorker } = await open();
  await show(1, { id: null, rtp: undefined });
  assert.deepEqual(toldWorker('seen'), [rtpOf(1)]);
});

test('the delay that results need is asked for, and the viewer’s bound told', async () => {
  const { store, show, add, exact, toldWorker, choose } = await open();
  const start = performance.now();
  for (let n = 0; n < 100; n++) {
    await pass(start + n * PERIOD + 30 - performance.now());
    await show(n);
    if (n >= 3) add(resultOf(n - 3));
  }
  const { applied, target, lag } = exact().delay;
  assert.deepEqual([applied, lag, Math.round(Number(target)), toldWorker('delay').at(-1)], [0, 120, 150, store.facts.wantedDelay]);
  choose({ hold: 100 });
  assert.deepEqual([exact().hold, exact().delay.target, toldWorker('delay').at(-1)], [100, 100, 100]);
});

test('in the live view the delay that results would need is learnt, also where the browser does not always say which frame it is', async () => {
  const { show, add, exact, choose } = await open({ mode: 'async' });
  const start = performance.now();
  for (let n = 0; n < 100; n++) {
    await pass(start + n * PERIOD + 30 - performance.now());
    await show(n);
    await show(n, { told: undefined });
    if (n >= 3) add(resultOf(n - 3));
  }
  assert.equal(exact().delay.target, null);
  choose({});
  assert.equal(Math.round(Number(exact().delay.target)), 150);
});

test('how far what is drawn is from the truth is known in both views', async () => {
  const { attempt, liveOverlay, show, add, exact, choose } = await open();
  const truth = (/** @type {number} */ n) => add(resultOf(n, { label: 'truth', x: 100 + n * 10 }, 'source'));
  const errors = () => attempt.errors(performance.now()).map(({ value, mode }) => [value, mode]);
  const drawn = resultOf(1, { x: 110 });
  add(drawn);
  truth(1);
  await show(1);
  assert.deepEqual(errors(), [[0, 'exact']]);
  await show(1);
  truth(1);
  assert.deepEqual(errors(), [[0, 'exact']], 'a frame that is shown again is known already');
  choose({ mode: 'async' });
  liveOverlay.results = [drawn];
  await show(4);
  truth(4);
  liveOverlay.results = [drawn];
  await show(5, { told: undefined });
  assert.deepEqual(errors(), [[0, 'exact'], [30, 'async']]);
  assert.equal(exact().overlayError, 15);
});

test('the newest results are drawn over the live video, for a second', async () => {
  const { liveOverlay, add } = await open({ mode: 'async' });
  for (const n of [3, 1]) add(resultOf(n));
  assert.deepEqual(liveOverlay.results, [resultOf(3)]);
  await pass(1000);
  assert.deepEqual(liveOverlay.results, []);
});

test('after close() nothing is shown, counted or told', async () => {
  const { attempt, store, canvas, show, add, exact, told } = await open();
  attempt.close();
  add(resultOf(1));
  await show(1);
  store.set({ stream: null });
  assert.deepEqual([canvas.picture, exact().frames.shown, told.result, told.ended], [null, 0, [], []]);
});
