// SPDX-License-Identifier: LGPL-2.1-or-later
// Counts frames and results: which were shown with which. Pure.

import { isNewer } from './frame-id.js';

/**
 * @typedef {{shown: number, matched: number, mismatched: number, withoutResult: number, unreadable: number,
 *   disagreeing: number, readBack: number, notReadBack: number}} FrameCounts
 *   `shown`: all frames; `matched`, `withoutResult`: those with and without a result of their own drawn on them; `unreadable`: their stamp
 *   can't be read; `disagreeing`: RTP timestamp and stamp name different frames; `readBack`: the stamp was read again from what was
 *   shown; `notReadBack`: it could not be; `mismatched`: by that reading, another frame was shown than was meant
 * @typedef {{onFrame: number, late: number, unseen: number}} ResultCounts
 *   `onFrame`: results that were drawn on their frame; `late`: it had passed when they came; `unseen`: the browser never showed it
 */

/** More than any delay makes results wait: a hidden page is shown no frames for hours. */
const MOST_WAITING = 2000;
/** After a pause this long ids can't be compared any more. */
const PAUSE_MS = 60_000;

export class Proof {
  /** @type {FrameCounts} */
  frames = { shown: 0, matched: 0, mismatched: 0, withoutResult: 0, unreadable: 0, disagreeing: 0, readBack: 0, notReadBack: 0 };
  /** @type {ResultCounts} */
  results = { onFrame: 0, late: 0, unseen: 0 };
  /** How many results wait for each frame that is still to come, in the order in which they came. @type {Map<number, number>} */
  #waiting = new Map();
  /** @type {number|null} */
  #shown = null;
  /** Before the first frame there is no pause. */
  #shownAt = Infinity;

  /** Forgets what is still to come, but not the counts: in another mode no result waits for its frame. */
  restart() {
    this.#waiting.clear();
    this.#shown = null;
  }

  /** @param {number} frame @param {boolean} [hidden] whether the viewer sees no results: then none is drawn, early or late */
  addResult(frame, hidden = false) {
    if (this.#shown !== null && !isNewer(frame, this.#shown)) this.results.late += hidden ? 0 : 1;
    else this.#waiting.set(frame, (this.#waiting.get(frame) ?? 0) + 1);
    if (this.#waiting.size <= MOST_WAITING) return;
    const [[oldest, count]] = this.#waiting;
    this.results.unseen += count;
    this.#waiting.delete(oldest);
  }

  /**
   * A frame is shown.
   * @param {import('./matching.js').Match & {again: boolean, hidden: boolean}} frame `again`: it was the last one too, and counts
   *   once; `hidden`: the viewer sees no results
   * @param {number} now
   */
  addFrame({ id, drawings, disagree, unreadable, again, hidden }, now) {
    if (now - this.#shownAt > PAUSE_MS) this.restart();
    this.#shownAt = now;
    if (again) return;
    const { frames } = this;
    frames.shown++;
    if (!hidden && drawings.some(({ kind }) => kind === 'measured')) frames.matched++;
    else frames.withoutResult++;
    if (unreadable) frames.unreadable++;
    if (disagree) frames.disagreeing++;
    if (id !== null) this.#pass(id, hidden);
  }

  /**
   * What is shown was read again.
   * @param {number} meant the frame that it should be @param {number|null} actual the one that its pixels name; null: they can't be read
   */
  addReading(meant, actual) {
    if (actual === null) this.frames.notReadBack++;
    else this.frames.readBack++;
    if (actual !== null && meant !== actual) this.frames.mismatched++;
  }

  /** @param {number} id of the frame that is shown @param {boolean} hidden */
  #pass(id, hidden) {
    if (this.#shown !== null && !isNewer(id, this.#shown)) return;
    this.#shown = id;
    for (const [frame, count] of this.#waiting) {
      if (isNewer(frame, id)) continue;
      if (!hidden) this.results[frame === id ? 'onFrame' : 'unseen'] += count;
      this.#waiting.delete(frame);
    }
  }
}
