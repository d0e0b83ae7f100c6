// SPDX-License-Identifier: LGPL-2.1-or-later
// The exact view from frames and results to the canvas, the counts and what the worker is told, in a browser that tells a
// frame's RTP timestamp. Only the browser is not real.
import assert from 'node:assert/strict';
import { DEFAULTS } from '../../../web/core/settings.js';
import { Store } from '../../../web/core/store.js';
import { VideoDelay } from '../../../web/core/video-delay.js';
import { afterEach, beforeEach, test } from '../../lib/test.js';
import { FakeCanvas } from '../lib/canvas.js';
import { FakeVideoFrame, KnowingVideoFrame, Picture, videoOf } from '../lib/picture.js';
import { pass, settle, stopTime } from '../lib/time.js';
import { FakeTransform, FakeWorker } from '../lib/worker.js';

beforeEach(stopTime);
Object.assign(globalThis, {
  window: globalThis, devicePixelRatio: 1, VideoFrame: KnowingVideoFrame, Worker: FakeWorker, RTCRtpScriptTransform: FakeTransform,
});
const { ComposedPicture } = await import('../../../web/player/composed-picture.js');
const { Exact } = await import('../../../web/player/exact.js');

/** @typedef {import('../../../web/core/protocol.js').Stream} Stream */
/** @typedef {import('../../../web/core/settings.js').Settings} Settings */

const PERIOD = 40;
const RTP_OFFSET = 1_000_000;
/** The n-th frame: wraps at the tenth. @param {number} n */
const idOf = (n) => (2 ** 32 + (n - 10) * PERIOD * 90) >>> 0;
const rtpOf = (/** @type {number} */ id) => (id + RTP_OFFSET) >>> 0;
/** @type {Stream} */
const STREAM = {
  type: 'stream', clockRate: 90000, rtpOffset: RTP_OFFSET, epoch: 0, stamp: { rows: 16, cell: 8 }, state: 'live', message: '',
};
/** What a model saw in frame n: its caption says which one it is of. @param {number} n @param {object} [fields] of the object */
const resultOf = (n, fields, model = 'm') => ({
  type: /** @type {const} */ ('result'), frame: idOf(n), model, ms: 1, width: 640, height: 376,
  objects: [{ label: 'dog', confidence: null, text: `${n}`, x: 100, y: 50, w: 40, h: 30, ...fields }],
});

/** @param {{settings?: Partial<Settings>, stream?: Stream|null}} [scene] */
async function open({ settings, stream = STREAM } = {}) {
  const canvas = new FakeCanvas();
  const composer = new ComposedPicture(/** @type {any} */ (canvas));
  composer.resize({ left: 0, top: 0, width: 640, height: 360, videoHeight: 376 });
  const store = new Store();
  const videoDelay = new VideoDelay(store);
  const started = videoDelay.start();
  const worker = FakeWorker.last;
  worker.say({});
  await started;
  const exact = new Exact(store, composer, videoDelay);
  store.set({ settings: { ...DEFAULTS, ...settings }, stream });
  /**
   * Frame n is shown: `id` and `rtp` are what it carries, `told` is the frame that the callback names.
   * @param {number} n @param {{id?: number|null, rtp?: number, told?: number}} [but]
   */
  const show = (n, but) => {
    const { id, rtp, told } = { id: idOf(n), rtp: rtpOf(idOf(n)), told: n, ...but };
    const callback = { rtpTimestamp: rtpOf(idOf(told)) };
    return exact.show(/** @type {any} */ (videoOf(new Picture({ id, rtp, width: 208, height: 196 }))), callback, performance.now());
  };
  const add = (/** @type {ReturnType<typeof resultOf>} */ result) => exact.addResult(result, performance.now());
  /** What the viewer sees: the picture's id, and the captions over it. */
  const seen = () => {
    const { painted } = canvas.context;
    const frame = painted.slice(painted.findLastIndex(({ what }) => what === 'image'));
    return [canvas.picture?.id, ...frame.filter(({ what }) => what === 'text').map(({ text }) => text)];
  };
  const report = () => exact.report(performance.now());
  const told = (/** @type {string} */ name) => worker.received.filter((message) => name in message).map((message) => message[name]);
  return { exact, store, canvas, show, add, seen, report, told };
}

