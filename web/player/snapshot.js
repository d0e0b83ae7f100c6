// SPDX-License-Identifier: LGPL-2.1-or-later
// One frame of the video, and its identity from that same frame. In some per cent of the callbacks requestVideoFrameCallback
// names one frame, and drawImage(video) then draws another one. So the frame that is drawn is asked itself.

import { pageTime } from '../core/clock.js';
import { STAMP_ROWS, readStamp, stampTop } from '../core/stamp.js';
import { stampOf } from '../core/stream-picture.js';

/**
 * @typedef {import('../core/protocol.js').Stamp} Stamp
 * @typedef {import('../core/protocol.js').Stream} Stream
 * @typedef {import('../core/protocol.js').Size & {stamp: Stamp|null, rtp: number|undefined, certain: boolean,
 *   stampId: number|null, stampMs: number, size: number, draw: () => void, close: () => void}} Snapshot
 *   `stamp`: where that of a frame of this size is; `rtp`: its RTP timestamp, where the browser tells it; `certain`: it is the server's; `stampId`: the id in its
 *   pixels, or null; `stampMs`: how long reading that took; `size`: bytes that it takes; `draw` puts the frame into the canvas, and what belongs to it must be drawn before anything is waited for; `close` lets go
 *   of the frame
 */

/** Chromium 145: a VideoFrame knows the RTP timestamp of its own pixels. Without that the stamp says all. */
export const framesKnowTheirTime = 'VideoFrame' in globalThis && 'metadata' in VideoFrame.prototype;

/** Formats that begin with a plane of luma. In the others green is the second byte of four. */
const PLANAR = /^(I4|NV)/;

/**
 * The video's present frame, of which the canvas is to show the whole.
 * @param {HTMLVideoElement} video @param {CanvasRenderingContext2D} context @param {Stream} stream
 * @returns {Promise<Snapshot|null>|Snapshot} null: there is none just now
 */
export const takeSnapshot = (video, context, stream) => framesKnowTheirTime ? takeFrame(video, context, stream, snapshotOf) : takeDrawn(video, context, stream);

/**
 * @param {HTMLVideoElement} video @param {CanvasRenderingContext2D} context @param {Stream} stream
 * @param {typeof copyOf} of what is taken of the frame
 * @returns {Promise<Snapshot|null>}
 */
async function takeFrame(video, context, stream, of) {
  const frame = currentFrame(video);
  if (!frame) return null;
  const rtp = framesKnowTheirTime ? /** @type {any} */ (frame).metadata().rtpTimestamp : undefined;
  return of(frame, { rtp, certain: false }, context, stream);
}

/**
 * The video's present frame, to be kept for as long as one likes. Decoders have only so many pictures, and wait for those that are kept.
 * @param {HTMLVideoElement} video @param {CanvasRenderingContext2D} context @param {Stream} stream
 * @returns {Promise<Snapshot|null>} null: there is none just now
 */
export const takeCopy = (video, context, stream) => takeFrame(video, context, stream, copyOf);

/**
 * The same of any frame. One that the browser does not let a page see into, of a decoder in hardware, is drawn; one that it can't even draw is kept
 * as it is.
 * @param {VideoFrame} frame which it takes over @param {{rtp: number|undefined, certain: boolean}} name
 * @param {CanvasRenderingContext2D} context @param {Stream} stream
 * @returns {Promise<Snapshot>}
 */
export async function copyOf(frame, name, context, stream) {
  let copied;
  try {
    copied = frame.format === null ? await pictureOf(frame) : await pixelsOf(frame, frame.format);
  } catch {
    return snapshotOf(frame, name, context, stream);
  }
  frame.close();
  return snapshotOf(copied.copy, name, context, stream, copied.strip);
}

/** @param {VideoFrame} frame */
async function pictureOf(frame) {
  const picture = await createImageBitmap(frame);
  const copy = new VideoFrame(picture, { timestamp: frame.timestamp });
  picture.close();
  return { copy, strip: null };
}

/** @param {VideoFrame} frame @param {VideoPixelFormat} format */
async function pixelsOf(frame, format) {
  const { timestamp, colorSpace } = frame;
  const { width, height } = sizeOf(frame);
  const data = new Uint8Array(frame.allocationSize());
  const layout = await frame.copyTo(data);
  const copy = new VideoFrame(data, { format, timestamp, codedWidth: width, codedHeight: height, layout, colorSpace: colorSpace.toJSON() });
  const [{ offset, stride }] = layout;
  const top = stampTop(height);
  return { copy, strip: top < 0 ? null : { data, offset: offset + top * stride, stride } };
}

