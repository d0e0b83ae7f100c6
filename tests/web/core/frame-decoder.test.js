// SPDX-License-Identifier: LGPL-2.1-or-later
import assert from 'node:assert/strict';
import { FrameDecoder } from '../../../web/core/frame-decoder.js';
import { afterEach, beforeEach, test } from '../../lib/test.js';
import { FakeVideoDecoder, decoders } from '../lib/decoder.js';
import { FakeVideoFrame } from '../lib/picture.js';
import { PERIOD, idOf } from '../lib/stream.js';
import { pass, stopTime, timersLeft } from '../lib/time.js';

const VP8 = { codec: 'vp8' };
/** @type {FrameDecoder} */
let decoder;
/** What it told. @type {{frames: import('../../../web/core/frame-decoder.js').FrameInfo[], keys: number, applied: number[], unsupported: string[]}} */
let told;

beforeEach(() => {
  stopTime();
  decoders();
  told = { frames: [], keys: 0, applied: [], unsupported: [] };
  decoder = new FrameDecoder({
    frame: (frame, info) => {
      told.frames.push(info);
      frame.close();
    },
    needsKey: () => told.keys++,
    applied: (delay) => told.applied.push(delay),
    unsupported: (message) => told.unsupported.push(message),
  });
  decoder.format = VP8;
});

afterEach(() => {
  decoder.close();
  assert.deepEqual([FakeVideoFrame.open, timersLeft()], [0, 0], 'nothing is left behind');
});

/** The n-th frame has come: its data is its number. @param {number} n */
const add = (n, key = false) => decoder.add({ kind: 'video', id: idOf(n), key, data: new Uint8Array([n]) });
/** What the decoders were given: a list for each of them. */
const given = () => FakeVideoDecoder.all.map(({ taken }) => taken.map(({ data: [n] }) => n));
const last = () => /** @type {FakeVideoDecoder} */ (FakeVideoDecoder.all.at(-1));
/** So many frames come as they were taken, and the decoder keeps up. @param {number} count */
async function play(count) {
  for (let n = 0; n < count; n++) {
    add(n, n === 0);
    await pass(PERIOD);
    last().finish();
  }
}

test('each decoded frame is told with its own id, across the wrap too, when it came and how long decoding took', async () => {
  const start = performance.now();
  const ids = [0xfffffff0, 0xfffffff1, 5, 3600, 7201, 100_000_000];
  ids.forEach((id, n) => decoder.add({ kind: 'video', id, key: n === 0, data: new Uint8Array([n]) }));
  await pass(12);
  last().finish();
  assert.deepEqual(told.frames, ids.map((id) => ({ id, received: start, decodeMs: 12 })));
  assert.deepEqual([last().taken[0].type, last().taken[1].type, decoder.decoded, decoder.dropped], ['key', 'delta', 6, 0]);
});

test('nothing is decoded before the first key frame, and what comes before it counts as dropped', () => {
  add(0);
  add(1);
  assert.deepEqual([given(), decoder.dropped], [[], 2]);
  add(2, true);
  add(3);
  assert.deepEqual([given(), decoder.dropped, told.keys], [[[2, 3]], 2, 0]);
});

test('a video that is delayed is decoded later by so much, and without a delay at once', async () => {
  decoder.delay = 100;
  await play(50);
  assert.equal(given()[0].length, 48, 'those that came 40 and 80 ms ago are held');
  assert.deepEqual(told.applied.at(-1), 100);
  decoder.delay = null;
  assert.equal(given()[0].length, 50);
  assert.equal(told.applied.at(-1), 0);
});

test('held frames are decoded when they are due, though no other comes', async () => {
  decoder.delay = 100;
  await play(50);
  await pass(60);
  assert.equal(given()[0].length, 50);
});