afterEach(async () => {
  await settle();
  assert.equal(FakeVideoFrame.open, 0, 'every frame was let go of');
  Object.assign(globalThis, { VideoFrame: KnowingVideoFrame });
});

test('each frame is shown with its own results and no others, across the wrap of ids', async () => {
  const { show, add, seen, report } = await open();
  for (let n = 0; n < 20; n++) add(resultOf(n));
  for (let n = 0; n < 20; n++) {
    await show(n);
    assert.deepEqual(seen(), [idOf(n), `dog: ${n}`]);
  }
  const { frames, results } = report();
  assert.deepEqual([frames.shown, frames.matched, frames.mismatched, frames.withoutResult], [20, 20, 0, 0]);
  assert.deepEqual(results, { onFrame: 20, late: 0, unseen: 0 });
});

test('a frame gets the results of every model', async () => {
  const { show, add, seen } = await open();
  add(resultOf(3));
  add(resultOf(3, { label: 'cat' }, 'other'));
  await show(3);
  assert.deepEqual(seen(), [idOf(3), 'dog: 3', 'cat: 3']);
});

test('what the browser’s callback says of a frame is not believed: the frame itself is asked', async () => {
  const { show, add, seen, report } = await open();
  for (const n of [1, 2]) add(resultOf(n));
  await show(1, { told: 2 });
  assert.deepEqual(seen(), [idOf(1), 'dog: 1']);
  assert.equal(report().frames.mismatched, 0);
});

test('a result that comes when its frame has passed is drawn nowhere, and counted as late', async () => {
  const { show, add, seen, report } = await open();
  await show(1);
  await show(2);
  add(resultOf(1));
  await show(3);
  assert.deepEqual(seen(), [idOf(3)]);
  assert.deepEqual(report().results, { onFrame: 0, late: 1, unseen: 0 });
});

test('a result whose frame the browser never showed is counted as unseen', async () => {
  const { show, add, report } = await open();
  for (const n of [1, 2, 3]) add(resultOf(n));
  await show(1);
  await show(3);
  assert.deepEqual(report().results, { onFrame: 2, late: 0, unseen: 1 });
});

test('a result that the server repeats is taken, counted and waited for once', async () => {
  const { show, add, seen, report, told } = await open();
  assert.deepEqual([add(resultOf(1)), add(resultOf(1)), add(resultOf(1, {}, 'other'))], [true, false, true]);
  await show(1);
  assert.deepEqual(seen(), [idOf(1), 'dog: 1', 'dog: 1']);
  assert.equal(report().results.onFrame, 2);
  assert.equal(told('want').length, 2);
});

test('a frame that the model skipped gets nothing, the last result or one between two, as the viewer chose', async () => {
  const { store, show, add, seen, report } = await open();
  add(resultOf(0, { x: 100 }));
  add(resultOf(4, { x: 140 }));
  await show(1);
  assert.deepEqual(seen(), [idOf(1)]);
  store.set({ settings: { ...DEFAULTS, fill: 'last' } });
  await show(2);
  assert.deepEqual(seen(), [idOf(2), '… dog: 0']);
  store.set({ settings: { ...DEFAULTS, fill: 'interpolated' } });
  await show(3);
  assert.deepEqual(seen(), [idOf(3), '≈ dog: 0']);
  const { fill, frames, results } = report();
  assert.deepEqual([fill, frames.matched, frames.withoutResult, results.onFrame], ['interpolated', 0, 3, 0], 'none of them is a result on its frame');
});

test('results that the viewer hides are not drawn, but counted and waited for as ever', async () => {
  const { store, show, add, seen, report, told } = await open();
  for (const n of [1, 2]) add(resultOf(n));
  store.set({ resultsVisible: false });
  await show(1);
  assert.deepEqual(seen(), [idOf(1)]);
  await show(1);
  assert.deepEqual(seen(), [idOf(1)], 'nor when the same frame is drawn again');
  store.set({ resultsVisible: true });
  await show(2);
  assert.deepEqual(seen(), [idOf(2), 'dog: 2']);
  assert.deepEqual([report().frames.matched, report().results.onFrame], [2, 2]);
  assert.deepEqual([...new Set(told('seen'))], [1, 2].map((n) => rtpOf(idOf(n))));
});

