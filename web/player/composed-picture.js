// SPDX-License-Identifier: LGPL-2.1-or-later
import { drawResults } from './draw-results.js';
import { framesKnowTheirTime, readBack, takeSnapshot } from './snapshot.js';

/** Pixels. A larger picture is drawn at its own size, not at twice that: it would cost more than it shows. */
const LARGEST = 1_100_000;

/**
 * Draws one frame and the results of that frame into one canvas. The canvas holds the whole picture, as the video does:
 * the rows of a stamp hang over the player's edge.
 */
export class ComposedPicture {
  canvas;
  #context;
  /** @type {import('./geometry.js').Layout} */
  #place = { left: 0, top: 0, width: 0, height: 0, videoHeight: 0 };

  /** @param {HTMLCanvasElement} canvas */
  constructor(canvas) {
    this.canvas = canvas;
    // A canvas from which a stamp is read at every frame must not be in the GPU: that is slow.
    const options = { alpha: false, willReadFrequently: !framesKnowTheirTime };
    this.#context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext('2d', options));
  }

  /** @param {import('./geometry.js').Layout} place */
  resize(place) {
    this.#place = place;
  }

  /** The video's present frame. @param {HTMLVideoElement} video @param {import('../core/protocol.js').Stamp|null} stamp */
  take(video, stamp) {
    // Here the frame is drawn at once. Elsewhere it is drawn later, and the canvas keeps its picture until then.
    if (!framesKnowTheirTime) this.fit(video);
    return takeSnapshot(video, this.#context, stamp);
  }

  /** The id in the pixels of what is shown. @param {HTMLVideoElement} video @param {import('../core/protocol.js').Stamp} stamp */
  readBack({ videoWidth }, stamp) {
    return readBack(this.canvas, this.canvas.width / videoWidth, stamp);
  }

  /** @param {import('../core/results.js').Drawing[]} drawings over the frame */
  drawResults(drawings) {
    if (drawings.length === 0 || this.#place.width === 0) return;
    drawResults(this.#context, drawings, this.#place, this.canvas.width / this.#place.width);
  }

  /** Gives the canvas the size for a frame, which clears it when that is another one. @param {HTMLVideoElement} video */
  fit({ videoWidth, videoHeight }) {
    const wanted = Math.round(this.#place.width * window.devicePixelRatio / videoWidth);
    const scale = wanted >= 2 && videoWidth * videoHeight * 4 <= LARGEST ? 2 : 1;
    const { canvas } = this;
    if (canvas.width !== videoWidth * scale) canvas.width = videoWidth * scale;
    if (canvas.height !== videoHeight * scale) canvas.height = videoHeight * scale;
  }
}
