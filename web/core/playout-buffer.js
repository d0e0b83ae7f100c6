// SPDX-License-Identifier: LGPL-2.1-or-later
// When a frame that has arrived is handed on to the decoder, so that the video runs later and yet smoothly. No I/O.

import { MediaTime } from './frame-id.js';

/** The quickest frame of this long says when media time 0 would have arrived. */
const WINDOW_MS = 10_000;
/** How much slower the video runs at most while the delay grows, and how much faster while it shrinks. */
const SLOWEST = 0.5;
const FASTEST = 0.1;
/** What is left of a step is made up in about this time. */
const STEP_MS = 500;
const LEAST = 0.1;
/** A frame may wait this long for the one before it to be seen: a page that was busy has caught up by then. */
const SLACK_MS = 400;
/** No network is that late: the sender's timestamps have started again. */
const JUMP_MS = 20_000;
const REMEMBERED = 1000;

/**
 * @template T
 * @typedef {{frame: T, rtp: number, media: number}} Held `media`: the time that it counts as, in ms from any zero
 */

/**
 * Holds frames until their time has come. `now` is any monotonic time in ms.
 * @template T
 */
export class PlayoutBuffer {
  /** @type {Held<T>[]} as they came */
  #frames = [];
  /** Candidates for the quickest transit, each slower than those before it. @type {{at: number, transit: number}[]} */
  #transits = [];
  #mediaTime = new MediaTime();
  /** Time at which media time 0 is due, on its way to where it should be. @type {number|null} */
  #start = null;
  #moved = 0;
  /** @type {number|null} */
  #delay = null;
  /** RTP timestamps of frames that must not be missed. @type {Set<number>} */
  #wanted = new Set();
  /** The one of them that was handed on last and has not been seen yet. @type {number|null} */
  #awaited = null;
  /** The one that was handed on last, if it has not been seen. @type {number|null} */
  #newest = null;

  /** Handed on at once with null, otherwise this many ms after the quickest frame. @param {number|null} delay */
  set delay(delay) {
    if (delay === null) this.#start = this.#awaited = null;
    this.#delay = delay;
  }

  /** By how much the video is delayed just now. */
  get applied() {
    const quickest = this.#transits[0];
    return this.#delay === null || this.#start === null || !quickest ? 0 : Math.max(0, this.#start - quickest.transit);
  }

  /** @param {T} frame @param {number} rtp its RTP timestamp @param {number} now */
  add(frame, rtp, now) {
    const media = this.#mediaTime.of(rtp);
    const known = this.#transits[0];
    if (known && Math.abs(now - media - known.transit) > JUMP_MS) {
      this.#transits = [];
      this.#start = null;
      // The old ones are of a time that is over: on with them, before the new ones.
      for (const held of this.#frames) held.media = -Infinity;
    }
    this.#addTransit(now - media, now);
    // One that comes late, after a loss, can only be handed on behind those that came before it: a transform may not change
    // the order (W3C webrtc-encoded-transform, writeEncodedData), and the decoder waits for it. So they must not wait longer.
    for (let i = this.#frames.length - 1; i >= 0 && this.#frames[i].media > media; i--) this.#frames[i].media = media;
    this.#frames.push({ frame, rtp, media });
  }

  /** A frame that the viewer must be given time to see. @param {number} rtp */
  want(rtp) {
    this.#wanted.add(rtp);
    if (rtp === this.#newest && this.#delay !== null) this.#awaited = rtp;
    if (this.#wanted.size <= REMEMBERED) return;
    const [oldest] = this.#wanted;
    this.#wanted.delete(oldest);
  }

  /** @param {number} rtp */
  seen(rtp) {
    if (rtp === this.#awaited) this.#awaited = null;
    if (rtp === this.#newest) this.#newest = null;
  }

  /** The frames whose time has come. @param {number} now @returns {T[]} */
  take(now) {
    this.#move(now);
    const due = [];
    for (let next = this.#frames[0]; next && this.#dueAt(next) <= now; next = this.#frames[0]) {
      this.#frames.shift();
      due.push(next.frame);
      this.#newest = next.rtp;
      if (this.#delay !== null) this.#awaited = this.#wanted.has(next.rtp) ? next.rtp : null;
    }
    return due;
  }

  /** Time until the next frame is due; null without one. @param {number} now */
  wait(now) {
    const next = this.#frames[0];
    return next ? Math.max(0, this.#dueAt(next) - now) : null;
  }

  /** @param {Held<T>} held */
  #dueAt({ media }) {
    if (this.#start === null) return -Infinity;
    return media + this.#start + (this.#awaited === null ? 0 : SLACK_MS);
  }

  /** @param {number} now */
  #move(now) {
    const quickest = this.#transits[0];
    if (this.#delay === null || !quickest) return;
    const elapsed = this.#start === null ? 0 : Math.max(0, now - this.#moved);
    this.#start ??= quickest.transit;
    this.#moved = now;
    const missing = quickest.transit + this.#delay - this.#start;
    const speed = Math.min(missing > 0 ? SLOWEST : FASTEST, Math.max(LEAST, Math.abs(missing) / STEP_MS));
    this.#start += Math.sign(missing) * Math.min(Math.abs(missing), elapsed * speed);
  }

  /** @param {number} transit @param {number} now */
  #addTransit(transit, now) {
    while (this.#transits.length > 0 && this.#transits[this.#transits.length - 1].transit >= transit) this.#transits.pop();
    this.#transits.push({ at: now, transit });
    while (now - this.#transits[0].at > WINDOW_MS) this.#transits.shift();
  }
}
