// SPDX-License-Identifier: LGPL-2.1-or-later
import { isNewer } from './frame-id.js';

/** @typedef {import('./protocol.js').Result} Result */

/** A result older than this is no longer shown. */
export const FRESH_MS = 1000;
/** After a pause this long ids can't be compared any more: they may have gone half around. */
const ORDERED_MS = 60_000;

/** The newest result; they come in any order. */
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
