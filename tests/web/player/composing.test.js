// SPDX-License-Identifier: LGPL-2.1-or-later
// From the video's frames to the canvas, in a browser that tells a frame's RTP timestamp.
import assert from 'node:assert/strict';
import { Matching } from '../../../web/core/matching.js';
import { DEFAULTS } from '../../../web/core/settings.js';
import { Store } from '../../../web/core/store.js';
import { afterEach, beforeEach, test } from '../../lib/test.js';
import { palette } from '../lib/dom.js';
import { FakeCanvas } from '../lib/canvas.js';
import { DecodedFrame } from '../lib/decoder.js';
import { FakeVideoFrame, KnowingVideoFrame, Picture, videoOf } from '../lib/picture.js';
import { PERIOD, STREAM, idOf, resultOf, rtpOf } from '../lib/stream.js';
import { pass, settle, stopTime, timersLeft } from '../lib/time.js';

beforeEach(stopTime);
Object.assign(globalThis, {
  window: globalThis, devicePixelRatio: 1, VideoFrame: KnowingVideoFrame,
  requestAnimationFrame: (/** @type {() => void} */ callback) => setTimeout(callback, 16), cancelAnimationFrame: (/** @type {number} */ id) => clearTimeout(id),
});
const { ComposedPicture } = await import('../../../web/player/composed-picture.js');
const { Composing } = await import('../../../web/player/composing.js');

/** @typedef {import('../../../web/player/composing.js').ShownFrame} ShownFrame */

function open() {
  const store = new Store();
  store.set({ stream: STREAM, delayable: true });
  const [canvas, results] = [new FakeCanvas(), new FakeCanvas()];
  const picture = new ComposedPicture(/** @type {any} */ (canvas), /** @type {any} */ (results), palette);
  picture.resize({ left: 0, top: 0, width: 640, height: 360, videoHeight: 376 });
  const matching = new Matching();
  /** @type {ShownFrame[]} */
  const frames = [];
  /** @type {[number, number|null][]} */
  const readings = [];
  /** @type {[number|null, number][]} */
  const paintings = [];
  /** @type {(number|null)[]} */
  const steps = [];
  const composing = new Composing(store, picture, matching, {
    shown: (frame) => frames.push(frame), painted: (id, now) => paintings.push([id, now]), read: (meant, actual) => readings.push([meant, actual]), again: ({ id }) => steps.push(id),
  });
  /**
   * Frame n is shown: `id` and `rtp` are what it carries, `told` is the frame that the callback names.
   * @param {number} n @param {{id?: number|null, rtp?: number, told?: number}} [but]
   */
  const show = (n, but) => {
    const { id, rtp, told } = { id: idOf(n), rtp: rtpOf(n), told: n, ...but };
    const video = /** @type {any} */ (videoOf(new Picture({ id, rtp, width: 208, height: 196 })));
    return composing.show(video, { rtpTimestamp: rtpOf(told) }, performance.now());
  };
  const add = (/** @type {ReturnType<typeof resultOf>} */ result) => matching.addResult(result, performance.now());
  /** What the viewer sees: the picture's id, and the captions over it. */
  const seen = () => [canvas.picture?.id, ...results.context.captions];
  const choose = (/** @type {object} */ choice) => store.set({ settings: { ...DEFAULTS, ...choice } });
  return { store, picture, canvas, results, composing, steps, frames, readings, paintings, show, add, seen, choose, stampMs: () => composing.stampMs(performance.now()) };
}

afterEach(async () => {
  await settle();
  Object.assign(globalThis, { VideoFrame: KnowingVideoFrame });
  const { open } = FakeVideoFrame;
  FakeVideoFrame.open = 0;
  assert.equal(open, 0, 'every frame was let go of');
});

const { close } = FakeVideoFrame.prototype;

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

test('each frame is shown with its own results and no others, across the wrap of ids, and told', async () => {
  const { frames, show, add, seen } = open();
  for (let n = 0; n < 20; n++) add(resultOf(n));
  for (let n = 0; n < 20; n++) {
    await show(n);
    assert.deepEqual(seen(), [idOf(n), `dog: ${n}`]);
    const { id, stampId, rtp, again, drawings } = frames[n];
    assert.deepEqual([id, stampId, rtp, again, drawings.length], [idOf(n), idOf(n), rtpOf(n), false, 1]);
  }
});

