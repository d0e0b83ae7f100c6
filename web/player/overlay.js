// SPDX-License-Identifier: LGPL-2.1-or-later
import { setSize } from './dom.js';
import { drawResults } from './draw-results.js';

/** Results in a canvas of their own over the picture: one of its pixels is one of the screen, whatever size the video has. */
export class Overlay {
  canvas;
  #context;
  /** @type {import('../core/results.js').Drawing[]} */
  #drawings = [];
  /** @type {import('./geometry.js').Layout} */
  #place = { left: 0, top: 0, width: 0, height: 0, videoHeight: 0 };

  /** @param {HTMLCanvasElement} canvas */
  constructor(canvas) {
    this.canvas = canvas;
    this.#context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext('2d'));
  }

  /** What is drawn stays, in its new place. @param {import('./geometry.js').Layout} place of the picture */
  resize(place) {
    this.#place = place;
    this.draw(this.#drawings);
  }

  /** In place of what was drawn before. @param {import('../core/results.js').Drawing[]} drawings */
  draw(drawings) {
    this.#drawings = drawings;
    const { canvas } = this;
    const ratio = window.devicePixelRatio;
    // A canvas without any pixel can't be copied.
    const [width, height] = [this.#place.width, this.#place.height].map((size) => Math.ceil(size * ratio) || 1);
    setSize(canvas, width, height);
    canvas.style.width = `${width / ratio}px`;
    canvas.style.height = `${height / ratio}px`;
    this.#context.clearRect(0, 0, width, height);
    drawResults(this.#context, drawings, this.#place, ratio);
  }
}
