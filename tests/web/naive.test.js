// SPDX-License-Identifier: LGPL-2.1-or-later
import assert from 'node:assert/strict';
import { CountedFrames } from '../../bench/peers/naive.js';
import { inPage } from '../../bench/peers/in-page.js';
import { test } from '../lib/test.js';
import { FakeCanvas } from './lib/canvas.js';
import { Picture } from './lib/picture.js';
import { FakeVideo } from './lib/player.js';

const TICKS = 3600;
const START = 2 ** 32 - 10 * TICKS;
/** Id of the n-th frame of an even 25 fps, wrapping at the tenth. @param {number} n */
const id = (n) => (START + n * TICKS) >>> 0;

/** @param {CountedFrames} counted @param {number} from @param {number} to */
function present(counted, from, to) {
  for (let n = from; n < to; n++) assert.equal(counted.of(id(n), 100 + n), id(n), `frame ${n}`);
}

test('at an even frame rate, with no frame lost, counting names every frame, across the wrap', () => {
  present(new CountedFrames(), 0, 500);
});

test('the frame rate may be learnt from frames that were skipped by the callback', () => {
  const counted = new CountedFrames();
  for (const n of [0, 2, 5, 61, 200]) assert.equal(counted.of(id(n), n), id(n));
  const late = new CountedFrames();
  for (const n of [0, 300, 301]) assert.equal(late.of(id(n), n), id(n));
});

test('without the callback’s timestamp there is nothing to start from', () => {
  const counted = new CountedFrames();
  assert.equal(counted.of(null, 1), null);
  assert.equal(counted.of(id(0), 2), id(0));
  assert.equal(counted.of(null, 3), null);
});

test('once the rate is learnt, counting believes itself and not the callback: that is what is wrong with it', () => {
  const counted = new CountedFrames();
  present(counted, 0, 100);
  assert.equal(counted.of(id(103), 200), id(100), 'three frames were lost on the way');
});

test('a rate that is no whole number of ticks does not drift', () => {
  const counted = new CountedFrames();
  const ntsc = (/** @type {number} */ n) => (START + Math.floor(n * 90_000 * 1001 / 60_000)) >>> 0;
  for (let n = 0; n < 200; n++) {
    const off = Math.abs(((counted.of(ntsc(n), n) ?? 0) - ntsc(n)) | 0);
    assert.ok(off <= counted.tolerance / 10, `frame ${n} is ${off} ticks off`);
  }
});

test('ids are the same frame up to half way to the next', () => {
  const counted = new CountedFrames();
  counted.of(id(0), 100);
  assert.equal(counted.tolerance, 0, 'nothing is known yet');
  present(counted, 1, 30);
  assert.equal(counted.tolerance, TICKS / 2);
});

test('when the browser counts from the start again, so do we', () => {
  const counted = new CountedFrames();
  present(counted, 0, 100);
  for (let n = 0; n < 100; n++) assert.equal(counted.of(id(1000 + n), n), id(1000 + n));
});

test('a counted frame is taken for the one with a result that is nearest, or for itself, up to half a frame away', () => {
  const counted = new CountedFrames();
  present(counted, 0, 80);
  const results = [id(82) + 1000, id(81), id(300)];
  /** The n-th frame. @param {number} n @param {number|null} stampId */
  const claim = (n, stampId) => counted.claim(id(n), 100 + n, stampId, results);
  assert.equal(claim(82, id(82)), id(82) + 1000);
  assert.equal(counted.claim(id(82), 182, null, [id(82) + 1000, id(82) - 900, id(82) + 1500]), id(82) - 900, 'the nearest of them');
  for (const off of [-TICKS / 2, 700, TICKS / 2]) assert.equal(claim(90, id(90) + off), id(90) + off, `${off} ticks off`);
  for (const stampId of [id(90) + TICKS / 2 + 1, id(90) - TICKS / 2 - 1, id(91), null]) assert.equal(claim(90, stampId), id(90), 'counting believes itself');
  assert.equal(counted.claim(null, 190, id(90), results), null);
});

test('in the page the frame that is drawn is compared with what the callback and counting take it for', async () => {
  const video = new FakeVideo('video');
  const player = Object.assign(new EventTarget(), {
    shadowRoot: { querySelector: () => video }, report: () => ({ stream: { rtpOffset: 1000, stamp: { rows: 16, cell: 8 } } }),
  });
  Object.assign(globalThis, { window: globalThis, document: { querySelector: () => player, createElement: () => new FakeCanvas() } });
  inPage()();
  const { naive } = /** @type {any} */ (globalThis);
  let presented = 100;
  /** @param {number} n the frame that is drawn @param {number|null} [told] the one that the callback names @param {number|null} [stamp] in its pixels */
  const show = (n, told = n, stamp = id(n)) => video.present(new Picture({ id: stamp, width: 208, height: 196 }), {
    presentedFrames: ++presented, rtpTimestamp: told === null ? undefined : (id(told) + 1000) >>> 0,
  });
  for (let n = 0; n < 80; n++) show(n);
  assert.deepEqual(naive, { frames: 80, callback: 0, count: 0 });
  show(80, 81);
  assert.deepEqual(naive, { frames: 81, callback: 1, count: 0 });
  show(81, 81, null);
  show(82, null);
  assert.deepEqual(naive, { frames: 83, callback: 1, count: 0 }, 'of what nobody can tell nothing is said');
  show(85);
  assert.deepEqual(naive, { frames: 84, callback: 1, count: 1 }, 'two were lost on the way');
  player.dispatchEvent(Object.assign(new Event('cv-result'), { detail: { frame: id(84) + 100 } }));
  show(84);
  assert.deepEqual(naive, { frames: 85, callback: 1, count: 2 }, 'it takes a result that is near for one of this frame');
});
