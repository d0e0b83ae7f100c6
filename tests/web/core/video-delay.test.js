// SPDX-License-Identifier: LGPL-2.1-or-later
// The page's half with the worker's: what is told to one must be done by the other.
import assert from 'node:assert/strict';
import { resolveObjectURL } from 'node:buffer';
import { Store } from '../../../web/core/store.js';
import { VideoDelay } from '../../../web/core/video-delay.js';
import { beforeEach, test } from '../../lib/test.js';
import { pass, settle, stopTime, timersLeft } from '../lib/time.js';
import { FakeTransform, FakeWorker, ModuleWorker } from '../lib/worker.js';

stopTime();
const PERIOD = 40;
const WORKER = /^The worker file:.*\/video-delay-worker\.js did not start: the page’s policy \(CSP worker-src\) must allow it, and its server too/;
class Receiver {
  transform = null;
  #target = null;
  get jitterBufferTarget() {
    return this.#target;
  }
  set jitterBufferTarget(ms) {
    this.#target = ms;
  }
  /** As Chromium's. */
  createEncodedStreams() {}
}

beforeEach(() => {
  Object.assign(globalThis, { window: globalThis, Worker: ModuleWorker, RTCRtpScriptTransform: FakeTransform, RTCRtpReceiver: Receiver });
});

/** A received video that can be held back. */
async function start() {
  const store = new Store();
  const videoDelay = new VideoDelay(store);
  const started = videoDelay.start();
  const worker = ModuleWorker.last;
  await worker.loaded;
  await started;
  const receiver = new Receiver();
  videoDelay.attach(/** @type {any} */ (receiver));
  let frames = 0;
  /** Its frames come for so many ms, and are what is handed on meanwhile, with how long each was held. @param {number} ms */
  const play = async (ms) => {
    const before = worker.handedOn.length;
    for (const end = performance.now() + ms; performance.now() < end;) {
      worker.arrive(Object.assign({ timestamp: frames * PERIOD * 90 }, { n: frames++, arrival: performance.now() }));
      await pass(PERIOD);
    }
    return worker.handedOn.slice(before).map(({ frame, at }) => ({ n: /** @type {any} */ (frame).n, held: at - /** @type {any} */ (frame).arrival }));
  };
  const delay = (/** @type {number|null} */ wantedDelay) => store.set({ wantedDelay });
  return { videoDelay, store, delay, worker, receiver, play };
}
/** @param {{held: number}[]} frames @param {number} ms */
const assertHeld = (frames, ms) => assert.ok(frames.length > 5 && frames.every(({ held }) => Math.abs(held - ms) < 1), `${frames.map(({ held }) => held)} ms, not ${ms}`);

test('a live video is not held back', async () => {
  const { videoDelay, store, play } = await start();
  assert.equal(store.facts.delayable, true);
  const frames = await play(2000);
  assert.deepEqual(frames, Array.from({ length: 50 }, (_, n) => ({ n, held: 0 })));
  assert.equal(store.facts.appliedDelay, 0);
  videoDelay.close();
});

test('a delay is what every frame is held for, and is told; without one again all come at once', async () => {
  const { videoDelay, store, delay, play } = await start();
  delay(300);
  await play(3000);
  assertHeld(await play(1000), 300);
  assert.equal(store.facts.appliedDelay, 300);
  delay(null);
  await settle();
  assertHeld((await play(1000)).slice(8), 0);
  assert.equal(store.facts.appliedDelay, 0);
  videoDelay.close();
});

test('the frame after one with a result waits until that one was seen', async () => {
  const { videoDelay, delay, worker, play } = await start();
  delay(200);
  await play(4000);
  const timestamp = 100 * PERIOD * 90;
  videoDelay.want(timestamp);
  await play(360);
  const handedOn = () => worker.handedOn.slice(100).map(({ frame }) => frame.timestamp / 90 / PERIOD);
  assert.deepEqual(handedOn(), [100]);
  videoDelay.seen(timestamp);
  await settle();
  assert.deepEqual(handedOn(), [100, 101, 102, 103, 104]);
  videoDelay.close();
});

