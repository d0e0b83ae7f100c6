// SPDX-License-Identifier: LGPL-2.1-or-later
import { drawResults } from './draw-results.js';

/** The live view: draws the newest results in a canvas over the video. They are of older frames than the one below. */
export class LiveOverlay {
  /** Is told of each result when it is drawn for the first time. @type {(result: import('../core/protocol.js').Result) => void} */
  drawn = () => {};
  /** @type {WeakSet<import('../core/protocol.js').Result>} */
  #seen = new WeakSet();
  #canvas;
  #context;
  /** The newest of each model. @type {import('../core/protocol.js').Result[]} */
  #results = [];
  /** @type {import('./geometry.js').Layout} */
  #place = { left: 0, top: 0, width: 0, height: 0, videoHeight: 0 };
  #frame = 0;

  /** @param {HTMLCanvasElement} canvas */
  constructor(canvas) {
    this.#canvas = canvas;
    this.#context = canvas.getContext('2d');
  }

  /** What is shown. */
  get results() {
    return this.#results;
  }

  /** @param {import('./geometry.js').Layout} layout */
  resize(layout) {
    this.#place = layout;
    this.#redraw();
  }

  /** @param {import('../core/protocol.js').Result[]} results */
  show(results) {
    if (results.length === this.#results.length && results.every((result, i) => result === this.#results[i])) return;
    this.#results = results;
    this.#redraw();
  }

  close() {
    cancelAnimationFrame(this.#frame);
    this.#frame = 0;
  }

  #redraw() {
    this.#frame ||= requestAnimationFrame(() => this.#draw());
  }

  #draw() {
    this.#frame = 0;
    const context = this.#context;
    if (!context) return;
    const ratio = window.devicePixelRatio;
    this.#fit(Math.ceil(this.#place.width * ratio), Math.ceil(this.#place.height * ratio), ratio);
    context.clearRect(0, 0, this.#canvas.width, this.#canvas.height);
    drawResults(context, this.#results.map((result) => ({ kind: 'measured', result })), this.#place, ratio);
    if (this.#canvas.hidden) return;
    for (const result of this.#results.filter((one) => !this.#seen.has(one))) {
      this.#seen.add(result);
      this.drawn(result);
    }
  }

  /**
   * One pixel of the canvas is one of the screen.
   * @param {number} width @param {number} height @param {number} ratio
   */
  #fit(width, height, ratio) {
    const { style } = this.#canvas;
    if (this.#canvas.width !== width) this.#canvas.width = width;
    if (this.#canvas.height !== height) this.#canvas.height = height;
    style.width = `${width / ratio}px`;
    style.height = `${height / ratio}px`;
  }
}
