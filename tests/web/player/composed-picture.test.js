// SPDX-License-Identifier: LGPL-2.1-or-later
// In a browser that does not tell a frame's RTP timestamp; composing.test.js has the other kind.
import assert from 'node:assert/strict';
import { afterEach, test } from '../../lib/test.js';
import { palette } from '../lib/dom.js';
import { FakeCanvas } from '../lib/canvas.js';
import { FakeVideoFrame, Picture, videoOf } from '../lib/picture.js';
import { STREAM } from '../lib/stream.js';

Object.assign(globalThis, { window: globalThis, devicePixelRatio: 1, VideoFrame: FakeVideoFrame });
const { ComposedPicture } = await import('../../../web/player/composed-picture.js');

/** @param {number} width of the picture on the page */
const place = (width) => ({ left: 0, top: 0, width, height: width * 360 / 640, videoHeight: width * 376 / 640 });
/** @type {import('../../../web/core/results.js').Drawing[]} */
const DRAWINGS = [{
  kind: 'measured',
  result: { type: 'result', frame: 5, model: 'm', ms: 1, width: 640, height: 376, objects: [{ label: 'dog', confidence: null, x: 100, y: 50, w: 40, h: 30 }] },
}];

afterEach(() => {
  Object.assign(globalThis, { devicePixelRatio: 1 });
  assert.equal(FakeVideoFrame.open, 0);
});

/** @param {{shown?: number, width?: number, height?: number, id?: number}} [fields] `shown`: how wide on the page */
function open({ shown = 640, width = 640, height = 376, id = 5 } = {}) {
  const [canvas, results] = [new FakeCanvas(), new FakeCanvas()];
  const composed = new ComposedPicture(/** @type {any} */ (canvas), /** @type {any} */ (results), palette);
  composed.resize(place(shown));
  const picture = new Picture({ id, rtp: 1, width, height });
  return { canvas, results, composed, picture, video: /** @type {any} */ (videoOf(picture)) };
}

test('the canvas holds the whole picture, in the video’s own pixels', async () => {
  const { canvas, composed, picture, video } = open({ shown: 1280 });
  const snapshot = await composed.take(video, STREAM);
  assert.deepEqual([canvas.width, canvas.height], [640, 376]);
  assert.deepEqual([canvas.picture, snapshot.stampId], [picture, 5]);
});

test('results are in a canvas of their own, one of its pixels is one of the screen, whatever size the video has', () => {
  const small = { width: 160, height: 94 };
  const large = { width: 1920, height: 1128 };
  for (const size of [small, large]) {
    for (const [ratio, width, height] of [[1, 640, 360], [2, 1280, 720], [1.5, 960, 540]]) {
      Object.assign(globalThis, { devicePixelRatio: ratio });
      const { canvas, results, composed, video } = open(size);
      composed.fit({ ...size, stamp: null });
      composed.drawResults(DRAWINGS, 1);
      assert.deepEqual([canvas.width, canvas.height], [size.width, size.height]);
      assert.deepEqual([results.width, results.height, results.style.width, results.style.height], [width, height, '640px', '360px']);
      const [{ path: [box], transform: [x, , , y] }] = results.context.painted;
      assert.deepEqual([box, x, y], [['rect', 100, 50, 40, 30], ratio, ratio], `${size.width} × ${ratio}`);
    }
  }
});

test('a canvas that has the right size keeps its picture: it does not flicker', async () => {
  const { canvas, composed, picture, video } = open();
  await composed.take(video, STREAM);
  composed.fit({ width: 640, height: 376, stamp: null });
  assert.equal(canvas.picture, picture);
  composed.resize(place(1280));
  assert.equal(canvas.picture, picture, 'also while the page changes its layout');
});

test('results are drawn over the frame where the model saw them, and stay there when the page changes its layout', async () => {
  const { canvas, results, composed, video } = open({ shown: 1280 });
  await composed.take(video, STREAM);
  composed.drawResults(DRAWINGS, 1);
  assert.deepEqual(canvas.context.painted.map(({ what, place }) => [what, place]), [['image', [0, 0, 640, 376]]], 'nothing of them in the picture');
  assert.deepEqual(results.context.painted[0].path, [['rect', 200, 100, 80, 60]]);
  composed.resize(place(800));
  assert.deepEqual([results.width, results.context.painted[0].path], [800, [['rect', 125, 62.5, 50, 37.5]]], 'without waiting for another frame');
});

test('a frame without results has none of the frame before', () => {
  const { results, composed } = open();
  composed.drawResults(DRAWINGS, 1);
  composed.drawResults([], 1);
  assert.deepEqual(results.context.painted, []);
});

test('before it is known where the picture stands, nothing is wrong', () => {
  const { results, composed } = open({ shown: 0 });
  composed.drawResults(DRAWINGS, 1);
  assert.deepEqual([results.width, results.height], [1, 1], 'a canvas that can be copied');
});

test('a copy has both, and only the picture where results are hidden', async () => {
  for (const hidden of [false, true]) {
    const { results, composed, picture, video } = open();
    await composed.take(video, STREAM);
    Object.assign(results, { hidden });
    const copy = new FakeCanvas();
    composed.copyTo(/** @type {any} */ (copy));
    const both = [[picture, [0, 0]], [null, [0, 0, 640, 360]]];
    assert.deepEqual([copy.width, copy.height, copy.style.height], [640, 376, `${100 * 376 / 360}%`]);
    assert.deepEqual(copy.context.painted.map(({ picture: drawn, place }) => [drawn, place]), hidden ? both.slice(0, 1) : both);
  }
});

test('what is shown can be read back', async () => {
  const { composed, video } = open({ id: 77 });
  await composed.take(video, STREAM);
  video.picture = new Picture({ id: 78 });
  assert.equal(await composed.readBack({ rows: 16, cell: 8 }), 77);
});

test('a canvas that is read at every frame is where that is quick', () => {
  assert.deepEqual(open().canvas.options, { alpha: false, willReadFrequently: true });
});