test('where the browser has no transform, or its worker does not come up, the video is live, and stays so', async () => {
  const silent = async (/** @type {VideoDelay} */ videoDelay) => {
    const started = videoDelay.start();
    await pass(2000);
    return started;
  };
  const failing = (/** @type {VideoDelay} */ videoDelay) => {
    const started = videoDelay.start();
    FakeWorker.last.onerror?.();
    return started;
  };
  Object.assign(globalThis, { Worker: FakeWorker });
  for (const begin of [silent, failing]) {
    const store = new Store();
    const videoDelay = new VideoDelay(store);
    await begin(videoDelay);
    const receiver = new Receiver();
    videoDelay.attach(/** @type {any} */ (receiver));
    assert.deepEqual([store.facts.delayable, receiver.transform], [false, null]);
    assert.match(store.facts.fault, WORKER);
  }
  Reflect.deleteProperty(globalThis, 'RTCRtpScriptTransform');
  Reflect.deleteProperty(globalThis, 'Worker');
  const store = new Store();
  const videoDelay = new VideoDelay(store);
  await videoDelay.start();
  store.set({ wantedDelay: 100 });
  assert.equal(store.facts.delayable, false);
});

test('a worker that the browser does not make costs the exact view only, and says why', async () => {
  Object.assign(globalThis, { Worker: class {
    constructor() { throw new DOMException('cannot be accessed from origin', 'SecurityError'); }
  } });
  const store = new Store();
  const videoDelay = new VideoDelay(store);
  await videoDelay.start();
  const receiver = new Receiver();
  videoDelay.attach(/** @type {any} */ (receiver));
  assert.deepEqual([store.facts.delayable, receiver.transform], [false, null]);
  assert.match(store.facts.fault, WORKER);
  store.set({ wantedDelay: 100 });
  videoDelay.want(1);
  videoDelay.close();
});

test('in a page of another origin the worker is the page’s own and imports ours', async () => {
  Object.assign(globalThis, { origin: 'https://app.example', Worker: FakeWorker });
  const store = new Store();
  const videoDelay = new VideoDelay(store);
  const started = videoDelay.start();
  assert.match(await resolveObjectURL(String(FakeWorker.last.url))?.text() ?? '', /^import "file:.*\/video-delay-worker\.js"$/);
  FakeWorker.last.say({});
  await started;
  assert.equal(store.facts.delayable, true);
  videoDelay.close();
  Object.assign(globalThis, { origin: 'null' });
});

test('where the exact view has failed already, nothing is held back', async () => {
  FakeWorker.last = /** @type {any} */ (null);
  Object.assign(globalThis, { Worker: FakeWorker });
  const store = new Store();
  store.set({ fault: 'no frames' });
  await new VideoDelay(store).start();
  assert.deepEqual([FakeWorker.last, store.facts.delayable, store.facts.fault], [null, false, 'no frames']);
});

test('the first video is the one that is held, by one worker', async () => {
  const { videoDelay, worker, receiver } = await start();
  await videoDelay.start();
  assert.equal(ModuleWorker.last, worker);
  const other = new Receiver();
  videoDelay.attach(/** @type {any} */ (other));
  assert.ok(receiver.transform);
  assert.equal(other.transform, null);
  videoDelay.close();
});

/**
 * Frames come out of order: so long the view stands still for them, in all.
 * @param {{worker: ModuleWorker}} scene @param {number} still @param {number} [applied] by how much the worker delays the video then
 */
const disturb = ({ worker }, still, applied = 0) => worker.say({ applied, still });