test('a frame that is shown again gets what has come for it meanwhile, and counts once', async () => {
  const { show, add, seen, report } = await open();
  await show(1);
  add(resultOf(1));
  await show(1);
  assert.deepEqual(seen(), [idOf(1), 'dog: 1']);
  assert.deepEqual([report().frames.shown, report().results], [1, { onFrame: 0, late: 1, unseen: 0 }]);
});

test('where timestamp and pixels name different frames nothing is drawn, and it is counted', async () => {
  const { show, add, seen, report } = await open();
  for (const n of [1, 2]) add(resultOf(n));
  await show(1, { rtp: rtpOf(idOf(2)) });
  assert.deepEqual(seen(), [idOf(1)]);
  await settle();
  const { disagreeing, mismatched, withoutResult } = report().frames;
  assert.deepEqual([disagreeing, mismatched, withoutResult], [1, 0, 1]);
});

test('a frame whose pixels can’t be read is known by its timestamp once others were right, and is counted', async () => {
  const { show, add, seen, report } = await open();
  for (const n of [1, 2, 3]) add(resultOf(n));
  await show(1, { id: null });
  assert.deepEqual(seen(), [null]);
  await show(2);
  await show(3, { id: null });
  assert.deepEqual(seen(), [null, 'dog: 3']);
  assert.equal(report().frames.unreadable, 2);
});

test('where somebody on the way gives frames other timestamps, their pixels are enough', async () => {
  const { show, add, seen, report } = await open();
  for (let n = 0; n < 40; n++) await show(n, { rtp: 5 });
  add(resultOf(40));
  await show(40, { rtp: 5 });
  assert.deepEqual(seen(), [idOf(40), 'dog: 40']);
  assert.equal(report().rtp, 'rewritten');
});

test('it says where frames’ timestamps come from', async () => {
  const { show, report } = await open();
  assert.equal(report().rtp, 'not told');
  await show(1);
  assert.equal(report().rtp, 'of the frame');
});

test('what is shown is read again about once a second, and counted where it is another frame than was meant', async () => {
  const { show, report } = await open();
  for (let n = 0; n < 80; n++) {
    await show(n);
    await pass(PERIOD);
  }
  const { readBack, mismatched } = report().frames;
  assert.deepEqual([readBack, mismatched], [4, 0]);
  // A browser that draws another frame than the one that it was given.
  Object.assign(globalThis, { VideoFrame: class extends KnowingVideoFrame {
    /** @param {Uint8Array} data @param {any} what */
    async copyTo(data, what) {
      const copied = await super.copyTo(data, what);
      this.picture = new Picture({ id: idOf(0), width: 208, height: 196 });
      return copied;
    }
  } });
  await pass(1000);
  await show(100);
  await settle();
  assert.deepEqual([report().frames.readBack, report().frames.mismatched], [5, 1]);
});

/** A VideoFrame of the video takes its time to be read, until it is let go on. */
function slowFrames() {
  /** @type {Map<number, () => void>} */
  const waiting = new Map();
  Object.assign(globalThis, { VideoFrame: class extends KnowingVideoFrame {
    /** @param {any} source */
    constructor(source) {
      super(source);
      this.slow = 'videoWidth' in source;
    }

    /** @param {Uint8Array} data @param {any} what */
    async copyTo(data, what) {
      if (this.slow) await new Promise((resolve) => waiting.set(this.picture.id, () => resolve(undefined)));
      return super.copyTo(data, what);
    }
  } });
  return (/** @type {number} */ n) => waiting.get(idOf(n))?.();
}

