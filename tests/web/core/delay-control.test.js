// SPDX-License-Identifier: LGPL-2.1-or-later
import assert from 'node:assert/strict';
import { DelayControl } from '../../../web/core/delay-control.js';
import { DEFAULTS } from '../../../web/core/settings.js';
import { Store } from '../../../web/core/store.js';
import { beforeEach, test } from '../../lib/test.js';
import { PERIOD, STREAM, idOf, resultOf, rtpOf } from '../lib/stream.js';
import { pass, stopTime } from '../lib/time.js';

beforeEach(stopTime);

/** @param {{settings?: Partial<import('../../../web/core/settings.js').Settings>, stream?: typeof STREAM}} [scene] */
function open({ settings, stream = STREAM } = {}) {
  const store = new Store();
  /** What the video delay is told, in order. @type {Record<string, (number|null)[]>} */
  const told = { want: [], seen: [], delay: [] };
  const videoDelay = { want: (/** @type {number} */ rtp) => told.want.push(rtp), seen: (/** @type {number} */ rtp) => told.seen.push(rtp) };
  const control = new DelayControl(store, /** @type {any} */ (videoDelay));
  store.on(['wantedDelay'], ({ wantedDelay }) => told.delay.push(wantedDelay));
  store.set({ settings: { ...DEFAULTS, ...settings }, stream, delayable: true });
  const add = (/** @type {number} */ n) => control.addResult(resultOf(n), performance.now());
  const show = (/** @type {number} */ n) => control.addFrame(idOf(n), performance.now());
  const choose = (/** @type {object} */ choice) => store.set({ settings: { ...DEFAULTS, ...choice } });
  return { store, control, told, add, show, choose, lag: () => control.lag(performance.now()) };
}

/**
 * So many frames, each shown 30 ms after its capture and the delay (`applied`); its result comes `lag` ms after its capture.
 * `at`: what happens just before that frame is shown.
 * @param {ReturnType<typeof open>} scene @param {number} count
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
      show(n);
    };
    events.push({ at: captured + 30 + applied(n), happen: onShow });
    if (n % every === 0) events.push({ at: captured + lag(n), happen: () => add(n) });
  }
  for (const { at, happen } of events.sort((one, other) => one.at - other.at)) {
    await pass(at - performance.now());
    happen();
  }
}
/** @param {unknown} ms @param {number} wanted */
const assertNear = (ms, wanted) => assert.ok(Math.abs(Number(ms) - wanted) < 0.1, `${ms} ms, not ${wanted}`);

/** What the server says of the link. @param {string} reason */
const linkOf = (reason) => ({ type: /** @type {const} */ ('link'), rung: 1, rungs: 6, width: 640, height: 384, bitrate: 1, framerate: 30, carries: null, reason });

test('results that the server leaves out while it does not know the network make nothing wait', async () => {
  const scene = open({ settings: { fill: 'interpolated' } });
  scene.store.set({ link: linkOf('start') });
  await play(scene, 100, { lag: () => 40, every: 9 });
  assertNear(scene.lag(), 10);
  const known = open({ settings: { fill: 'interpolated' } });
  known.store.set({ link: linkOf('network') });
  await play(known, 100, { lag: () => 40, every: 9 });
  assertNear(known.lag(), 10 + 8 * PERIOD);
});

test('for a viewer that does not look nothing is delayed, and when it is back the first frame is shown at once', async () => {
  const scene = open();
  await play(scene, 100, { lag: () => 150 });
  scene.told.delay = [];
  scene.store.set({ looking: false });
  await pass(5000);
  scene.store.set({ looking: true });
  assert.deepEqual(scene.told.delay, [null, 0]);
  scene.show(250);
  scene.add(250);
  assert.ok(Number(scene.store.facts.wantedDelay) > 100, 'and then what is known of results counts again');
});

test('the video is delayed for just as long as results need, and a little', async () => {
  const scene = open();
  await play(scene, 100, { lag: () => 150 });
  assertNear(scene.lag(), 120);
  assertNear(scene.store.facts.wantedDelay, 150);
});

test('the delay that there is already is no reason for a longer one', async () => {
  const scene = open();
  await play(scene, 200, { lag: () => 150, applied: (n) => n < 100 ? 0 : 150 });
  assertNear(scene.store.facts.wantedDelay, 150);
});

test('the viewer’s bound is not passed, and a live view not delayed at all', async () => {
  const scene = open({ settings: { hold: 100 } });
  await play(scene, 100, { lag: () => 350 });
  assert.equal(scene.store.facts.wantedDelay, 100);
  for (const hold of [1, 0]) {
    scene.choose({ hold });
    assert.equal(scene.told.delay.at(-1), hold);
  }
  scene.choose({});
  assertNear(scene.told.delay.at(-1), 350);
  scene.choose({ mode: 'async' });
  assert.equal(scene.told.delay.at(-1), null);
});

test('the delay is not changed for every ms', async () => {
  const scene = open();
  /** @type {number[]} */
  const counts = [];
  const count = () => { counts.push(scene.told.delay.length); };
  await play(scene, 140, { lag: (n) => n < 100 ? 150 : n < 120 ? 151 : 160, at: { 100: count, 120: count } });
  assert.equal(counts[0], counts[1]);
  assert.ok(scene.told.delay.length > counts[1]);
});

test('another way to fill gaps starts from what it finds, not from what the last one needed', async () => {
  const scene = open();
  const change = () => {
    scene.choose({ fill: 'last' });
    assert.equal(scene.lag(), null);
  };
  await play(scene, 150, { lag: (n) => n < 100 ? 350 : 150, at: { 110: change } });
  assertNear(scene.lag(), 120);
});

test('another choice than that changes nothing of what is known', async () => {
  const scene = open({ settings: { fill: 'last' } });
  await play(scene, 100, { lag: () => 150 });
  scene.choose({ fill: 'last', hold: 5000 });
  assertNear(scene.lag(), 120);
});

test('where frames between results are filled, they wait until the result after them is there', async () => {
  for (const [fill, lag] of /** @type {const} */ ([['none', 120], ['interpolated', 120 + 3 * PERIOD]])) {
    const scene = open({ settings: { fill } });
    await play(scene, 100, { lag: () => 150, every: 4 });
    assertNear(scene.lag(), lag);
  }
});

test('in the live view the delay that results would need is learnt, so that a change to exact is quick', async () => {
  const scene = open({ settings: { mode: 'async' } });
  await play(scene, 100, { lag: () => 150 });
  assert.deepEqual([scene.store.facts.wantedDelay, scene.told.want], [null, []], 'nor does a frame wait to be seen');
  scene.choose({});
  assertNear(scene.store.facts.wantedDelay, 150);
});

test('each frame that has a result, and each that was seen, is told by its RTP timestamp', () => {
  const { control, told, add } = open();
  add(1);
  control.seen(idOf(1), undefined);
  control.seen(idOf(2), rtpOf(2));
  control.seen(null, rtpOf(3));
  control.seen(null, undefined);
  assert.deepEqual([told.want, told.seen], [[rtpOf(1)], [1, 2, 3].map(rtpOf)]);
});

test('without the offset of its timestamps no frame of a stream can be told', () => {
  const { control, told, add } = open({ stream: { ...STREAM, rtpOffset: null } });
  add(1);
  control.seen(idOf(1), undefined);
  assert.deepEqual([told.want, told.seen], [[], []]);
});

test('after close() it decides nothing any more', () => {
  const { store, control, choose } = open();
  control.close();
  choose({ mode: 'async' });
  assert.equal(store.facts.wantedDelay, 0);
});
