// SPDX-License-Identifier: LGPL-2.1-or-later
// Counts what was drawn on what. Pure.

import { isNewer } from './frame-id.js';

/**
 * @typedef {{shown: number, matched: number, mismatched: number, withoutResult: number, unreadable: number,
 *   disagreeing: number, readBack: number}} FrameCounts frames that were shown; with a result of their own; shown as another frame, by the
 *   stamp that was read again; without a result of their own; whose stamp could not be read; whose RTP timestamp and stamp name different
 *   frames; whose stamp was read again from what was shown, results and all
 * @typedef {{onFrame: number, late: number, unseen: number}} ResultCounts results drawn on their frame; that came when it
 *   had passed; whose frame the browser never showed
 */

/** More than any delay makes results wait: a hidden page is shown no frames for hours. */
const MOST_WAITING = 2000;
/** After a pause this long ids can't be compared any more. */
const PAUSE_MS = 60_000;

export class Proof {
  /** @type {FrameCounts} */
  frames = { shown: 0, matched: 0, mismatched: 0, withoutResult: 0, unreadable: 0, disagreeing: 0, readBack: 0 };
  /** @type {ResultCounts} */
  results = { onFrame: 0, late: 0, unseen: 0 };
  /** Results of frames that are still to come, by frame, in order. @type {Map<number, number>} */
  #waiting = new Map();
  /** @type {number|null} */
  #shown = null;
  /** Before the first frame there is no pause. */
  #shownAt = Infinity;

  /** What came before, in another mode, does not count. */
  restart() {
    this.#waiting.clear();
    this.#shown = null;
  }

  /** @param {number} frame */
  addResult(frame) {
    if (this.#shown !== null && !isNewer(frame, this.#shown)) this.results.late++;
    else this.#waiting.set(frame, (this.#waiting.get(frame) ?? 0) + 1);
    if (this.#waiting.size <= MOST_WAITING) return;
    const [[oldest, count]] = this.#waiting;
    this.results.unseen += count;
    this.#waiting.delete(oldest);
  }

  /**
   * A frame is shown.
   * @param {import('./matching.js').Match & {again: boolean}} frame `again`: it was the last one too, and counts once
   * @param {number} now
   */
  addFrame({ id, drawings, disagree, unreadable, again }, now) {
    if (now - this.#shownAt > PAUSE_MS) this.restart();
    this.#shownAt = now;
    if (again) return;
    const { frames } = this;
    frames.shown++;
    if (drawings.some(({ kind }) => kind === 'measured')) frames.matched++;
    else frames.withoutResult++;
    if (unreadable) frames.unreadable++;
    if (disagree) frames.disagreeing++;
    if (id !== null) this.#pass(id);
  }

  /** What is shown was read again. @param {number} meant the frame that it should be @param {number} actual the one that its pixels name */
  addReading(meant, actual) {
    this.frames.readBack++;
    if (meant !== actual) this.frames.mismatched++;
  }

  /** @param {number} id of the frame that is shown */
  #pass(id) {
    if (this.#shown !== null && !isNewer(id, this.#shown)) return;
    this.#shown = id;
    for (const [frame, count] of this.#waiting) {
      if (isNewer(frame, id)) continue;
      this.results[frame === id ? 'onFrame' : 'unseen'] += count;
      this.#waiting.delete(frame);
    }
  }
}
