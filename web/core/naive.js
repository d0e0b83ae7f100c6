// SPDX-License-Identifier: LGPL-2.1-or-later
// The two ways to tell a frame that come to mind first, for comparison. Both name the wrong frame now and then. Pure.

/** Frames over which the frame rate is learnt. */
const LEARNT_OVER = 60;

/** By counting: the n-th frame that the browser presents is the n-th that was sent, at an even frame rate. */
export class CountedFrames {
  /** @type {{id: number, count: number}|null} */
  #first = null;
  #period = 0;

  /** @param {number|null} id by the callback's RTP timestamp: only the start and the frame rate are learnt from it @param {number} count */
  of(id, count) {
    if (id === null) return null;
    if (!this.#first || count < this.#first.count) this.#first = { id, count };
    const frames = count - this.#first.count;
    if (frames > 0 && (frames <= LEARNT_OVER || this.#period === 0)) {
      this.#period = ((id - this.#first.id) >>> 0) / frames;
    }
    return (this.#first.id + Math.round(frames * this.#period)) >>> 0;
  }

  /** An id this many ticks off is still the same frame. */
  get tolerance() {
    return this.#period / 2;
  }

  /**
   * The frame that it is taken for: one with a result, or the one that it is, if that is not half a frame off.
   * @param {number|null} id @param {number} count @param {number|null} stampId @param {import('./results.js').ResultStore} store
   */
  claim(id, count, stampId, store) {
    const counted = this.of(id, count);
    if (counted === null) return null;
    const nearest = store.nearest(counted, this.tolerance);
    if (nearest !== null) return nearest;
    return stampId !== null && Math.abs((counted - stampId) | 0) <= this.tolerance ? stampId : counted;
  }
}
