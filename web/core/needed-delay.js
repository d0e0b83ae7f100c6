// SPDX-License-Identifier: LGPL-2.1-or-later
// By how much the video must be delayed so that each result is there before its frame. Frames and results are compared with each
// other, so no clock of the server is needed. No I/O.

import { MediaTime } from './frame-id.js';
import { LONGEST_GAP_MS } from './interpolate.js';
import { keep } from './keep.js';
import { MOST_MODELS } from './models.js';
import { RecentSamples, between } from './samples.js';

/** The slowest result of this long a time counts: the delay grows at once, and shrinks only after it. */
const WINDOW_MS = 20_000;
const FRAMES_MS = 2000;
/** Added to what was seen: a result must be there when its frame leaves the worker, some 20 ms before that is on the screen. */
const MARGIN_MS = 30;
/** Where the model's times differ, this part of their difference is added too. */
const SPREAD = 0.25;
/** A page that has just been opened is busy. What comes late then tells nothing. */
const FIRST_MS = 1000;

export class NeededDelay {
  #media = new MediaTime();
  /** When frames would be shown without a delay, less their media time. */
  #frames = new RecentSamples(FRAMES_MS);
  /** Media time of a shown frame less that of the next one. */
  #steps = new RecentSamples(FRAMES_MS);
  /** Media time of the frame that was shown last. */
  #shown = Infinity;
  /** When results came, less the media time of the first frame that waits for them. */
  #results = new RecentSamples(WINDOW_MS);
  /** Media time of each model's newest result. @type {Map<string, number>} */
  #newest = new Map();
  /** When the first frame was shown. */
  #started = Infinity;

  /** A frame is shown. @param {number} id @param {number} now @param {number} applied by how much it was delayed, in ms */
  addFrame(id, now, applied) {
    this.#started = Math.min(this.#started, now);
    const media = this.#media.of(id);
    if (media > this.#shown) this.#steps.add(now, this.#shown - media);
    this.#shown = media;
    if (now - this.#started > FIRST_MS) this.#frames.add(now, now - media - applied);
  }

  /**
   * @param {import('./protocol.js').Result} result @param {number} now
   * @param {boolean} fills whether the frames since the result before it wait for it too, to be filled
   */
  addResult({ frame, model }, now, fills) {
    const media = this.#media.of(frame);
    const before = this.#newest.get(model) ?? media;
    if (fills) keep(this.#newest, model, Math.max(before, media), MOST_MODELS);
    else this.#newest.delete(model);
    // The first frame that waits is the one behind that of the result before.
    const first = before - (this.#steps.max(now) ?? 0);
    const since = fills && media - before <= LONGEST_GAP_MS ? Math.min(first, media) : media;
    if (now - this.#started > FIRST_MS) this.#results.add(now, now - since);
  }

  clear() {
    this.#results.clear();
    this.#newest.clear();
  }

  /** How much later than its frame the slowest result came, had the video no delay, in ms; null while that is not known. @param {number} now */
  lag(now) {
    return between(this.#frames.median(now), this.#results.max(now));
  }

  /** The delay, in ms. @param {number} now @param {number} most in ms @param {number} last what it was: it stays so while the lag is not known */
  target(now, most, last) {
    const lag = this.lag(now);
    if (lag === null) return Math.min(most, last);
    const spread = between(this.#results.median(now), this.#results.max(now)) ?? 0;
    return Math.min(most, Math.max(0, lag + MARGIN_MS + SPREAD * spread));
  }
}
