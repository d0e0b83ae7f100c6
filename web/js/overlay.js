// SPDX-License-Identifier: LGPL-2.1-or-later
import { captionOf, colourOf, shapeOf } from './geometry.js';

/** Draws a result in a canvas that covers the picture. */
export class Overlay {
  #canvas;
  #context;
  /** @type {import('./protocol.js').Result|null} */
  #result = null;
  #width = 0;
  #height = 0;
  #videoHeight = 0;
  #frame = 0;

  /** @param {HTMLCanvasElement} canvas */
  constructor(canvas) {
    this.#canvas = canvas;
    this.#context = canvas.getContext('2d');
  }

  /** @param {import('./geometry.js').Layout} layout */
  resize({ width, height, videoHeight }) {
    this.#width = width;
    this.#height = height;
    this.#videoHeight = videoHeight;
    this.#redraw();
  }

  /** @param {import('./protocol.js').Result|null} result null: nothing */
  show(result) {
    if (result === this.#result) return;
    this.#result = result;
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
    this.#fit(Math.ceil(this.#width * ratio), Math.ceil(this.#height * ratio), ratio);
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.clearRect(0, 0, this.#canvas.width, this.#canvas.height);
    const result = this.#result;
    if (!result) return;
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    for (const object of result.objects) {
      if (object.label !== 'truth') this.#drawObject(context, object, result);
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

  /**
   * @param {CanvasRenderingContext2D} context
   * @param {import('./protocol.js').DetectedObject} object
   * @param {import('./protocol.js').Result} result
   */
  #drawObject(context, object, result) {
    const shape = shapeOf(object, result, { width: this.#width, height: this.#videoHeight });
    const colour = colourOf(object.label);
    context.beginPath();
    if (shape.kind === 'box') context.rect(shape.x, shape.y, shape.w, shape.h);
    else context.ellipse(shape.x, shape.y, Math.abs(shape.rx), Math.abs(shape.ry), 0, 0, 2 * Math.PI);
    // A dark edge keeps it visible on a picture of its own colour; a small picture is not hidden under it.
    const line = Math.min(2.5, Math.max(1.5, this.#width / 400));
    context.lineWidth = line + 1.5;
    context.strokeStyle = 'rgb(0 0 0 / 55%)';
    context.stroke();
    context.lineWidth = line;
    context.strokeStyle = colour;
    context.stroke();
    const left = shape.kind === 'circle' ? shape.x - shape.rx : shape.x;
    const top = shape.kind === 'circle' ? shape.y - shape.ry : shape.y;
    const bottom = shape.kind === 'circle' ? shape.y + shape.ry : shape.y + shape.h;
    this.#drawCaption(context, captionOf(object), colour, left, top, bottom);
  }

  /**
   * Above its object, below it where there is no room, always inside the picture.
   * @param {CanvasRenderingContext2D} context @param {string} text @param {string} colour
   * @param {number} left @param {number} top @param {number} bottom
   */
  #drawCaption(context, text, colour, left, top, bottom) {
    context.font = '600 12px system-ui, sans-serif';
    context.textBaseline = 'middle';
    const width = context.measureText(text).width + 10;
    const height = 18;
    const y = top - height - 4 >= 0 ? top - height - 4 : Math.min(bottom + 4, this.#height - height);
    const x = Math.max(0, Math.min(left, this.#width - width));
    context.fillStyle = colour;
    context.beginPath();
    context.roundRect(x, y, width, height, 4);
    context.fill();
    context.fillStyle = '#0b0e13';
    context.fillText(text, x + 5, y + height / 2 + 0.5);
  }
}
