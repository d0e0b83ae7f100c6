// SPDX-License-Identifier: LGPL-2.1-or-later
import { stampOf } from '../core/stream-picture.js';
import { setSize } from './dom.js';
import { wholeHeight } from './geometry.js';
import { Overlay } from './overlay.js';
import { copyOf, framesKnowTheirTime, readBack, snapshotOf, takeCopy, takeSnapshot } from './snapshot.js';

/** @typedef {{size: number, time: number, show: () => void, close: () => void}} Shown `time`: of the page, in ms */

/**
 * One frame in a canvas, and the results of that frame in another one over it. Both are drawn in one task, so the browser shows both
 * at once. The lower one holds the whole picture, as the video does: the rows of a stamp hang over the player's edge.
 */
export class ComposedPicture {
  canvas;
  /** Over the picture. */
  overlay;
  /** Keeps what was shown, where somebody may want to see it again. @type {import('./history.js').History<Shown>|null} */
  history = null;
  #context;
  /** How many rows of the canvas are stamp. */
  #rows = 0;

  /** @param {HTMLCanvasElement} canvas @param {HTMLCanvasElement} results the one over it @param {import('./palette.js').Palette} palette */
  constructor(canvas, results, palette) {
    this.canvas = canvas;
    // A canvas from which a stamp is read at every frame must not be in the GPU: that is slow.
    const options = { alpha: false, willReadFrequently: !framesKnowTheirTime };
    this.#context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext('2d', options));
    this.overlay = new Overlay(results, palette);
  }

  /** @param {import('./geometry.js').Layout} place */
  resize(place) {
    this.overlay.resize(place);
  }

  /** The video's present frame. @param {HTMLVideoElement} video @param {import('../core/protocol.js').Stream} stream */
  take(video, stream) {
    // Here the frame is drawn at once. Elsewhere it is drawn later, and the canvas keeps its picture until then.
    if (!framesKnowTheirTime) {
      const size = { width: video.videoWidth, height: video.videoHeight };
      this.fit({ ...size, stamp: stampOf(stream, size) });
    }
    return takeSnapshot(video, this.#context, stream);
  }

  /** The same, to be kept. @param {HTMLVideoElement} video @param {import('../core/protocol.js').Stream} stream */
  takeCopy(video, stream) {
    return takeCopy(video, this.#context, stream);
  }

  /** @param {VideoFrame} frame that came by WebSocket @param {number} id @param {import('../core/protocol.js').Stream} stream */
  takeFrame(frame, id, stream) {
    return snapshotOf(frame, { rtp: id, certain: true }, this.#context, stream);
  }

  /** The same, to be kept. @param {VideoFrame} frame @param {number} id @param {import('../core/protocol.js').Stream} stream */
  takeFrameCopy(frame, id, stream) {
    return copyOf(frame, { rtp: id, certain: true }, this.#context, stream);
  }

  /** A frame without its results. @param {VideoFrame} frame @param {import('../core/protocol.js').Stream|null} stream */
  draw(frame, stream) {
    const size = { width: frame.displayWidth, height: frame.displayHeight };
    this.fit({ ...size, stamp: stream && stampOf(stream, size) });
    this.#context.drawImage(frame, 0, 0, size.width, size.height);
  }

  /** The id in the pixels of what is shown. @param {import('../core/protocol.js').Stamp} stamp */
  readBack(stamp) {
    return readBack(this.canvas, stamp);
  }

  /** @param {import('../core/results.js').Drawing[]} drawings of the frame @param {number|null} id of it */
  drawResults(drawings, id) {
    this.overlay.draw(drawings, id);
  }

  /**
   * Gives the canvas the size of a frame, which clears it when that is another one.
   * @param {Pick<import('./snapshot.js').Snapshot, 'width'|'height'|'stamp'>} frame
   */
  fit({ width, height, stamp }) {
    this.#rows = stamp?.rows ?? 0;
    setSize(this.canvas, width, height);
    this.canvas.style.height = wholeHeight(height, this.#rows);
  }

  /** What is seen, in another canvas. @param {HTMLCanvasElement} copy */
  copyTo(copy) {
    const { width, height, style } = this.canvas;
    const { canvas } = this.overlay;
    Object.assign(copy, { width, height }).style.height = style.height;
    const context = /** @type {CanvasRenderingContext2D} */ (copy.getContext('2d'));
    context.drawImage(this.canvas, 0, 0);
    if (!canvas.hidden) context.drawImage(canvas, 0, 0, width, height - this.#rows);
  }
}
