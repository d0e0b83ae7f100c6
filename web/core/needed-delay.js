// SPDX-License-Identifier: LGPL-2.1-or-later
// By how much the video must run later so that each result is there before its frame. No clock of the server is needed:
// only the two ways from it, of frames and of results, are compared. No I/O.

import { MediaTime } from './frame-id.js';
import { MOST_MODELS } from './models.js';
import { RecentSamples } from './samples.js';

/** The slowest result of this long counts: up at once, down only after it. */
const WINDOW_MS = 20_000;
const FRAMES_MS = 2000;
/**
 * Above what was seen: a frame takes some 20 ms from the worker to the screen, and is handed on before the next one only if
 * its result is known by then; and more where the model's times differ.
 */
const MARGIN_MS = 30;
const SPREAD = 0.25;
/** A page that has just been opened is busy with itself: what it sees late then tells nothing. */
const FIRST_MS = 1000;

export class NeededDelay {
  #media = new MediaTime();
  /** Arrival on the screen − media time, as it would be without a delay. */
  #frames = new RecentSamples(FRAMES_MS);
  #results = new RecentSamples(WINDOW_MS);
  /** Media time of each model's newest result. @type {Map<string, number>} */
  #newest = new Map();
  /** Whose first frame was shown then. */
  #started = Infinity;

  /** A frame is shown. @param {number} id @param {number} now @param {number} applied the delay in it, in ms */
  addFrame(id, now, applied) {
    this.#started = Math.min(this.#started, now);
    if (now - this.#started <= FIRST_MS) return;
    this.#frames.add(now, now - this.#media.of(id) - applied);
  }

  /**
   * @param {import('./protocol.js').Result} result @param {number} now
   * @param {boolean} fills whether frames back to the result before it wait for it too
   */
  addResult({ frame, model }, now, fills) {
    const media = this.#media.of(frame);
    const before = this.#newest.get(model) ?? media;
    this.#newest.delete(model);
    this.#newest.set(model, Math.max(before, media));
    if (this.#newest.size > MOST_MODELS) this.#newest.delete([...this.#newest.keys()][0]);
    const since = fills ? Math.min(before, media) : media;
    if (!(now - this.#started > FIRST_MS)) return;
    this.#results.add(now, now - since);
  }

  clear() {
    this.#results.clear();
    this.#newest.clear();
  }

  /** How much later than its undelayed frame the slowest result came; null while that is not known. @param {number} now */
  lag(now) {
    const frame = this.#frames.median(now);
    const result = this.#results.max(now);
    return frame === null || result === null ? null : result - frame;
  }

  /** @param {number} now @param {number} hold at most this many ms @param {number} last the delay as it is, while the lag is not known */
  target(now, hold, last) {
    const lag = this.lag(now);
    if (lag === null) return Math.min(hold, last);
    const spread = (this.#results.max(now) ?? 0) - (this.#results.median(now) ?? 0);
    return Math.min(hold, Math.max(0, lag + MARGIN_MS + SPREAD * spread));
  }
}