test('a frame that takes longer to read than a later one is not shown after it', async () => {
  const { show, add, seen, report } = await open();
  const finish = slowFrames();
  const shows = [1, 2, 3].map((n) => {
    add(resultOf(n));
    return show(n);
  });
  for (const n of [3, 1, 2]) {
    finish(n);
    await shows[n - 1];
    assert.deepEqual(seen(), [idOf(3), 'dog: 3']);
  }
  assert.equal(report().frames.shown, 1);
});

test('a picture stays whole while the next frame is being read', async () => {
  const { show, add, seen, report } = await open();
  const finish = slowFrames();
  for (const n of [1, 2]) add(resultOf(n));
  const first = show(1);
  await pass(7);
  finish(1);
  await first;
  assert.equal(report().stampMs, 7, 'how long that takes is told');
  const second = show(2);
  await settle();
  assert.deepEqual(seen(), [idOf(1), 'dog: 1']);
  finish(2);
  await second;
});

test('a frame that was being read when the viewer hid the results is shown without them', async () => {
  const { store, show, add, seen } = await open();
  const finish = slowFrames();
  add(resultOf(1));
  const shown = show(1);
  store.set({ resultsVisible: false });
  finish(1);
  await shown;
  assert.deepEqual(seen(), [idOf(1)]);
});

test('a frame that was begun before the view became live is not shown in it', async () => {
  const { store, canvas, show } = await open();
  const finish = slowFrames();
  const shown = show(1);
  store.set({ settings: { ...DEFAULTS, mode: 'async' } });
  finish(1);
  await shown;
  assert.deepEqual([canvas.picture, store.facts.composed], [null, false]);
});

test('a stamped stream is shown exactly unless the viewer wants it live; others are live, and it says why', async () => {
  const { store, canvas, show } = await open({ stream: null });
  assert.deepEqual([store.facts.mode, store.facts.obstacle, store.facts.composed], ['async', 'Not connected yet', false]);
  await show(1);
  assert.equal(canvas.picture, null, 'nor is anything drawn');
  store.set({ stream: { ...STREAM, stamp: null } });
  assert.equal(store.facts.mode, 'async');
  assert.match(store.facts.obstacle, /no frame stamps/);
  store.set({ settings: { ...DEFAULTS, mode: 'exact' } });
  assert.equal(store.facts.mode, 'async', 'it can’t be had');
  store.set({ settings: DEFAULTS });
  store.set({ stream: STREAM });
  assert.deepEqual([store.facts.mode, store.facts.obstacle], ['exact', '']);
  store.set({ settings: { ...DEFAULTS, mode: 'async' } });
  assert.equal(store.facts.mode, 'async');
});

test('a browser that can’t hold video back shows it live, and says so', async () => {
  const store = new Store();
  new Exact(store, new ComposedPicture(/** @type {any} */ (new FakeCanvas())), new VideoDelay(store));
  store.set({ stream: STREAM });
  assert.equal(store.facts.mode, 'async');
  assert.match(store.facts.obstacle, /This browser/);
});

test('there is a composed picture from the first frame on, and none after the view was live', async () => {
  const { store, show, report } = await open();
  assert.equal(store.facts.composed, false);
  await show(1);
  assert.equal(store.facts.composed, true);
  store.set({ settings: { ...DEFAULTS, mode: 'async' } });
  store.set({ settings: DEFAULTS });
  assert.deepEqual([store.facts.mode, store.facts.composed], ['exact', false]);
  await show(1);
  assert.equal(report().frames.shown, 2, 'a picture that stands still is shown anew');
});

test('what came while the view was live counts neither as late nor as unseen', async () => {
  const { store, show, add, report, told } = await open();
  await show(5);
  add(resultOf(6));
  store.set({ settings: { ...DEFAULTS, mode: 'async' } });
  for (const n of [1, 7, 8]) add(resultOf(n));
  assert.deepEqual(told('want'), [rtpOf(idOf(6))], 'nor is it waited for');
  store.set({ settings: DEFAULTS });
  await show(9);
  assert.deepEqual(report().results, { onFrame: 0, late: 0, unseen: 0 });
});

