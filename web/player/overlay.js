// SPDX-License-Identifier: LGPL-2.1-or-later
import { setSize } from './dom.js';
import { drawResults } from './draw-results.js';
import { seenHeight } from './geometry.js';

/**
 * @typedef {import('../core/results.js').Drawing} Drawing
 * @typedef {import('../core/protocol.js').Result} Result
 * @typedef {import('./geometry.js').Layout} Layout
 */

/**
 * What a page's own drawing is told of the picture under it.
 * @typedef {object} DrawnFrame
 * @property {number|null} id of the frame; null in the live view, where results are of older ones: each says of which
 * @property {number} width of the picture, in the canvas's units, which are CSS pixels
 * @property {number} height the same
 * @property {(result: Result) => {x: number, y: number}} scale by which a result's pixels become the canvas's
 * @property {() => void} drawBoxes draws what the player would
 */

/**
 * @callback Draw a page's own drawing, in place of the player's. What it changes of the canvas's state is taken back.
 * @param {CanvasRenderingContext2D} context of an empty canvas over the picture
 * @param {DrawnFrame} frame
 * @param {(Result & {kind: Drawing['kind']})[]} results with every field that the model sent; `kind`: measured on this frame, or interpolated,
 *   or the last one
 * @returns {void}
 */

/** Results in a canvas of their own over the picture: one of its pixels is one of the screen, whatever size the video has. */
export class Overlay {
  canvas;
  /** @type {Draw|null} */
  painter = null;
  /** Which of the objects are to stand out. @type {(drawings: Drawing[]) => Set<import('../core/protocol.js').DetectedObject>} */
  emphasized = () => new Set();
  /** Is told that the page's own drawing has thrown an error. */
  failed = () => { this.painter = null; };
  #context;
  #palette;
  /** @type {Drawing[]} */
  #drawings = [];
  /** @type {number|null} */
  #id = null;
  /** Where the picture is. @type {Layout} */
  place = { left: 0, top: 0, width: 0, height: 0, videoHeight: 0 };

  /** @param {HTMLCanvasElement} canvas @param {import('./palette.js').Palette} palette */
  constructor(canvas, palette) {
    this.canvas = canvas;
    this.#palette = palette;
    this.#context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext('2d'));
  }

  /** What is seen. */
  get drawings() {
    return this.canvas.hidden ? [] : this.#drawings;
  }

  /** What nobody sees is not drawn. @param {boolean} hidden */
  set hidden(hidden) {
    if (this.canvas.hidden === hidden) return;
    this.canvas.hidden = hidden;
    this.redraw();
  }

  /** What is drawn stays, in its new place. @param {Layout} place of the picture */
  resize(place) {
    this.place = place;
    this.redraw();
  }

  redraw() {
    this.draw(this.#drawings, this.#id);
  }

  /** In place of what was drawn before. @param {Drawing[]} drawings @param {number|null} [id] of the frame that they are on */
  draw(drawings, id = null) {
    this.#drawings = drawings;
    this.#id = id;
    const { canvas } = this;
    if (canvas.hidden) return;
    const ratio = window.devicePixelRatio;
    // A canvas without any pixel can't be copied.
    const [width, height] = [this.place.width, this.place.height].map((size) => Math.ceil(size * ratio) || 1);
    setSize(canvas, width, height);
    canvas.style.width = `${width / ratio}px`;
    canvas.style.height = `${height / ratio}px`;
    this.#context.clearRect(0, 0, width, height);
    this.paint(this.#context, this.place, ratio);
  }

  /** What is drawn, over the same picture in another canvas. @param {CanvasRenderingContext2D} context @param {Layout} place @param {number} ratio see drawResults() */
  paint(context, place, ratio) {
    const emphasized = this.emphasized(this.#drawings);
    const drawBoxes = () => drawResults(context, this.#drawings, place, ratio, this.#palette.colours, emphasized);
    if (!this.painter) return drawBoxes();
    const { width, height } = place;
    let failure = false;
    context.save();
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    try {
      this.painter(context, {
        id: this.#id, width, height, scale: (result) => ({ x: width / result.width, y: seenHeight(result, place) / result.height }), drawBoxes,
      }, this.#drawings.map(({ kind, result }) => ({ ...result, kind })));
    } catch (error) {
      // the picture goes on, and who wrote the page is told once
      reportError(error);
      failure = true;
    } finally {
      context.restore();
    }
    if (failure) this.failed();
  }
}
