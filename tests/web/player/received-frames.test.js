// SPDX-License-Identifier: LGPL-2.1-or-later
import assert from 'node:assert/strict';
import { Store } from '../../../web/core/store.js';
import { afterEach, beforeEach, test } from '../../lib/test.js';
import { palette } from '../lib/dom.js';
import { FakeCanvas } from '../lib/canvas.js';
import { DecodedFrame } from '../lib/decoder.js';
import { FakeVideoFrame, Picture } from '../lib/picture.js';
import { FakeVideo } from '../lib/player.js';
import { STREAM, idOf } from '../lib/stream.js';
import { pass, settle, stopTime, timersLeft } from '../lib/time.js';

/** A track whose frames the page writes. */
class FakeGenerator {
  /** @type {FakeGenerator[]} */
  static all = [];
  /** @type {number[]} the frames' time stamps */
  written = [];
  stopped = false;
  writable = {
    getWriter: () => ({
      write: async (/** @type {DecodedFrame} */ frame) => {
        frame.close();
        if (this.stopped) throw new Error('closed');
        this.written.push(/** @type {any} */ (frame).timestamp);
      },
    }),
  };

  constructor() {
    FakeGenerator.all.push(this);
  }

  stop() {
    this.stopped = true;
  }
}

Object.assign(globalThis, {
  VideoFrame: FakeVideoFrame,
  HTMLVideoElement: FakeVideo, MediaStream: class { constructor(/** @type {unknown[]} */ tracks) { this.tracks = tracks; } },
  requestAnimationFrame: (/** @type {() => void} */ callback) => setTimeout(callback, 16), cancelAnimationFrame: (/** @type {number} */ id) => clearTimeout(id),
});
const { ComposedPicture } = await import('../../../web/player/composed-picture.js');
const drawing = await import('../../../web/player/received-frames.js');
Object.assign(globalThis, { MediaStreamTrackGenerator: FakeGenerator });
/** In a browser that makes tracks. @type {typeof drawing} */
const writing = await import(`../../../web/player/received-frames.js?${'tracks'}`);

/** @type {(() => void)[]} */
let ends = [];

beforeEach(() => {
  stopTime();
  FakeGenerator.all = [];
  ends = [];
});

afterEach(async () => {
  await settle();
  for (const end of ends) end();
  assert.deepEqual([FakeVideoFrame.open, timersLeft()], [0, 0], 'nothing is left behind');
});

/** @param {typeof drawing} module @param {'async'|'exact'} mode */
function open({ ReceivedFrames }, mode = 'async') {
  const store = new Store();
  store.set({ stream: { ...STREAM, rtpOffset: 0 }, transport: 'socket', delayable: true, settings: { ...store.facts.settings, mode } });
  const canvas = new FakeCanvas();
  const video = new FakeVideo('video');
  /** What the parts were told, in order. */
  const told = /** @type {Record<string, any[]>} */ ({ live: [], exact: [], measured: [], painted: [], sizes: [], streams: [] });
  const parts = {
    store,
    view: {
      video, composedPicture: new ComposedPicture(/** @type {any} */ (canvas), /** @type {any} */ (new FakeCanvas()), palette),
      resize: ({ width, height }) => told.sizes.push([width, height]), play: (/** @type {unknown} */ stream) => told.streams.push(stream),
    },
    composing: {
      showFrame: (/** @type {DecodedFrame} */ frame, /** @type {number} */ id) => {
        frame.close();
        told.exact.push(id);
      },
    },
    measurements: { addFrame: (/** @type {object} */ frame) => told.measured.push(frame), addPainted: (/** @type {number} */ id, /** @type {number} */ now) => told.painted.push([id, now]) },
    shownLive: (/** @type {number} */ id, /** @type {number} */ now) => told.live.push([id, now]),
  };
  const frames = new ReceivedFrames(/** @type {any} */ (parts));
  ends.push(() => frames.close());
  /** Frame n is decoded, 5 ms after it came. @param {number} n @param {Picture} [picture] */
  const show = (n, picture = new Picture({ id: null })) => {
    const received = performance.now() - 5;
    frames.show(/** @type {any} */ (new DecodedFrame(n * 40_000, picture)), { id: idOf(n), received, decodeMs: 5 });
    return picture;
  };
  const choose = (/** @type {'async'|'exact'} */ mode) => store.set({ settings: { ...store.facts.settings, mode } });
  /** The video element shows frame n. @param {number} n */
  const present = (n, presentedFrames = n, inMs = 10) => video.present(new Picture({ id: null }), { mediaTime: n * 0.04, presentedFrames, expectedDisplayTime: performance.now() + inMs });
  return { frames, store, video, canvas, told, show, choose, present };
}

