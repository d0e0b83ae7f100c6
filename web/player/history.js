// SPDX-License-Identifier: LGPL-2.1-or-later
// The last pictures that were shown, each with its results, for who has paused and wants to see what was before.

/** Those of so long a time are kept, in ms, if they take no more bytes than this together: 5 s of 360p at 60 fps, 3 s of 720p at 30. */
const KEPT_MS = 5000;
const MOST_BYTES = 128e6;

/** @template {{size: number, time: number, close: () => void}} T `size`: bytes that it takes; `time`: when it was shown, in ms */
export class History {
  /** The oldest first. @type {T[]} */
  #pictures = [];
  #bytes = 0;
  /** Of the one that is seen. */
  #place = -1;

  /** One is shown. @param {T} picture which it closes some time */
  add(picture) {
    this.#pictures.push(picture);
    this.#bytes += picture.size;
    while (this.#pictures.length > 0 && (this.#bytes > MOST_BYTES || picture.time - this.#pictures[0].time > KEPT_MS)) {
      const oldest = /** @type {T} */ (this.#pictures.shift());
      this.#bytes -= oldest.size;
      oldest.close();
    }
    this.#place = this.#pictures.length - 1;
  }

  /** Goes so many pictures on, or back where it is negative, and no farther than there are some. @param {number} by @returns {T|undefined} the one that is to be seen */
  step(by) {
    this.#place = Math.max(0, Math.min(this.#pictures.length - 1, this.#place + by));
    return this.#pictures[this.#place];
  }

  /** How many there are before and after the one that is seen, and how long before the last it was, in ms. */
  get left() {
    const last = this.#pictures.length - 1;
    return { before: Math.max(0, this.#place), after: Math.max(0, last - this.#place), ms: last < 0 ? 0 : this.#pictures[last].time - this.#pictures[this.#place].time };
  }

  clear() {
    for (const picture of this.#pictures) picture.close();
    this.#pictures = [];
    this.#bytes = 0;
    this.#place = -1;
  }
}