test('results before the first frame count, however long the page has been open', async () => {
  await pass(100_000);
  const { show, add, report } = await open();
  add(resultOf(0));
  await show(0);
  assert.deepEqual(report().results, { onFrame: 1, late: 0, unseen: 0 });
});

test('a callback whose frame is gone already shows nothing and counts nothing; the next one does', async () => {
  const { show, add, seen, report } = await open();
  for (const n of [0, 1, 2]) add(resultOf(n));
  await show(0);
  Object.assign(globalThis, { VideoFrame: class {
    constructor() { throw new DOMException('Invalid source state', 'InvalidStateError'); }
  } });
  await show(1);
  assert.deepEqual(seen(), [idOf(0), 'dog: 0'], 'the last picture stays');
  Object.assign(globalThis, { VideoFrame: KnowingVideoFrame });
  await show(2);
  assert.deepEqual(seen(), [idOf(2), 'dog: 2']);
  assert.equal(report().frames.shown, 2);
});

test('a page that was hidden for so long that ids have gone half around counts on', async () => {
  const { show, add, report } = await open();
  await show(0);
  await pass(7 * 3600_000);
  const n = 7 * 3600_000 / PERIOD;
  await show(n);
  add(resultOf(n + 1));
  await show(n + 1);
  assert.deepEqual(report().results, { onFrame: 1, late: 0, unseen: 0 });
});

test('an id that comes round again after 13 hours brings no old results back', async () => {
  const { show, add, seen } = await open();
  add(resultOf(1));
  await pass(2 ** 32 / 90);
  await show(1);
  assert.deepEqual(seen(), [idOf(1)]);
});

/**
 * So many frames, each shown 30 ms after its capture and what it is held back for (`applied`); its result comes `lag` ms
 * after its capture. `at`: what happens just before that frame is shown.
 * @param {Awaited<ReturnType<typeof open>>} scene @param {number} count
 * @param {{lag: (n: number) => number, applied?: (n: number) => number, every?: number, at?: Record<number, () => void>}} how
 */
async function play({ store, show, add }, count, { lag, applied = () => 0, every = 1, at: marks = {} }) {
  const start = performance.now();
  const events = [];
  for (let n = 0; n < count; n++) {
    const captured = start + n * PERIOD;
    const onShow = () => {
      store.set({ appliedDelay: applied(n) });
      marks[n]?.();
      return show(n);
    };
    events.push({ at: captured + 30 + applied(n), happen: onShow });
    if (n % every === 0) events.push({ at: captured + lag(n), happen: () => add(resultOf(n)) });
  }
  for (const { at, happen } of events.sort((one, other) => one.at - other.at)) {
    await pass(at - performance.now());
    await happen();
  }
}
/** @param {unknown} ms @param {number} wanted */
const assertNear = (ms, wanted) => assert.ok(Math.abs(Number(ms) - wanted) < 0.1, `${ms} ms, not ${wanted}`);

test('the video is held back for just as long as results need, and a little', async () => {
  const scene = await open();
  await play(scene, 100, { lag: () => 150 });
  const { applied, target, lag } = scene.report().delay;
  assert.equal(applied, 0);
  assertNear(lag, 120);
  assertNear(target, 150);
  assert.equal(scene.told('delay').at(-1), target, 'it is asked for');
});

test('what is held back already is no reason to hold back more', async () => {
  const scene = await open();
  await play(scene, 200, { lag: () => 150, applied: (n) => n < 100 ? 0 : 150 });
  assertNear(scene.report().delay.target, 150);
  assert.equal(scene.report().delay.applied, 150);
});

test('the viewer’s bound is not passed, and a live view not held back at all', async () => {
  const scene = await open({ settings: { hold: 100 } });
  await play(scene, 100, { lag: () => 350 });
  assert.deepEqual([scene.report().delay.target, scene.report().hold, scene.told('delay').at(-1)], [100, 100, 100]);
  for (const hold of [1, 0]) {
    scene.store.set({ settings: { ...DEFAULTS, hold } });
    assert.equal(scene.told('delay').at(-1), hold);
  }
  scene.store.set({ settings: DEFAULTS });
  assertNear(scene.told('delay').at(-1), 350);
  assert.equal(scene.report().hold, null);
  scene.store.set({ settings: { ...DEFAULTS, mode: 'async' } });
  assert.equal(scene.told('delay').at(-1), null);
});