test('the live view draws a frame as it comes to the screen, whole, and tells which one it is', async () => {
  const { store, canvas, told, show } = open(drawing);
  const now = performance.now();
  show(1);
  assert.deepEqual([told.sizes, store.facts.drawn], [[[640, 376]], false]);
  assert.deepEqual(told.measured, [{
    id: idOf(1), rtpTimestamp: idOf(1), receiveTime: now - 5, processingDuration: 0.005, presentedFrames: 1, expectedDisplayTime: now,
  }]);
  const picture = show(2);
  await pass(16);
  assert.deepEqual([canvas.picture, canvas.width, canvas.height, store.facts.drawn], [picture, 640, 376, true]);
  assert.deepEqual([told.painted, told.live], [[[idOf(2), now + 16]], [[idOf(2), now + 16]]], 'a frame that is replaced before the repaint is not seen');
  assert.deepEqual([told.measured[1].presentedFrames, FakeVideoFrame.open], [2, 0]);
  show(3);
  await pass(16);
  assert.deepEqual(told.live[1], [idOf(3), now + 32]);
});

test('a live frame that comes to the screen when the exact view is chosen already is not drawn', async () => {
  const { store, canvas, told, show, choose } = open(drawing);
  show(1);
  choose('exact');
  await pass(16);
  assert.deepEqual([told.live, told.painted, store.facts.drawn, canvas.picture], [[], [], false, null]);
});

for (const module of [drawing, writing]) {
  test(`the exact view is handed each frame: ${module === writing ? 'where the browser makes tracks' : 'where it makes none'}`, () => {
    const { store, told, show, choose } = open(module, 'exact');
    show(1);
    assert.deepEqual([told.exact, told.measured.length, told.live, store.facts.drawn, FakeGenerator.all], [[idOf(1)], 1, [], false, []]);
    choose('async');
    show(2);
    assert.deepEqual(told.exact, [idOf(1)]);
  });
}

test('where the browser makes tracks, the live view is a video', async () => {
  const { store, told, show, present } = open(writing);
  for (const n of [1, 2, 3]) show(n);
  await settle();
  const [track] = FakeGenerator.all;
  assert.deepEqual([FakeGenerator.all.length, track.written, told.streams.map(({ tracks }) => tracks), store.facts.drawn], [1, [40_000, 80_000, 120_000], [[track]], false]);
  assert.deepEqual([told.measured, told.live], [[], []], 'a frame that is not shown yet does not count');
  const now = performance.now();
  present(1);
  present(3, 2);
  assert.deepEqual(told.live, [1, 3].map((n) => [idOf(n), now]));
  assert.deepEqual(told.measured[1], {
    id: idOf(3), rtpTimestamp: idOf(3), receiveTime: now - 5, processingDuration: 0.005, presentedFrames: 2, expectedDisplayTime: now + 10,
  });
});

test('no frame is shown before the video was given it, whatever the browser says', async () => {
  const { told, show, present } = open(writing);
  const now = performance.now();
  show(1);
  present(1, 1, -4);
  assert.equal(told.measured[0].expectedDisplayTime, now);
});

test('a frame of the video behind the exact view does not count', async () => {
  const { told, show, choose, present } = open(writing);
  show(1);
  choose('exact');
  present(1);
  assert.deepEqual([told.live, told.measured], [[], []]);
});

test('what came long ago is forgotten', () => {
  const { told, show, present } = open(writing);
  for (let n = 1; n <= 31; n++) show(n);
  for (const n of [1, 2, 31]) present(n);
  assert.deepEqual(told.live.map(([id]) => id), [2, 31].map(idOf));
});

test('after close() the track has ended, and no repaint is waited for', async () => {
  const live = open(writing);
  live.show(1);
  live.frames.close();
  live.present(1);
  assert.deepEqual([FakeGenerator.all[0].stopped, live.told.live], [true, []]);
  const drawn = open(drawing);
  drawn.show(1);
  drawn.frames.close();
  await pass(100);
  assert.deepEqual(drawn.told.painted, []);
});