test('what the browser’s callback says of a frame is not believed: the frame itself is asked', async () => {
  const { show, add, seen } = open();
  for (const n of [1, 2]) add(resultOf(n));
  await show(1, { told: 2 });
  assert.deepEqual(seen(), [idOf(1), 'dog: 1']);
});

test('a frame that the model skipped is drawn as the viewer chose', async () => {
  const { show, add, seen, choose } = open();
  add(resultOf(0, { x: 100 }));
  add(resultOf(4, { x: 140 }));
  choose({ fill: 'none' });
  await show(1);
  assert.deepEqual(seen(), [idOf(1)]);
  choose({ fill: 'last' });
  await show(2);
  assert.deepEqual(seen(), [idOf(2), 'dog: 0 …']);
  choose({ fill: 'interpolated' });
  await show(3);
  assert.deepEqual(seen(), [idOf(3), 'dog: 0 ≈']);
});

test('of results that the viewer hides it is told that they are', async () => {
  const { store, frames, show, add } = open();
  for (const n of [1, 2]) add(resultOf(n));
  store.set({ settings: { ...store.facts.settings, overlay: 'none' } });
  await show(1);
  store.set({ settings: { ...store.facts.settings, overlay: 'boxes' } });
  await show(2);
  assert.deepEqual(frames.map(({ hidden, drawings }) => [hidden, drawings.length]), [[true, 1], [false, 1]]);
});

test('picture and results are drawn in one task: nobody can see one without the other', async () => {
  const { canvas, results, show, add } = open();
  for (const n of [1, 2]) add(resultOf(n));
  await show(1);
  /** @type {unknown[]} */
  const between = [];
  const { drawImage } = canvas.context;
  // Whatever waits runs before anything that is waited for.
  Object.assign(canvas.context, { drawImage(/** @type {[any]} */ ...args) {
    queueMicrotask(() => between.push(canvas.picture.id, ...results.context.captions));
    drawImage.apply(canvas.context, args);
  } });
  await show(2);
  assert.deepEqual(between, [idOf(2), 'dog: 2']);
});

test('a frame is painted when the browser repaints after it was drawn, and is told then', async () => {
  const { paintings, show, composing } = open();
  const start = performance.now();
  await show(1);
  assert.deepEqual(paintings, []);
  await pass(16);
  await show(2);
  await show(3);
  await pass(16);
  assert.deepEqual(paintings, [[idOf(1), start + 16], [idOf(3), start + 32]], 'one that was replaced before is never seen');
  await show(3);
  await pass(100);
  assert.equal(paintings.length, 2, 'nor is the same one a second time');
  await show(4, { id: null, rtp: undefined });
  await pass(16);
  assert.deepEqual(paintings[2], [null, start + 148], 'one that nobody can tell is painted all the same');
  await show(5);
  composing.close();
  assert.deepEqual([timersLeft(), paintings.length], [0, 3]);
});

test('a frame that was to be painted when the view became live is not', async () => {
  const { paintings, show, choose } = open();
  await show(1);
  choose({ mode: 'async' });
  await pass(100);
  assert.deepEqual(paintings, []);
});

/** Each way in which a browser may withhold a frame. @type {Record<string, (canvas: FakeCanvas) => void>} */
const REFUSALS = {
  'can’t be taken': () => Object.assign(globalThis, { VideoFrame: class {
    constructor() { throw new DOMException('not from a video', 'NotSupportedError'); }
  } }),
  'can’t be drawn': ({ context }) => Object.assign(context, { drawImage() { throw new TypeError('not here'); } }),
};

for (const [what, refuse] of Object.entries(REFUSALS)) {
  test(`where a frame ${what} only the exact view is off, and says so once`, async () => {
    const { store, canvas, frames, show, add } = open();
    /** @type {string[]} */
    const obstacles = [];
    store.on(['obstacle'], ({ obstacle }) => obstacles.push(obstacle));
    add(resultOf(1));
    refuse(canvas);
    for (const n of [1, 2, 3]) await show(n);
    assert.equal(obstacles.length, 1);
    assert.match(obstacles[0], /^This browser does not let the page draw the video’s frames \((NotSupported|Type)Error: not .*\): try another one$/);
    assert.deepEqual([store.facts.mode, store.facts.composed, frames], ['async', false, []]);
  });
}

