// SPDX-License-Identifier: LGPL-2.1-or-later
import { Overlay } from './overlay.js';
import { framesKnowTheirTime, readBack, takeSnapshot } from './snapshot.js';

/**
 * One frame in a canvas, and the results of that frame in another one over it. Both are drawn in one task, so the browser shows both
 * at once. The lower one holds the whole picture, as the video does: the rows of a stamp hang over the player's edge.
 */
export class ComposedPicture {
  canvas;
  #context;
  #overlay;

  /** @param {HTMLCanvasElement} canvas @param {HTMLCanvasElement} results the one over it */
  constructor(canvas, results) {
    this.canvas = canvas;
    // A canvas from which a stamp is read at every frame must not be in the GPU: that is slow.
    const options = { alpha: false, willReadFrequently: !framesKnowTheirTime };
    this.#context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext('2d', options));
    this.#overlay = new Overlay(results);
  }

  /** @param {import('./geometry.js').Layout} place */
  resize(place) {
    this.#overlay.resize(place);
  }

  /** The video's present frame. @param {HTMLVideoElement} video @param {import('../core/protocol.js').Stamp|null} stamp */
  take(video, stamp) {
    // Here the frame is drawn at once. Elsewhere it is drawn later, and the canvas keeps its picture until then.
    if (!framesKnowTheirTime) this.fit(video);
    return takeSnapshot(video, this.#context, stamp);
  }

  /** The id in the pixels of what is shown. @param {import('../core/protocol.js').Stamp} stamp */
  readBack(stamp) {
    return readBack(this.canvas, stamp);
  }

  /** @param {import('../core/results.js').Drawing[]} drawings of the frame */
  drawResults(drawings) {
    this.#overlay.draw(drawings);
  }

  /** Gives the canvas the size of a frame, which clears it when that is another one. @param {HTMLVideoElement} video */
  fit({ videoWidth, videoHeight }) {
    const { canvas } = this;
    if (canvas.width !== videoWidth) canvas.width = videoWidth;
    if (canvas.height !== videoHeight) canvas.height = videoHeight;
  }

  /** What is seen, in another canvas. @param {CanvasRenderingContext2D} context of that one @param {number} stampRows of the frame */
  copyTo(context, stampRows) {
    const { width, height } = context.canvas;
    const { canvas } = this.#overlay;
    context.drawImage(this.canvas, 0, 0, width, height);
    if (!canvas.hidden) context.drawImage(canvas, 0, 0, width, height - stampRows);
  }
}
