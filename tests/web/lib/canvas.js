// SPDX-License-Identifier: LGPL-2.1-or-later
// A canvas that remembers what was painted, and how.
import { FakeElement } from './dom.js';

/**
 * @typedef {{what: 'stroke'|'fill'|'text'|'image'|'rect', alpha: number, dash: number[], transform: number[], [field: string]: any}} Painted
 */

export class FakeContext {
  /** Since the canvas was cleared. @type {Painted[]} */
  painted = [];
  globalAlpha = 1;
  transform = [1, 0, 0, 1, 0, 0];
  /** @type {number[]} */
  #dash = [];
  /** @type {unknown[][]} */
  #path = [];
  /** @type {object[]} */
  #saved = [];

  /** @param {FakeCanvas} canvas */
  constructor(canvas) {
    this.canvas = canvas;
    for (const step of ['moveTo', 'lineTo', 'rect', 'arc', 'ellipse', 'roundRect', 'closePath']) {
      Object.assign(this, { [step]: (/** @type {unknown[]} */ ...values) => this.#path.push([step, ...values]) });
    }
  }

  /** @param {number[]} transform */
  setTransform(...transform) {
    this.transform = transform;
  }

  /** @param {number} x @param {number} y */
  scale(x, y) {
    const [a, , , d, e, f] = this.transform;
    this.transform = [a * x, 0, 0, d * y, e, f];
  }

  /** @param {number[]} dash */
  setLineDash(dash) {
    this.#dash = dash;
  }

  save() {
    const { globalAlpha, transform } = this;
    this.#saved.push({ globalAlpha, transform, dash: this.#dash });
  }

  restore() {
    const { dash, ...rest } = /** @type {{dash: number[]}} */ (this.#saved.pop());
    this.#dash = dash;
    Object.assign(this, rest);
  }

  beginPath() {
    this.#path = [];
  }

  stroke() {
    const { strokeStyle: style, lineWidth: line } = /** @type {any} */ (this);
    this.#paint('stroke', { path: this.#path, style, line });
  }

  fill() {
    this.#paint('fill', { path: this.#path, style: /** @type {any} */ (this).fillStyle });
  }

  /** @param {string} text @param {number} x @param {number} y */
  fillText(text, x, y) {
    this.#paint('text', { text, x, y, style: /** @type {any} */ (this).fillStyle });
  }

  /** @param {number[]} box */
  fillRect(...box) {
    this.#paint('rect', { box, style: /** @type {any} */ (this).fillStyle });
  }

  /** @param {any} source @param {number[]} place */
  drawImage(source, ...place) {
    this.canvas.picture = source.picture ?? this.canvas.picture;
    this.#paint('image', { picture: source.picture, place });
  }

  clearRect() {
    this.painted = [];
  }

  /** Each character is 7 wide. @param {string} text */
  measureText(text) {
    return { width: 7 * text.length };
  }

  /** RGBA. @param {number} left @param {number} top @param {number} width @param {number} height */
  getImageData(left, top, width, height) {
    const { picture } = this.canvas;
    const scale = this.canvas.width / picture.width;
    const data = new Uint8ClampedArray(width * height * 4);
    for (let i = 0; i < width * height; i++) {
      data[i * 4 + 1] = picture.at(Math.floor((left + i % width) / scale), Math.floor((top + Math.floor(i / width)) / scale));
    }
    return { data };
  }

  /** The captions, in order. */
  get captions() {
    return this.painted.filter(({ what }) => what === 'text').map(({ text }) => text);
  }

  /** @param {Painted['what']} what @param {object} fields */
  #paint(what, fields) {
    this.painted.push({ what, alpha: this.globalAlpha, dash: this.#dash, transform: this.transform, ...fields });
  }
}

export class FakeCanvas extends FakeElement {
  context = new FakeContext(this);
  /** @type {object} */
  options = {};
  clientWidth = 0;
  /** What was drawn into it last. @type {any} */
  picture = null;
  #width = 300;
  #height = 150;

  constructor() {
    super('canvas');
  }

  get width() {
    return this.#width;
  }

  set width(width) {
    this.#width = width;
    this.#clear();
  }

  get height() {
    return this.#height;
  }

  set height(height) {
    this.#height = height;
    this.#clear();
  }

  /** @param {string} _ @param {object} [options] */
  getContext(_, options = {}) {
    this.options = options;
    return this.context;
  }

  /** As any canvas does that is given a size, be it its own. */
  #clear() {
    this.picture = null;
    this.context.painted = [];
    this.context.transform = [1, 0, 0, 1, 0, 0];
  }
}
