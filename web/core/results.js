// SPDX-License-Identifier: LGPL-2.1-or-later
import { isNewer, msBetween } from './frame-id.js';
import { LONGEST_GAP_MS, interpolate } from './interpolate.js';

/**
 * @typedef {import('./protocol.js').Result} Result
 * @typedef {'none'|'last'|'interpolated'} Fill what is drawn on a frame that the model skipped
 * @typedef {{kind: 'measured'|'last'|'interpolated', result: Result}} Drawing a result that is to be drawn; `measured`: on its own frame
 */

/** A result older than this is no longer shown. */
export const FRESH_MS = 1000;
/** Results are kept this long for frames that are still to come: a model may take 5 s, and the frame may wait as long again. */
const KEPT_MS = 20_000;
/** After a pause this long ids can't be compared any more: they may have gone half way round. */
const ORDERED_MS = 60_000;

/** The newest of the results, which may come in any order. */
export class LatestResult {
  /** @type {Result|null} */
  #result = null;
  #arrival = -Infinity;

  /** Whether it is newer than all before. @param {Result} result @param {number} now */
  add(result, now) {
    if (this.#result && now - this.#arrival < ORDERED_MS && !isNewer(result.frame, this.#result.frame)) return false;
    this.#result = result;
    this.#arrival = now;
    return true;
  }

  /** The newest, however old. */
  get last() {
    return this.#result;
  }

  /** What to show. @param {number} now @returns {Result|null} */
  fresh(now) {
    return now - this.#arrival < FRESH_MS ? this.#result : null;
  }
}

/** The results of the last while, by model and frame. */
export class ResultStore {
  /** @type {Map<string, {result: Result, arrival: number}[]>} by frame */
  #models = new Map();

  /** False for one that was there already: the server repeats them where packets get lost. @param {Result} result @param {number} now */
  add(result, now) {
    this.forget(now);
    const all = this.#models.get(result.model) ?? [];
    this.#models.set(result.model, all);
    const place = placeOf(all, result.frame);
    if (all[place - 1]?.result.frame === result.frame) return false;
    all.splice(place, 0, { result, arrival: now });
    return true;
  }

  /** Forgets what is too old for any frame that comes: another frame may have its id, after 13 hours. @param {number} now */
  forget(now) {
    for (const [model, all] of this.#models) {
      while (all.length > 0 && now - all[0].arrival > KEPT_MS) all.shift();
      if (all.length === 0) this.#models.delete(model);
    }
  }

  /** What to draw on a frame, by model. @param {number} frame @param {Fill} fill @returns {Drawing[]} */
  drawings(frame, fill) {
    const drawings = [];
    for (const all of this.#models.values()) {
      const place = placeOf(all, frame);
      const drawing = drawingOf(all[place - 1]?.result, all[place]?.result, frame, fill);
      if (drawing) drawings.push(drawing);
    }
    return drawings;
  }
}

/** How many of them are not newer than `frame`. @param {{result: Result}[]} all @param {number} frame */
function placeOf(all, frame) {
  let place = all.length;
  while (place > 0 && isNewer(all[place - 1].result.frame, frame)) place--;
  return place;
}

/**
 * @param {Result|undefined} before @param {Result|undefined} after @param {number} frame @param {Fill} fill
 * @returns {Drawing|null}
 */
function drawingOf(before, after, frame, fill) {
  if (before?.frame === frame) return { kind: 'measured', result: before };
  if (!before || fill === 'none' || msBetween(frame, before.frame) > KEPT_MS) return null;
  if (fill === 'last') return { kind: 'last', result: before };
  if (!after || msBetween(after.frame, before.frame) > LONGEST_GAP_MS) return null;
  if (after.width !== before.width || after.height !== before.height || after.whole !== before.whole) return null;
  return { kind: 'interpolated', result: interpolate(before, after, frame) };
}