test('the frame after one that the viewer must see waits until that is seen', async () => {
  decoder.delay = 0;
  decoder.want(idOf(1));
  await play(4);
  assert.deepEqual(given(), [[0, 1]]);
  decoder.seen(idOf(1));
  assert.deepEqual(given(), [[0, 1, 2, 3]]);
});

test('another format counts from its key frame on, not for frames that are still held', async () => {
  decoder.delay = 100;
  await play(50);
  decoder.format = { codec: 'avc1.42001f' };
  add(50, true);
  assert.equal(FakeVideoDecoder.all.length, 1);
  const [first] = FakeVideoDecoder.all;
  await pass(100);
  const [old, next] = given();
  assert.deepEqual([old.length, next, first.state], [50, [50], 'closed']);
  assert.deepEqual([first.config, last().config], [VP8, { codec: 'avc1.42001f' }].map((config) => ({ ...config, optimizeForLatency: true })));
});

test('key frames of the same format go to the same decoder', () => {
  for (const n of [0, 1, 2]) add(n, true);
  assert.deepEqual(given(), [[0, 1, 2]]);
});

test('a description is given as bytes', () => {
  decoder.format = { codec: 'avc1.42001f', description: 'AQL/' };
  add(0, true);
  assert.deepEqual(last().config, { codec: 'avc1.42001f', optimizeForLatency: true, description: new Uint8Array([1, 2, 255]) });
});

test('a decoder that the browser takes away: a key frame is asked for, once, and the picture goes on with it', () => {
  add(0, true);
  add(1);
  last().fail('QuotaExceededError');
  for (const n of [2, 3]) add(n);
  assert.deepEqual([told.keys, given(), decoder.dropped], [1, [[0, 1]], 2]);
  add(4, true);
  add(5);
  last().finish();
  assert.deepEqual([given(), told.frames.map(({ id }) => id), told.keys, told.unsupported], [[[0, 1], [4, 5]], [4, 5].map(idOf), 1, []]);
});

test('… and one of which that is not told before the next frame', () => {
  add(0, true);
  last().state = 'closed';
  add(1);
  assert.equal(told.keys, 1);
  add(2, true);
  assert.deepEqual(given(), [[0], [2]]);
});

test('what becomes of a decoder that is used no more says nothing', () => {
  add(0, true);
  const [old] = FakeVideoDecoder.all;
  decoder.format = { codec: 'avc1.42001f' };
  add(1, true);
  old.finish();
  old.fail('EncodingError');
  assert.deepEqual([told.frames, told.keys], [[], 0]);
  last().finish();
  assert.equal(told.frames.length, 1);
});

test('a codec that the browser does not decode is told, with its name', () => {
  decoder.format = { codec: 'hvc1' };
  add(0, true);
  last().fail('NotSupportedError');
  assert.deepEqual([told.unsupported, told.keys], [['this browser does not decode hvc1'], 0]);
});

test('a decoder that comes too late is left: its frames are dropped until the next key frame', () => {
  add(0, true);
  for (let n = 1; n <= 12; n++) add(n);
  assert.equal(told.keys, 0, 'a few may wait');
  for (let n = 13; n <= 16; n++) add(n);
  assert.deepEqual([told.keys, FakeVideoDecoder.all[0].state, decoder.dropped], [1, 'closed', 4]);
  add(17, true);
  add(18);
  assert.deepEqual(given()[1], [17, 18]);
});

test('… and left for a key frame that has come already: none is asked for', () => {
  add(0, true);
  for (let n = 1; n <= 12; n++) add(n);
  add(13, true);
  add(14);
  assert.deepEqual([told.keys, decoder.dropped, given()[1]], [0, 0, [13, 14]]);
});

test('after close() nothing is decoded, and a frame that still comes out is let go of', async () => {
  decoder.delay = 100;
  await play(50);
  await pass(20);
  decoder.close();
  last().finish();
  await pass(1000);
  assert.deepEqual([given()[0].length, told.frames.length, last().state], [49, 48, 'closed']);
});
