// SPDX-License-Identifier: LGPL-2.1-or-later
// Holds frames that have arrived, and says when each is handed on to the decoder: the video runs later, and yet smoothly. No I/O.

import { MediaTime } from './frame-id.js';

/** The delay counts from the quickest frame of so long a time: that is how quick the network can be. */
const WINDOW_MS = 10_000;
/** By how much slower the video runs at most while the delay grows, and by how much faster while it shrinks. */
const SLOWER = 0.5;
const FASTER = 0.1;
/** The speed is such that the rest of a change would take this long. */
const CHANGE_MS = 500;
/** But it is not less than this, or a change would never end. */
const LEAST_SPEED = 0.1;
/** A frame waits no longer than this for the one before it to be seen. A page that was busy has caught up by then. */
const UNSEEN_MS = 400;
/** No network is that late: the sender's timestamps have started again. */
const JUMP_MS = 20_000;
const REMEMBERED = 1000;

/**
 * @template T
 * @typedef {{frame: T, rtp: number, media: number, late: boolean}} Waiting `rtp`: its RTP timestamp; `media`: the media time by which it
 *   is handed on, in ms; `late`: a newer one came before it
 */

/**
 * `now` is any time in ms that never goes back. The transit of a frame is its arrival less its media time.
 * @template T
 */
export class PlayoutBuffer {
  /** In the order in which they arrived. @type {Waiting<T>[]} */
  #frames = [];
  /** The quickest first, then those that will be the quickest when the ones before them are too old. @type {{at: number, transit: number}[]} */
  #transits = [];
  #mediaTime = new MediaTime();
  /** Media time of the newest frame so far, and of the newest before which one came late. */
  #newest = -Infinity;
  #stoodStill = -Infinity;
  /** When media time 0 is due. It moves slowly to where the delay wants it. @type {number|null} */
  #origin = null;
  #movedAt = 0;
  /** @type {number|null} */
  #delay = null;
  /** RTP timestamps of the frames that the viewer must see. @type {Set<number>} */
  #wanted = new Set();
  /** The RTP timestamp of the frame that was handed on last, until it is seen. @type {number|null} */
  #unseen = null;
  /** The same, if it is one that the viewer must see: the next frame waits for it. @type {number|null} */
  #awaited = null;

  /** In ms, after the quickest frame; null: each frame is handed on at once. @param {number|null} delay */
  set delay(delay) {
    if (delay === null) this.#origin = this.#awaited = null;
    this.#delay = delay;
  }

  /** By how much the video is delayed now, in ms. */
  get applied() {
    const quickest = this.#transits[0];
    return this.#delay === null || this.#origin === null || !quickest ? 0 : Math.max(0, this.#origin - quickest.transit);
  }

  /**
   * @param {T} frame @param {number} rtp its RTP timestamp @param {number} now
   * @returns {number} for how many ms the view stands still because it came late, after newer ones
   */
  add(frame, rtp, now) {
    const media = this.#mediaTime.of(rtp);
    const known = this.#transits[0];
    if (known && Math.abs(now - media - known.transit) > JUMP_MS) {
      this.#transits = [];
      this.#origin = null;
      this.#newest = this.#stoodStill = -Infinity;
      // The old ones belong to timestamps that are over. They are handed on now, before the new ones.
      for (const old of this.#frames) old.media = -Infinity;
    }
    this.#addTransit(now - media, now);
    // A frame that comes late, after a loss, stays behind those that came before it: a browser drops what a transform puts in order
    // (W3C webrtc-encoded-transform, writeEncodedData). The decoder has to wait for it. Then all are shown at once, and only the
    // newest is seen: so that is done when that one is due.
    const late = media < this.#newest;
    this.#frames.push({ frame, rtp, media: Math.max(media, this.#frames.at(-1)?.media ?? media), late });
    if (!late) {
      this.#newest = media;
      return 0;
    }
    // Without this one the frame that is waited for can't be seen.
    this.#awaited = null;
    const still = this.#newest - Math.max(media, this.#stoodStill);
    this.#stoodStill = this.#newest;
    return still;
  }

  /** The viewer must be given time to see this frame. @param {number} rtp */
  want(rtp) {
    this.#wanted.add(rtp);
    if (rtp === this.#unseen && this.#delay !== null) this.#awaited = rtp;
    if (this.#wanted.size <= REMEMBERED) return;
    const [oldest] = this.#wanted;
    this.#wanted.delete(oldest);
  }

  /** @param {number} rtp */
  seen(rtp) {
    if (rtp === this.#awaited) this.#awaited = null;
    if (rtp === this.#unseen) this.#unseen = null;
  }

  /** The frames whose time has come. @param {number} now @returns {T[]} */
  take(now) {
    this.#move(now);
    const due = [];
    for (let next = this.#frames[0]; next && this.#dueAt(next) <= now; next = this.#frames[0]) {
      this.#frames.shift();
      due.push(next.frame);
      if (next.late) continue;
      this.#unseen = next.rtp;
      if (this.#delay !== null) this.#awaited = this.#wanted.has(next.rtp) ? next.rtp : null;
    }
    return due;
  }

  /** How long until the next frame is due, in ms; null without one. @param {number} now */
  wait(now) {
    const next = this.#frames[0];
    return next ? Math.max(0, this.#dueAt(next) - now) : null;
  }

  /** @param {Waiting<T>} frame */
  #dueAt({ media }) {
    if (this.#origin === null) return -Infinity;
    return media + this.#origin + (this.#awaited === null ? 0 : UNSEEN_MS);
  }

  /** @param {number} now */
  #move(now) {
    const quickest = this.#transits[0];
    if (this.#delay === null || !quickest) return;
    const elapsed = this.#origin === null ? 0 : Math.max(0, now - this.#movedAt);
    this.#origin ??= quickest.transit;
    this.#movedAt = now;
    const missing = quickest.transit + this.#delay - this.#origin;
    const speed = Math.min(missing > 0 ? SLOWER : FASTER, Math.max(LEAST_SPEED, Math.abs(missing) / CHANGE_MS));
    this.#origin += Math.sign(missing) * Math.min(Math.abs(missing), elapsed * speed);
  }

  /** @param {number} transit @param {number} now */
  #addTransit(transit, now) {
    while ((this.#transits.at(-1)?.transit ?? -Infinity) >= transit) this.#transits.pop();
    this.#transits.push({ at: now, transit });
    while (now - this.#transits[0].at > WINDOW_MS) this.#transits.shift();
  }
}
