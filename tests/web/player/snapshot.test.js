// SPDX-License-Identifier: LGPL-2.1-or-later
import assert from 'node:assert/strict';
import { afterEach, test } from '../../lib/test.js';
import { FakeCanvas } from '../lib/canvas.js';
import { FakeVideoFrame, KnowingVideoFrame, Picture, videoOf } from '../lib/picture.js';
import { STREAM } from '../lib/stream.js';

/** The module in a browser with this VideoFrame. @param {typeof FakeVideoFrame} frame @returns {Promise<typeof import('../../../web/player/snapshot.js')>} */
async function moduleWith(frame) {
  Object.assign(globalThis, { VideoFrame: frame });
  return import(`../../../web/player/snapshot.js?${frame.name}`);
}
const other = await moduleWith(FakeVideoFrame);
const knowing = await moduleWith(KnowingVideoFrame);
const STAMP = { rows: 16, cell: 8 };
/** @param {Partial<typeof STREAM>} [fields] */
const streamOf = (fields) => ({ ...STREAM, stamp: STAMP, ...fields });
const ID = 0xdeadbeef;
/** A stamp of two rows of cells. */
const NARROW = { width: 208, height: 196 };

afterEach(() => {
  assert.equal(FakeVideoFrame.open, 0, 'every frame was let go of');
  Object.assign(FakeVideoFrame, { format: 'I420', broken: false });
});

/** @param {Partial<ConstructorParameters<typeof Picture>[0]>} [fields] */
function scene(fields) {
  const picture = new Picture({ id: ID, rtp: 4711, ...fields });
  const canvas = Object.assign(new FakeCanvas(), { width: picture.width, height: picture.height });
  return { picture, canvas, video: /** @type {any} */ (videoOf(picture)), context: /** @type {any} */ (canvas.context) };
}

/** What a browser that tells timestamps says of such a frame. @param {Partial<ConstructorParameters<typeof Picture>[0]>} [fields] @param {Partial<typeof STREAM>} [stream] */
async function take(fields, stream) {
  const { video, context } = scene(fields);
  const snapshot = await knowing.takeSnapshot(video, context, streamOf(stream));
  snapshot.close();
  return [snapshot.rtp, snapshot.stampId];
}

test('a frame says itself which one it is: by its RTP timestamp and by its stamp', async () => {
  assert.ok(knowing.framesKnowTheirTime);
  assert.deepEqual(await take(), [4711, ID]);
});

test('the stamp is read in every pixel format that browsers have, whatever lies between rows', async () => {
  for (const format of ['I420', 'I422', 'NV12', 'RGBA', 'RGBX', 'BGRA', 'BGRX', null]) {
    FakeVideoFrame.format = format;
    assert.deepEqual(await take(), [4711, ID], String(format));
    assert.deepEqual(await take({ width: 641 }), [4711, ID], `${format}, with an odd width`);
  }
});

test('what has no stamp, or none that can be read, has no id; its timestamp is told all the same', async () => {
  assert.deepEqual(await take({ id: null }), [4711, null]);
  assert.deepEqual(await take({}, { stamp: null }), [4711, null], 'a stream without stamps');
  assert.deepEqual(await take({ height: 15 }), [4711, null], 'no picture to speak of');
  FakeVideoFrame.broken = true;
  assert.deepEqual(await take(), [4711, null]);
  assert.deepEqual(await take({ rtp: undefined }), [undefined, null]);
});

test('what a decoder adds around the picture is no part of it', async () => {
  const { video, context } = scene({ height: 368 });
  class Padded extends KnowingVideoFrame {
    codedHeight = 384;
    visibleRect = /** @type {any} */ ({ x: 0, y: 0, width: 640, height: 368 });
  }
  Object.assign(globalThis, { VideoFrame: Padded });
  const snapshot = await knowing.takeSnapshot(video, context, streamOf());
  Object.assign(globalThis, { VideoFrame: KnowingVideoFrame });
  snapshot.close();
  assert.equal(snapshot.stampId, ID);
});

test('the frame that was read is the one that is drawn, over the whole canvas, and only when it is asked for', async () => {
  const { picture, canvas, video, context } = scene();
  const snapshot = await knowing.takeSnapshot(video, context, streamOf());
  video.picture = new Picture({ id: 1 });
  assert.equal(canvas.picture, null);
  snapshot.draw();
  assert.deepEqual([canvas.picture, canvas.context.painted[0].place], [picture, [0, 0, 640, 376]]);
  snapshot.close();
});

test('a browser that does not tell timestamps draws at once, and reads what it has drawn', async () => {
  const { picture, canvas, video, context } = scene(NARROW);
  assert.ok(!other.framesKnowTheirTime);
  const snapshot = await other.takeSnapshot(video, context, streamOf());
  assert.deepEqual([snapshot.rtp, snapshot.stampId, canvas.picture], [undefined, ID, picture]);
  snapshot.draw();
  snapshot.close();
  assert.deepEqual(canvas.context.painted.map(({ place }) => place), [[0, 0, 208, 196]], 'once');
});

test('… and reads no stamp where there is none', async () => {
  for (const stamp of [STAMP, null]) {
    const { video, context } = scene({ id: stamp ? null : ID });
    assert.equal((await other.takeSnapshot(video, context, streamOf({ stamp }))).stampId, null);
  }
});

test('what is shown can be read back from the canvas', async () => {
  for (const format of ['RGBA', 'I420']) {
    FakeVideoFrame.format = format;
    const { canvas, video, context } = scene(NARROW);
    context.drawImage(video, 0, 0, canvas.width, canvas.height);
    assert.equal(await knowing.readBack(/** @type {any} */ (canvas), STAMP), ID, format);
  }
  const { canvas, video, context } = scene();
  context.drawImage(video, 0, 0);
  FakeVideoFrame.broken = true;
  await assert.rejects(knowing.readBack(/** @type {any} */ (canvas), STAMP));
});