test('the worker is not told of every ms', async () => {
  const scene = await open();
  const told = () => scene.told('delay').length;
  /** @type {number[]} */
  const counts = [];
  const count = () => { counts.push(told()); };
  await play(scene, 140, { lag: (n) => n < 100 ? 150 : n < 120 ? 151 : 160, at: { 100: count, 120: count } });
  assert.equal(counts[0], counts[1]);
  assert.ok(told() > counts[1]);
});

test('another way to fill gaps starts from what it finds, not from what the last one needed', async () => {
  const scene = await open();
  const change = () => {
    scene.store.set({ settings: { ...DEFAULTS, fill: 'last' } });
    assert.equal(scene.report().delay.lag, null);
  };
  await play(scene, 150, { lag: (n) => n < 100 ? 350 : 150, at: { 110: change } });
  assertNear(scene.report().delay.lag, 120);
});

test('where frames between results are filled, they are held back until the result after them', async () => {
  for (const [fill, lag] of /** @type {const} */ ([['none', 120], ['interpolated', 120 + 4 * PERIOD]])) {
    const scene = await open({ settings: { fill } });
    await play(scene, 100, { lag: () => 150, every: 4 });
    assertNear(scene.report().delay.lag, lag);
  }
});

test('the worker is told of each frame that has a result, and of each that was seen, by its RTP timestamp', async () => {
  const { show, add, told } = await open();
  add(resultOf(1));
  await show(1);
  await show(2, { id: null });
  assert.deepEqual(told('want'), [rtpOf(idOf(1))]);
  assert.deepEqual(told('seen'), [rtpOf(idOf(1)), rtpOf(idOf(2))]);
});

test('where nobody can tell which frame is shown, the worker waits no longer for it', async () => {
  const { show, told } = await open();
  await show(1, { id: null, rtp: undefined });
  assert.deepEqual(told('seen'), [rtpOf(idOf(1))]);
});

test('without the offset of its timestamps a stream is shown by its pixels alone', async () => {
  const { show, add, seen, told } = await open({ stream: { ...STREAM, rtpOffset: null } });
  add(resultOf(1));
  await show(1);
  assert.deepEqual(seen(), [idOf(1), 'dog: 1']);
  assert.deepEqual(told('want'), []);
});

test('how far what is drawn is from the truth is known in both views', async () => {
  const { exact, store, show, add, report } = await open();
  const truth = (/** @type {number} */ n) => add(resultOf(n, { label: 'truth', x: 100 + n * 10 }, 'source'));
  const drawn = resultOf(1, { x: 110 });
  add(drawn);
  truth(1);
  await show(1);
  assert.deepEqual(exact.errors(performance.now()).map(({ value, mode }) => [value, mode]), [[0, 'exact']]);
  store.set({ settings: { ...DEFAULTS, mode: 'async' } });
  exact.noteLive({ rtpTimestamp: rtpOf(idOf(4)) }, [drawn], performance.now());
  truth(4);
  exact.noteLive({}, [drawn], performance.now());
  assert.deepEqual(exact.errors(performance.now()).map(({ value, mode }) => [value, mode]), [[0, 'exact'], [30, 'async']]);
  assert.equal(report().overlayError, 15);
});

test('in the live view the delay that results would need is learnt, so that a change to exact is quick', async () => {
  const { exact, store, add, report } = await open({ settings: { mode: 'async' } });
  const start = performance.now();
  for (let n = 0; n < 100; n++) {
    await pass(start + n * PERIOD + 30 - performance.now());
    exact.noteLive({ rtpTimestamp: rtpOf(idOf(n)) }, [], performance.now());
    // Not every browser says every time which frame it is.
    exact.noteLive({}, [], performance.now());
    if (n >= 3) add(resultOf(n - 3));
  }
  assert.equal(report().delay.target, null);
  store.set({ settings: DEFAULTS });
  assertNear(report().delay.target, 150);
});