test('one lost packet, and even ten a second that come again soon, leave the video with the worker', async () => {
  const scene = await start();
  scene.delay(200);
  await scene.play(4000);
  // of 150 frames one in 15 comes a period late
  for (let i = 0; i < 10; i++) {
    scene.worker.arrive(Object.assign({ timestamp: (i * 15 + 101) * PERIOD * 90 }, { n: -1, arrival: performance.now() }));
    scene.worker.arrive(Object.assign({ timestamp: (i * 15 + 100) * PERIOD * 90 }, { n: -1, arrival: performance.now() }));
    assert.equal(scene.videoDelay.check(), 0);
    await pass(PERIOD * 15);
  }
  assert.equal(scene.receiver.jitterBufferTarget, null);
  scene.videoDelay.close();
});

test('the server is asked to let the browser buffer only where many frames come out of order and the video is held back', async () => {
  const scene = await start();
  const { videoDelay, delay } = scene;
  disturb(scene, 501);
  assert.equal(videoDelay.check(), 0, 'live');
  delay(200);
  Object.assign(globalThis, { RTCRtpReceiver: class {} });
  assert.equal(videoDelay.check(), 0, 'a browser that can’t');
  Object.assign(globalThis, { RTCRtpReceiver: Receiver });
  assert.equal(videoDelay.check(), 10_000, 'what came before the view was held back counts');
  delay(null);
  assert.equal(videoDelay.check(), 0);
  await pass(10_001);
  delay(200);
  assert.equal(videoDelay.check(), 0, 'that was too long ago');
  disturb(scene, 500);
  assert.equal(videoDelay.check(), 0, 'not many');
  videoDelay.close();
});

test('where frames come out of order the browser’s buffer takes over what the worker holds, and goes on from there in steps', async () => {
  const scene = await start();
  const { videoDelay, store, delay, worker, receiver, play } = scene;
  delay(200);
  await play(4000);
  disturb(scene, 2000, 200);
  videoDelay.check();
  assertHeld(await play(500), 200);
  assert.equal(receiver.jitterBufferTarget, null, 'the server has only just been asked');
  delay(200);
  videoDelay.check();
  await settle();
  assert.deepEqual([receiver.jitterBufferTarget, store.facts.appliedDelay], [200, 200]);
  assertHeld((await play(500)).slice(5), 0);
  assert.equal(store.facts.appliedDelay, 200, 'the worker holds nothing, the buffer does');
  videoDelay.check();
  const targets = [];
  for (const ms of [290, 290, 290, 270, 270]) {
    delay(ms);
    await play(200);
    targets.push(receiver.jitterBufferTarget);
  }
  assert.deepEqual(targets, [240, 280, 290, 280, 270], '20 ms a step up, 5 down, ten steps a second');
  assert.equal(store.facts.appliedDelay, 270);
  assert.deepEqual(worker.received.at(-1), { delay: null }, 'the worker does not delay it as well');
  delay(null);
  assert.deepEqual([receiver.jitterBufferTarget, store.facts.appliedDelay], [null, 0]);
  assertHeld(await play(500), 0);
  assert.equal(timersLeft(), 0, 'no steps any more');
  delay(100);
  await play(3000);
  assertHeld(await play(500), 100);
  videoDelay.close();
});

test('when frames come in order again the worker takes the video back, under cover of the buffer and without a jump', async () => {
  const scene = await start();
  const { videoDelay, store, delay, receiver, play } = scene;
  delay(200);
  await play(4000);
  disturb(scene, 2000, 200);
  videoDelay.check();
  videoDelay.check();
  assert.equal(receiver.jitterBufferTarget, 200);
  /** What is seen of a frame is the longer of the two delays: one of them ran while the other was on. @type {number[]} */
  const delays = [];
  /** @type {number[]} */
  const asked = [];
  for (let i = 0; i < 40 && receiver.jitterBufferTarget !== null; i++) {
    const held = (await play(500)).map((frame) => frame.held);
    delays.push(...held.map((ms) => Math.max(ms, receiver.jitterBufferTarget ?? 0)));
    asked.push(videoDelay.check());
  }
  assert.equal(receiver.jitterBufferTarget, null, 'the buffer has nothing to do any more');
  delays.push(...(await play(1000)).map(({ held }) => held));
  assert.ok(delays.slice(5).every((ms) => Math.abs(ms - 200) <= 20), `${delays}`);
  assert.deepEqual(asked.slice(-3), [10_000, 0, 0], 'the server first, then the browser');
  assert.ok(asked.length <= 26, `${asked.length} checks of half a second, after ten seconds in order`);
  assertHeld(await play(1000), 200);
  assert.equal(store.facts.appliedDelay, 200);
  assert.equal(timersLeft(), 1, 'no steps any more; the worker waits for a frame');
  videoDelay.close();
});