/**
 * @param {VideoFrame} frame which it takes over @param {{rtp: number|undefined, certain: boolean}} name
 * @param {CanvasRenderingContext2D} context @param {Stream} stream @param {{data: Uint8Array, offset: number, stride: number}|null} [strip] the rows of its
 *   stamp, if there is a copy of them
 * @returns {Promise<Snapshot>}
 */
export async function snapshotOf(frame, { rtp, certain }, context, stream, strip = null) {
  const { width, height } = sizeOf(frame);
  const stamp = stampOf(stream, { width, height });
  const start = pageTime();
  // A frame that can't be read has no stamp.
  const stampId = stamp ? strip ? readStrip(frame, strip, stamp.cell) : await readFrame(frame, stamp.cell).catch(() => null) : null;
  const stampMs = pageTime() - start;
  const draw = () => context.drawImage(frame, 0, 0, context.canvas.width, context.canvas.height);
  const size = width * height * (PLANAR.test(frame.format ?? '') ? 1.5 : 4);
  return { width, height, stamp, rtp, certain, stampId, stampMs, size, draw, close: () => frame.close() };
}

/** Null in Chromium on a busy machine: the frame of a callback may be gone, and the next one not there yet. @param {HTMLVideoElement} video */
function currentFrame(video) {
  try {
    return new VideoFrame(video);
  } catch (error) {
    if (/** @type {Error} */ (error).name === 'InvalidStateError') return null;
    throw error;
  }
}

/**
 * The id in the pixels of what was drawn, now.
 * @param {HTMLCanvasElement} canvas that has a whole frame @param {Stamp} stamp
 */
export async function readBack(canvas, stamp) {
  const picture = new VideoFrame(canvas, { timestamp: 0 });
  try {
    return await readFrame(picture, stamp.cell);
  } finally {
    picture.close();
  }
}

/**
 * The frame that drawImage(video) draws, whichever it is. It is drawn at once, and its stamp is read from the canvas.
 * @param {HTMLVideoElement} video @param {CanvasRenderingContext2D} context as large as it @param {Stream} stream
 * @returns {Snapshot}
 */
function takeDrawn(video, context, stream) {
  const { width, height } = context.canvas;
  const stamp = stampOf(stream, { width, height });
  context.drawImage(video, 0, 0, width, height);
  const start = pageTime();
  const stampId = stamp ? readDrawn(context, stamp.cell) : null;
  return { width, height, stamp, rtp: undefined, certain: false, stampId, stampMs: pageTime() - start, size: 0, draw: () => {}, close: () => {} };
}

/** Without what a decoder adds around the picture. @param {VideoFrame} frame */
const sizeOf = ({ visibleRect, codedWidth, codedHeight }) => visibleRect ?? { width: codedWidth, height: codedHeight };

/** Only the strip is copied. @param {VideoFrame} frame @param {number} cell */
async function readFrame(frame, cell) {
  const { width, height } = sizeOf(frame);
  const even = width & ~1;
  const rect = { x: 0, y: stampTop(height), width: even, height: STAMP_ROWS };
  if (rect.y < 0) return null;
  const data = new Uint8Array(frame.allocationSize({ rect }));
  const [{ offset, stride }] = await frame.copyTo(data, { rect });
  return readStrip(frame, { data, offset, stride }, cell);
}

/** @param {VideoFrame} frame @param {{data: Uint8Array, offset: number, stride: number}} strip @param {number} cell */
function readStrip(frame, { data, offset, stride }, cell) {
  const planar = PLANAR.test(frame.format ?? '');
  return readStamp({ data, offset: planar ? offset : offset + 1, stride, step: planar ? 1 : 4, width: sizeOf(frame).width & ~1 }, cell);
}

/** @param {CanvasRenderingContext2D} context with a whole frame drawn into it @param {number} cell */
function readDrawn(context, cell) {
  const { width, height } = context.canvas;
  const { data } = context.getImageData(0, stampTop(height), width, STAMP_ROWS);
  return readStamp({ data, offset: 1, stride: width * 4, step: 4, width }, cell);
}
