// SPDX-License-Identifier: LGPL-2.1-or-later
import assert from 'node:assert/strict';
import { captionOf, colourOf, keypointsOf, layout, pixelAt, seenHeight, shapeOf } from '../../../web/player/geometry.js';
import { test } from '../../lib/test.js';

const SEEN = { width: 640, height: 360 };
const BOX = { label: 'dog', confidence: 0.876, x: 64, y: 36, w: 128, h: 72 };

test('a picture fits its stage whole and stands in the middle', () => {
  const high = layout({ width: 1280, height: 800 }, SEEN, 0);
  assert.deepEqual(high, { left: 0, top: 40, width: 1280, height: 720, videoHeight: 720 });
  const wide = layout({ width: 1280, height: 360 }, SEEN, 0);
  assert.deepEqual(wide, { left: 320, top: 0, width: 640, height: 360, videoHeight: 360 });
});

test('the rows of a stamp hang over the lower edge of what is seen', () => {
  const place = layout({ width: 1280, height: 720 }, { width: 640, height: 376 }, 16);
  assert.deepEqual(place, { left: 0, top: 0, width: 1280, height: 720, videoHeight: 752 });
});

test('a stamp as high as the picture leaves something to see', () => {
  const place = layout({ width: 640, height: 360 }, SEEN, 1000);
  assert.deepEqual([place.width, place.height], [640, 1]);
});

test('a box scales with the picture, each way for itself', () => {
  assert.deepEqual(shapeOf(BOX, SEEN, { width: 1280, height: 1080 }), { kind: 'box', x: 128, y: 108, w: 256, h: 216 });
});

test('a polygon and keypoints scale too; what is no point is left out', () => {
  const canvas = { width: 1280, height: 1080 };
  const points = /** @type {unknown} */ ([[1, 2], [3, 4, 0.5], ['a', 1], null, [5]]);
  assert.deepEqual(shapeOf({ ...BOX, polygon: points }, SEEN, canvas),
    { kind: 'polygon', points: [{ x: 2, y: 6 }, { x: 6, y: 12 }], x: 128, y: 108, w: 256, h: 216 });
  assert.deepEqual(keypointsOf({ ...BOX, keypoints: points }, SEEN, canvas), [{ x: 2, y: 6 }, { x: 6, y: 12 }]);
  assert.deepEqual(keypointsOf({ ...BOX, keypoints: 'none' }, SEEN, canvas), []);
});

test('with a stamp, coordinates are of the whole picture', () => {
  const seen = { width: 640, height: 376 };
  const { width, videoHeight } = layout({ width: 1280, height: 720 }, seen, 16);
  const shape = shapeOf({ ...BOX, y: 360, h: 16 }, seen, { width, height: videoHeight });
  assert.deepEqual(shape, { kind: 'box', x: 128, y: 720, w: 256, h: 32 });
});

test('a circle is round where the detector gives one, or fills its box', () => {
  const canvas = { width: 1280, height: 720 };
  const given = { ...BOX, 'center-x': 100.5, 'center-y': 50.25, radius: 10 };
  assert.deepEqual(shapeOf(given, SEEN, canvas), { kind: 'circle', x: 201, y: 100.5, rx: 20, ry: 20 });
  const filling = shapeOf({ ...BOX, label: 'circle' }, SEEN, canvas);
  assert.deepEqual(filling, { kind: 'circle', x: 256, y: 144, rx: 128, ry: 72 });
  assert.equal(shapeOf({ ...BOX, radius: 10 }, SEEN, canvas).kind, 'box');
  assert.equal(shapeOf({ ...BOX, 'center-x': '1', 'center-y': 2, radius: 3 }, SEEN, canvas).kind, 'box');
});

test('a point of the page is a pixel of the picture, whatever size and place that has on the page', () => {
  const size = { width: 640, height: 480 };
  const shown = { left: 100, top: 50, width: 320, height: 240 };
  assert.deepEqual(pixelAt(shown, size, { x: 100, y: 50 }), { x: 0, y: 0, inside: true });
  assert.deepEqual(pixelAt(shown, size, { x: 260, y: 170 }), { x: 320, y: 240, inside: true });
  assert.deepEqual(pixelAt({ ...shown, width: 1920, height: 1440 }, size, { x: 101, y: 51 }), { x: 0.33, y: 0.33, inside: true }, 'of a larger one, parts of pixels');
  assert.deepEqual(pixelAt({ ...shown, height: 120 }, size, { x: 260, y: 60 }), { x: 320, y: 40, inside: true }, 'each way by its own scale');
});

test('a point beside the picture is the nearest pixel of its edge, and known to be beside', () => {
  const size = { width: 640, height: 480 };
  const shown = { left: 100, top: 50, width: 640, height: 480 };
  assert.deepEqual(pixelAt(shown, size, { x: 99, y: 49 }), { x: 0, y: 0, inside: false });
  assert.deepEqual(pixelAt(shown, size, { x: 740, y: 529.5 }), { x: 639, y: 479.5, inside: false });
  assert.deepEqual(pixelAt(shown, size, { x: 5000, y: 5000 }), { x: 639, y: 479, inside: false });
});

test('where there is no picture yet no point is in it', () => {
  const shown = { left: 0, top: 0, width: 100, height: 100 };
  assert.equal(pixelAt(shown, { width: 0, height: 0 }, { x: 5, y: 5 }), null);
  assert.equal(pixelAt({ ...shown, width: 0 }, { width: 10, height: 10 }, { x: 5, y: 5 }), null);
});

test('a label has one colour, others have others', () => {
  const labels = ['circle', 'dog', 'cat', 'person', 'car', ''];
  const coloursOf = (/** @type {string} */ tone) => labels.map((label) => colourOf(label, tone));
  const colours = coloursOf('85% 70%');
  assert.deepEqual(coloursOf('85% 70%'), colours);
  assert.equal(new Set(colours).size, labels.length);
  assert.equal(colourOf('dog', '85% 70%'), 'hsl(337 85% 70%)', 'on every page');
});

test('a caption has the confidence where there is one', () => {
  assert.equal(captionOf(BOX), 'dog 88\u2009%');
  assert.equal(captionOf({ ...BOX, confidence: null }), 'dog');
});

test('a caption has what the detector read, as far as that is text', () => {
  assert.equal(captionOf({ ...BOX, text: 'AB 123' }), 'dog: AB 123 88\u2009%');
  for (const text of ['', 5, null]) assert.equal(captionOf({ ...BOX, text }), 'dog 88\u2009%', String(text));
});

test('what the model saw is the whole picture or what is above its stamp, as its result says and whatever its shape', () => {
  const place = layout({ width: 1280, height: 800 }, { width: 640, height: 384 }, 24);
  assert.deepEqual([place.height, place.videoHeight], [720, 768]);
  const square = { width: 300, height: 300 };
  for (const seen of [square, { width: 640, height: 384 }, { width: 640, height: 360 }]) {
    assert.equal(seenHeight({ ...seen, whole: true }, place), 768);
    assert.equal(seenHeight({ ...seen, whole: false }, place), 720);
    assert.equal(seenHeight(seen, place), 768, 'a server that does not say it');
  }
});
