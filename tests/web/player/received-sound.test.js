// SPDX-License-Identifier: LGPL-2.1-or-later
import assert from 'node:assert/strict';
import { Store } from '../../../web/core/store.js';
import { ReceivedSound } from '../../../web/player/received-sound.js';
import { afterEach, beforeEach, test } from '../../lib/test.js';

/** In s. */
const PIECE = 0.02;
/** What is to sound: when, and the samples of each channel. @type {{at: number, channels: number[][]}[]} */
let played = [];
/** How many pieces were not let go of. */
let open = 0;

Object.assign(globalThis, {
  AudioBufferSourceNode: class {
    /** @param {object} context @param {{buffer: {channels: Float32Array[]}}} options */
    constructor(context, { buffer }) {
      Object.assign(this, { context, buffer });
    }

    /** @param {{context: object}} to */
    connect(to) {
      Object.assign(this, { to });
    }

    /** @param {number} at */
    start(at) {
      const { context, to, buffer } = /** @type {any} */ (this);
      if (to.context === context) played.push({ at: Number(at.toFixed(6)), channels: buffer.channels.map((/** @type {Float32Array} */ samples) => [...samples]) });
    }
  },
});

/** The n-th piece of sound, of two samples for each channel. @param {number} n */
function pieceOf(n, numberOfChannels = 1) {
  open++;
  return /** @type {any} */ ({
    numberOfChannels, numberOfFrames: 2, sampleRate: 2 / PIECE,
    copyTo(/** @type {Float32Array} */ samples, /** @type {{planeIndex: number, format: string}} */ { planeIndex, format }) {
      assert.equal(format, 'f32-planar');
      samples.fill(n + planeIndex / 2);
    },
    close: () => open--,
  });
}

function start() {
  const context = {
    currentTime: 7,
    createBuffer: (/** @type {number} */ channels, /** @type {number} */ frames, /** @type {number} */ rate) => {
      const data = Array.from({ length: channels }, () => new Float32Array(frames));
      return { duration: frames / rate, channels: data, getChannelData: (/** @type {number} */ channel) => data[channel] };
    },
  };
  const output = /** @type {{context: typeof context}|null} */ ({ context });
  const store = new Store();
  store.set({ audible: true });
  const sound = { output };
  return { context, sound, store, received: new ReceivedSound(/** @type {any} */ (sound), store) };
}
const times = () => played.map(({ at }) => at);

beforeEach(() => { played = []; });
afterEach(() => { assert.equal(open, 0, 'every piece was let go of'); });

test('pieces that come unevenly sound one after the other, a little later than they come', () => {
  const { context, received } = start();
  for (const [n, late] of [0, 0.05, 0, 0.01].entries()) {
    context.currentTime = 7 + n * PIECE + late;
    received.play(pieceOf(n));
  }
  assert.deepEqual(times(), [7.06, 7.08, 7.1, 7.12]);
  assert.deepEqual(played.map(({ channels: [[sample]] }) => sample), [0, 1, 2, 3]);
});

test('each channel is heard', () => {
  const { received } = start();
  received.play(pieceOf(1, 2));
  assert.deepEqual(played[0].channels, [[1, 1], [1.5, 1.5]]);
});

test('after a gap there is something in hand again', () => {
  const { context, received } = start();
  received.play(pieceOf(0));
  context.currentTime = 9;
  received.play(pieceOf(1));
  assert.deepEqual(times(), [7.06, 9.06]);
});

test('what comes all at once is left out where it would make the sound late', () => {
  const { context, received } = start();
  for (let n = 0; n < 100; n++) received.play(pieceOf(n));
  assert.ok(times().length < 20 && Number(times().at(-1)) < 7.35, `${times().length} pieces, up to ${times().at(-1)} s`);
  context.currentTime = 7.3;
  received.play(pieceOf(100));
  assert.equal(played.at(-1)?.channels[0][0], 100, 'but not for ever');
});

test('nothing sounds for a viewer that wants no sound, or never did', () => {
  const { sound, store, received } = start();
  store.set({ audible: false });
  received.play(pieceOf(0));
  Object.assign(sound, { output: null });
  store.set({ audible: true });
  received.play(pieceOf(1));
  assert.deepEqual(played, []);
});
