// SPDX-License-Identifier: LGPL-2.1-or-later
import { Overlay } from './overlay.js';

/** The live view: draws the newest results over the video. They are of older frames than the one below. */
export class LiveOverlay {
  /** Is told of each result when it is drawn for the first time. @type {(result: import('../core/protocol.js').Result) => void} */
  drawn = () => {};
  overlay;
  /** @type {WeakSet<import('../core/protocol.js').Result>} */
  #seen = new WeakSet();
  /** The newest of each model. @type {import('../core/protocol.js').Result[]} */
  #results = [];
  #frame = 0;

  /** @param {HTMLCanvasElement} canvas @param {import('./palette.js').Palette} palette */
  constructor(canvas, palette) {
    this.overlay = new Overlay(canvas, palette);
  }

  /** What is shown. */
  get results() {
    return this.overlay.canvas.hidden ? [] : this.#results;
  }

  /** @param {import('./geometry.js').Layout} layout */
  resize(layout) {
    this.overlay.resize(layout);
  }

  /** @param {import('../core/protocol.js').Result[]} results */
  show(results) {
    if (results.length === this.#results.length && results.every((result, i) => result === this.#results[i])) return;
    this.#results = results;
    this.#frame ||= requestAnimationFrame(() => this.#draw());
  }

  close() {
    cancelAnimationFrame(this.#frame);
    this.#frame = 0;
    this.#results = [];
    this.overlay.draw([]);
  }

  #draw() {
    this.#frame = 0;
    this.overlay.draw(this.#results.map((result) => ({ kind: 'measured', result })));
    for (const result of this.results.filter((one) => !this.#seen.has(one))) {
      this.#seen.add(result);
      this.drawn(result);
    }
  }
}
