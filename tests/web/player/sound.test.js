// SPDX-License-Identifier: LGPL-2.1-or-later
import assert from 'node:assert/strict';
import { Store } from '../../../web/core/store.js';
import { Sound } from '../../../web/player/sound.js';
import { beforeEach, test } from '../../lib/test.js';

class FakeStream {}

/** The browser's sound: what plays is what is connected to its delay while it runs. */
class FakeContext {
  /** @type {FakeContext[]} */
  static all = [];
  state = 'suspended';
  currentTime = 7;
  destination = {};
  /** @type {FakeStream[]} */
  playing = [];
  /** @type {number[][]} how its delay was changed */
  changes = [];
  delay = {
    context: this, delayTime: { value: 0, setTargetAtTime: (/** @type {number[]} */ ...change) => this.changes.push(change) },
    to: null, connect: (/** @type {any} */ to) => { this.delay.to = to; },
  };

  constructor() {
    FakeContext.all.push(this);
  }

  /** @param {number} longest */
  createDelay(longest) {
    assert.equal(longest, 10);
    return this.delay;
  }

  /** @param {FakeStream} stream */
  createMediaStreamSource(stream) {
    return {
      connect: (/** @type {unknown} */ to) => {
        assert.equal(to, this.delay);
        this.playing.push(stream);
      },
      disconnect: () => this.playing.splice(this.playing.indexOf(stream), 1),
    };
  }

  resume() {
    this.state = 'running';
  }

  suspend() {
    this.state = 'suspended';
  }
}
Object.assign(globalThis, { AudioContext: FakeContext });

beforeEach(() => { FakeContext.all = []; });

function start() {
  const video = { srcObject: new FakeStream() };
  const store = new Store();
  const sound = new Sound(/** @type {any} */ (video), store);
  return { video, store, sound };
}

test('sound is neither made nor played before the viewer wants it', () => {
  const { store } = start();
  store.set({ hasSound: true, appliedDelay: 100 });
  assert.deepEqual(FakeContext.all, []);
  store.set({ hasSound: false, audible: true });
  assert.deepEqual(FakeContext.all, [], 'nor where there is none');
});

test('sound that the viewer wants is that of the stream, until he wants it no more', () => {
  const { video, store } = start();
  store.set({ hasSound: true });
  store.set({ audible: true });
  const [context] = FakeContext.all;
  assert.deepEqual([context.playing, context.state, context.delay.to], [[video.srcObject], 'running', context.destination]);
  store.set({ audible: false });
  assert.deepEqual([context.playing, context.state], [[], 'suspended']);
  store.set({ audible: true });
  assert.deepEqual([context.playing, context.state, FakeContext.all.length], [[video.srcObject], 'running', 1]);
});

test('after a new connection the new stream is heard', () => {
  const { video, store } = start();
  store.set({ hasSound: true, audible: true });
  store.set({ hasSound: false });
  const next = video.srcObject = new FakeStream();
  store.set({ hasSound: true });
  assert.deepEqual([FakeContext.all[0].playing, FakeContext.all.length], [[next], 1]);
});

test('sound is as late as the picture is', () => {
  const { store } = start();
  store.set({ hasSound: true, appliedDelay: 300 });
  store.set({ audible: true });
  const [context] = FakeContext.all;
  assert.equal(context.delay.delayTime.value, 0.3);
  store.set({ appliedDelay: 250 });
  assert.deepEqual(context.changes, [[0.25, 7, 0.05]], 'without a click');
});

test('sound that comes by WebSocket goes where the stream’s went, while the viewer wants it', () => {
  const { video, store, sound } = start();
  Object.assign(video, { srcObject: null });
  store.set({ transport: 'socket', hasSound: true });
  assert.equal(sound.output, null);
  store.set({ audible: true });
  const [context] = FakeContext.all;
  assert.deepEqual([sound.output === /** @type {unknown} */ (context.delay), context.state, context.playing], [true, 'running', []]);
  store.set({ audible: false });
  assert.equal(context.state, 'suspended');
  Object.assign(video, { srcObject: new FakeStream() });
  store.set({ audible: true });
  assert.deepEqual([context.state, context.playing], ['running', []], 'nor is the stream heard that the page makes of the frames');
});