test('a frame that fails after close() is no fault of the next connection', async () => {
  const { store, composing, show } = open();
  const finish = slowFrames();
  const shown = show(1);
  composing.close();
  FakeVideoFrame.prototype.close = function fail() {
    FakeVideoFrame.open--;
    FakeVideoFrame.prototype.close = close;
    throw new Error('gone');
  };
  finish(1);
  await shown;
  assert.equal(store.facts.fault, '');
});

test('a frame that is shown again gets what has come for it meanwhile', async () => {
  const { frames, show, add, seen } = open();
  await show(1);
  add(resultOf(1));
  await show(1);
  assert.deepEqual(seen(), [idOf(1), 'dog: 1']);
  await show(2);
  assert.deepEqual(frames.map(({ again }) => again), [false, true, false]);
});

test('frames that nobody can tell are each another one, and known by what the callback says alone', async () => {
  const { frames, show, seen } = open();
  for (const n of [1, 1, 2]) await show(n, { id: null, rtp: undefined });
  assert.deepEqual(seen(), [null]);
  assert.deepEqual(frames.map(({ id, rtp, again }) => [id, rtp, again]), [1, 1, 2].map((n) => [null, rtpOf(n), false]));
});

test('where frame and callback have timestamps, the frame’s own is told; where only the pixels can be read, none', async () => {
  const { frames, show } = open();
  await show(1, { told: 2, id: null });
  await show(3, { told: 4, rtp: undefined });
  assert.deepEqual(frames.map(({ rtp }) => rtp), [rtpOf(1), undefined]);
});

test('where timestamp and pixels name different frames nothing is drawn, and it is told', async () => {
  const { frames, show, add, seen } = open();
  for (const n of [1, 2]) add(resultOf(n));
  await show(1, { rtp: rtpOf(2) });
  assert.deepEqual(seen(), [idOf(1)]);
  assert.deepEqual([frames[0].id, frames[0].stampId, frames[0].disagree], [null, idOf(1), true]);
});

test('what is shown is read again about once a second, and it is told what it should be', async () => {
  const { readings, show } = open();
  for (let n = 0; n < 80; n++) {
    await show(n);
    await pass(PERIOD);
  }
  assert.equal(readings.length, 4);
  assert.ok(readings.every(([meant, actual]) => meant === actual));
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
  assert.deepEqual(readings[4], [idOf(100), idOf(0)]);
});

test('what can’t be read again is told too', async () => {
  const { readings, show } = open();
  let broken = 'its stamp';
  Object.assign(globalThis, { VideoFrame: class extends KnowingVideoFrame {
    /** @param {any} source */
    constructor(source) {
      super(source);
      if (!('context' in source)) return;
      if (broken === 'its stamp') this.picture = new Picture({ id: null, width: 208, height: 196 });
      else FakeVideoFrame.broken = true;
    }
  } });
  await show(1);
  await settle();
  broken = 'its pixels';
  await pass(1001);
  await show(2);
  await settle();
  FakeVideoFrame.broken = false;
  assert.deepEqual(readings, [[idOf(1), null], [idOf(2), null]]);
});

test('a frame that nobody can tell is not read again', async () => {
  const { readings, show } = open();
  await show(1, { rtp: rtpOf(2) });
  await settle();
  assert.deepEqual(readings, []);
});

test('a frame that takes longer to read than a later one is not shown after it', async () => {
  const { frames, show, add, seen } = open();
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
  assert.equal(frames.length, 1);
});

test('a picture stays whole while the next frame is being read', async () => {
  const { show, add, seen, stampMs } = open();
  const finish = slowFrames();
  for (const n of [1, 2]) add(resultOf(n));
  const first = show(1);
  await pass(7);
  finish(1);
  await first;
  assert.equal(stampMs(), 7, 'how long that takes is told');
  const second = show(2);
  await settle();
  assert.deepEqual(seen(), [idOf(1), 'dog: 1']);
  finish(2);
  await second;
});

