// SPDX-License-Identifier: LGPL-2.1-or-later
// Draws how far the overlay was from the truth in the last 20 seconds.

import { PLOT_MS } from '../core/overlay-error.js';

const HEIGHT = 64;
const STEPS = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000];

export class Plot {
  #figure;
  #canvas;
  #context;
  #palette;

  /** @param {HTMLElement} figure with a <canvas> in it @param {import('./palette.js').Palette} palette */
  constructor(figure, palette) {
    this.#palette = palette;
    this.#figure = figure;
    this.#canvas = /** @type {HTMLCanvasElement} */ (figure.querySelector('canvas'));
    this.#context = /** @type {CanvasRenderingContext2D} */ (this.#canvas.getContext('2d'));
  }

  /** @param {{time: number, value: number, mode: string}[]} points without any it is hidden @param {number} now */
  draw(points, now) {
    this.#figure.hidden = points.length === 0;
    const width = this.#canvas.clientWidth;
    if (points.length === 0 || width === 0) return;
    const ratio = window.devicePixelRatio;
    this.#canvas.width = Math.round(width * ratio);
    this.#canvas.height = Math.round(HEIGHT * ratio);
    const context = this.#context;
    const { live, exact, quiet, line } = this.#palette.colours;
    context.scale(ratio, ratio);
    const most = Math.max(...points.map(({ value }) => value));
    const top = STEPS.find((step) => step >= most) ?? most;
    const y = (/** @type {number} */ value) => HEIGHT - 1 - (value / top) * (HEIGHT - 16);
    context.font = '11px system-ui, sans-serif';
    context.fillStyle = quiet;
    context.strokeStyle = line;
    for (const value of [0, top]) {
      context.beginPath();
      context.moveTo(0, y(value));
      context.lineTo(width, y(value));
      context.stroke();
    }
    context.fillText(`${top} px`, 2, y(top) - 3);
    for (const { time, value, mode } of points) {
      context.fillStyle = mode === 'exact' ? exact : live;
      context.fillRect(width * (1 - (now - time) / PLOT_MS) - 1.5, y(value) - 1.5, 3, 3);
    }
  }
}
