// SPDX-License-Identifier: LGPL-2.1-or-later
// How far what is drawn is from where the object really was in the frame below it. Pure.

import { keep } from './keep.js';
import { RecentSamples } from './samples.js';

/**
 * @typedef {import('./protocol.js').Result} Result
 * @typedef {import('./protocol.js').DetectedObject} DetectedObject
 * @typedef {{x: number, y: number}} Point
 */

export const PLOT_MS = 20_000;
const WINDOW_MS = 2000;
/** So many frames wait for their truth, and so many truths for their frame. */
const REMEMBERED = 1000;

/** The truth is the objects labelled "truth" that a source may give (ballsrc ground-truth=true). Errors are in its pixels. */
export class OverlayError {
  /** @type {{time: number, value: number, mode: string}[]} */
  #points = [];
  #recent = new RecentSamples(WINDOW_MS);
  /** @type {Map<number, Point>} */
  #truths = new Map();
  /** @type {Map<number, {drawn: Point[], mode: string}>} */
  #shown = new Map();

  /** @param {Result} result @param {number} now */
  addResult(result, now) {
    const truth = result.objects.find((object) => object.label === 'truth');
    if (!truth) return;
    keep(this.#truths, result.frame, centreOf(truth), REMEMBERED);
    this.#compare(result.frame, now);
  }

  /** @param {number} frame that is shown @param {Result[]} results drawn over it @param {string} mode @param {number} now */
  addFrame(frame, results, mode, now) {
    const drawn = results.flatMap(({ objects }) => objects.filter(({ label }) => label !== 'truth').map(centreOf));
    if (drawn.length === 0) return;
    keep(this.#shown, frame, { drawn, mode }, REMEMBERED);
    this.#compare(frame, now);
  }

  /** The errors of the last while; `mode`: the view in which they were seen. @param {number} now */
  points(now) {
    while (now - this.#points[0]?.time > PLOT_MS) this.#points.shift();
    return this.#points;
  }

  /** Median of the last two seconds, in pixels. @param {number} now */
  median(now) {
    return this.#recent.median(now);
  }

  /** @param {number} frame @param {number} now */
  #compare(frame, now) {
    const truth = this.#truths.get(frame);
    const shown = this.#shown.get(frame);
    if (!truth || !shown) return;
    this.#shown.delete(frame);
    const value = Math.min(...shown.drawn.map(({ x, y }) => Math.hypot(x - truth.x, y - truth.y)));
    this.#recent.add(now, value);
    this.#points.push({ time: now, value, mode: shown.mode });
  }
}

/** @param {DetectedObject} object @returns {Point} */
function centreOf(object) {
  const { 'center-x': x, 'center-y': y } = object;
  if (typeof x === 'number' && typeof y === 'number') return { x, y };
  return { x: object.x + object.w / 2, y: object.y + object.h / 2 };
}