test('a frame that was being read when the viewer hid the results is shown without them', async () => {
  const { store, frames, show, add } = open();
  const finish = slowFrames();
  add(resultOf(1));
  const shown = show(1);
  store.set({ settings: { ...store.facts.settings, overlay: 'none' } });
  finish(1);
  await shown;
  assert.equal(frames[0].hidden, true);
});

test('a frame that was begun before the view became live is not shown in it, nor one of before close()', async () => {
  for (const end of ['live', 'closed']) {
    const { store, composing, canvas, show, choose } = open();
    const finish = slowFrames();
    const shown = show(1);
    if (end === 'live') choose({ mode: 'async' });
    else composing.close();
    finish(1);
    await shown;
    assert.deepEqual([canvas.picture, store.facts.composed], [null, false], end);
  }
});

test('there is a composed picture from the first frame on, and none after the view was live', async () => {
  const { store, frames, show, choose } = open();
  assert.equal(store.facts.composed, false);
  await show(1);
  assert.equal(store.facts.composed, true);
  choose({ mode: 'async' });
  choose({});
  assert.deepEqual([store.facts.mode, store.facts.composed], ['exact', false]);
  await show(1);
  assert.equal(frames[1].again, false, 'a picture that stands still is shown anew');
});

test('frames may change their size in the middle of the stream: each is identified, drawn whole and read again at its own', async () => {
  const { store, canvas, composing, frames, readings } = open();
  const [top, low, bare] = [{ width: 640, height: 384, rows: 24, cell: 8 }, { width: 208, height: 196, rows: 16, cell: 8 }, { width: 160, height: 90, rows: 0, cell: 0 }];
  store.set({ stream: { ...STREAM, rungs: [top, low, bare], stamp: { rows: 24, cell: 16 } } });
  for (const [n, { width, height, rows }] of [top, low, top, low, bare].entries()) {
    const video = videoOf(new Picture({ id: rows > 0 ? idOf(n) : null, rtp: rtpOf(n), width, height }));
    // The browser may tell the video's size before or after the frame.
    Object.assign(video, { videoWidth: 640, videoHeight: 384 });
    Object.assign(globalThis, { VideoFrame: class extends KnowingVideoFrame {
      /** @param {any} source */
      constructor(source) {
        super(source);
        Object.assign(this, { codedWidth: width, codedHeight: height });
      }
    } });
    await composing.show(/** @type {any} */ (video), { rtpTimestamp: rtpOf(n) }, performance.now());
    assert.deepEqual([canvas.width, canvas.height, canvas.style.height], [width, height, `${100 * height / (height - rows)}%`]);
    await pass(1001);
  }
  assert.deepEqual(frames.map(({ id, unreadable }) => [id, unreadable]), [0, 1, 2, 3, 4].map((n) => [idOf(n), false]));
  assert.deepEqual(readings, [0, 1, 2, 3].map((n) => [idOf(n), idOf(n)]), 'where there is a stamp');
});

test('before the stream is known nothing is drawn', async () => {
  const { store, canvas, show } = open();
  store.set({ stream: null });
  await show(1);
  assert.equal(canvas.picture, null);
});

test('a callback whose frame is gone already shows nothing and counts nothing; the next one does', async () => {
  const { frames, show, add, seen } = open();
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
  assert.equal(frames.length, 2);
});

test('a frame that came by WebSocket is known by its id, is drawn with its results and let go of', async () => {
  const { store, composing, frames, add, seen } = open();
  for (const n of [1, 2]) add(resultOf(n));
  const show = (/** @type {number} */ n, /** @type {number|null} */ stamped) =>
    composing.showFrame(/** @type {any} */ (new DecodedFrame(0, new Picture({ id: stamped, width: 208, height: 196 }))), idOf(n), performance.now());
  store.set({ transport: 'socket', stream: { ...STREAM, rtpOffset: 0, stamp: null } });
  await show(1, null);
  assert.deepEqual([seen(), frames[0].id, frames[0].rtp], [[null, 'dog: 1'], idOf(1), idOf(1)]);
  store.set({ stream: { ...STREAM, rtpOffset: 0 } });
  await show(2, idOf(1));
  assert.deepEqual([seen(), frames[1].disagree], [[idOf(1)], true], 'pixels that name another frame are a doubt');
  store.set({ stream: null });
  await show(3, null);
  assert.equal(frames.length, 2);
});
