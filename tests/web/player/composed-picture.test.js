// SPDX-License-Identifier: LGPL-2.1-or-later
// In a browser that does not tell a frame's RTP timestamp; composing.test.js has the other kind.
import assert from 'node:assert/strict';
import { afterEach, test } from '../../lib/test.js';
import { FakeCanvas } from '../lib/canvas.js';
import { FakeVideoFrame, Picture, videoOf } from '../lib/picture.js';

Object.assign(globalThis, { window: globalThis, devicePixelRatio: 1, VideoFrame: FakeVideoFrame });
const { ComposedPicture } = await import('../../../web/player/composed-picture.js');

const STAMP = { rows: 16, cell: 8 };
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
  const canvas = new FakeCanvas();
  const composed = new ComposedPicture(/** @type {any} */ (canvas));
  composed.resize(place(shown));
  const picture = new Picture({ id, rtp: 1, width, height });
  return { canvas, composed, picture, video: /** @type {any} */ (videoOf(picture)) };
}

test('the canvas holds the whole picture, in its own pixels', async () => {
  const { canvas, composed, picture, video } = open();
  const snapshot = await composed.take(video, STAMP);
  assert.deepEqual([canvas.width, canvas.height], [640, 376]);
  assert.deepEqual([canvas.picture, snapshot.stampId], [picture, 5]);
});

test('where the page shows it about twice as large or more, results are drawn twice as fine; not where that costs too much', () => {
  const small = { width: 640, height: 376 };
  const twice = { width: 1280, height: 752 };
  const large = { width: 720, height: 416 };
  /** @type {[typeof small, number, number, typeof small][]} */
  const cases = [
    [small, 959, 1, small], [small, 960, 1, twice], [small, 4000, 1, twice], [small, 480, 2, twice], [small, 640, 1.4, small],
    [large, 4000, 1, large],
  ];
  for (const [size, shown, ratio, { width, height }] of cases) {
    Object.assign(globalThis, { devicePixelRatio: ratio });
    const { canvas, composed, video } = open({ shown, ...size });
    composed.fit(video);
    assert.deepEqual([canvas.width, canvas.height], [width, height], `${size.width} shown as ${shown} × ${ratio}`);
  }
});

test('a canvas that has the right size keeps its picture: it does not flicker', async () => {
  const { canvas, composed, picture, video } = open();
  await composed.take(video, STAMP);
  composed.fit(video);
  assert.equal(canvas.picture, picture);
  composed.resize(place(1280));
  assert.equal(canvas.picture, picture, 'also while the page changes its layout');
});

test('results are drawn over the frame where the model saw them', async () => {
  const { canvas, composed, video } = open({ shown: 1280 });
  await composed.take(video, STAMP);
  composed.drawResults(DRAWINGS);
  const [image, { path: [box], transform: [x, , , y] }] = canvas.context.painted;
  assert.deepEqual([image.what, image.place], ['image', [0, 0, 1280, 752]]);
  assert.deepEqual(box, ['rect', 200, 100, 80, 60]);
  assert.deepEqual([x, y], [1, 1]);
  composed.resize(place(800));
  composed.drawResults(DRAWINGS);
  const line = canvas.context.painted.filter(({ what }) => what === 'stroke').at(-1);
  assert.deepEqual([line?.path, line?.transform[0]], [[['rect', 125, 62.5, 50, 37.5]], 1.6], 'the same place in the picture');
});

test('without results, or before it is known where the picture stands, nothing is drawn', async () => {
  const { canvas, composed, video } = open();
  await composed.take(video, STAMP);
  composed.drawResults([]);
  composed.resize(place(0));
  composed.drawResults(DRAWINGS);
  assert.equal(canvas.context.painted.length, 1);
});

test('what is shown can be read back, results and all, at either size', async () => {
  for (const shown of [640, 1280]) {
    const { composed, video } = open({ shown, id: 77 });
    await composed.take(video, STAMP);
    video.picture = new Picture({ id: 78 });
    assert.equal(await composed.readBack(video, STAMP), 77);
  }
});

test('a canvas that is read at every frame is where that is quick', () => {
  assert.deepEqual(open().canvas.options, { alpha: false, willReadFrequently: true });
});