test('frames that come out of order while the worker takes the video back leave it with the buffer', async () => {
  const scene = await start();
  const { videoDelay, delay, receiver, worker, play } = scene;
  delay(2000);
  await play(8000);
  disturb(scene, 2000, 2000);
  videoDelay.check();
  videoDelay.check();
  await play(10_100);
  assert.equal(videoDelay.check(), 10_000);
  assert.deepEqual(worker.received.at(-1), { delay: 2000 });
  await play(500);
  disturb(scene, 200, 500);
  assert.equal(videoDelay.check(), 10_000);
  assert.deepEqual(worker.received.at(-1), { delay: null });
  assert.equal(receiver.jitterBufferTarget, 2000);
  videoDelay.close();
});

test('a browser that would then show nothing any more is not told to show each frame at once again', async () => {
  Object.assign(globalThis, { RTCRtpReceiver: class { get jitterBufferTarget() { return null; } } });
  const scene = await start();
  const { videoDelay, delay, receiver, play } = scene;
  assert.equal(videoDelay.check(), 0);
  delay(200);
  await play(4000);
  disturb(scene, 2000, 200);
  const asked = [];
  for (let i = 0; i < 40 && !(i > 2 && receiver.jitterBufferTarget === null); i++) {
    asked.push(videoDelay.check());
    await play(500);
  }
  assert.equal(receiver.jitterBufferTarget, null, 'the worker has the video again');
  delay(null);
  asked.push(videoDelay.check());
  assert.deepEqual(new Set(asked), new Set([10_000]));
  videoDelay.close();
});

test('the buffer is asked for no more than browsers can do, and the worker takes over from there', async () => {
  const scene = await start();
  const { videoDelay, store, delay, receiver, play } = scene;
  delay(6000);
  await play(20_000);
  disturb(scene, 2000, 6000);
  videoDelay.check();
  videoDelay.check();
  assert.equal(receiver.jitterBufferTarget, 4000);
  await pass(1000);
  assert.equal(receiver.jitterBufferTarget, 4000);
  await play(10_000);
  for (let i = 0; i < 60 && receiver.jitterBufferTarget !== null; i++) {
    videoDelay.check();
    await play(500);
  }
  await play(10_000);
  assert.deepEqual([receiver.jitterBufferTarget, store.facts.appliedDelay], [null, 6000]);
  delay(null);
  await settle();
  videoDelay.close();
});

test('close() ends the worker and what was under way', async () => {
  const scene = await start();
  const { videoDelay, store, delay, worker } = scene;
  delay(200);
  disturb(scene, 2000);
  videoDelay.check();
  videoDelay.check();
  videoDelay.close();
  assert.equal(worker.terminated, true);
  await pass(2000);
  assert.equal(timersLeft(), 0);
  const [told, before] = [worker.received.length, store.facts.appliedDelay];
  delay(100);
  worker.say({ applied: 7 });
  assert.deepEqual([worker.received.length, store.facts.appliedDelay], [told, before], 'it neither tells nor is told anything');
});

test('a worker that comes up after close() is of no use to the next attempt', async () => {
  const store = new Store();
  const videoDelay = new VideoDelay(store);
  const started = videoDelay.start();
  videoDelay.close();
  await pass(2000);
  await started;
  assert.equal(store.facts.delayable, false);
});
