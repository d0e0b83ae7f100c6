// SPDX-License-Identifier: LGPL-2.1-or-later
// Which frame a snapshot is: by the RTP timestamp and by the stamp in its pixels, which must agree. Pure.

import { frameIdOf } from './frame-id.js';

/** So many frames in a row without one agreement, and the timestamps are not the server's. */
const REWRITTEN_AFTER = 30;
/** … of different pictures: a starved encoder repeats an old picture, stamp and all, for some frames. */
const PICTURES = 10;
/** So many agreements in a row, and they are again. */
const TRUSTED_AFTER = 10;

/**
 * @typedef {{id: number|null, disagree: boolean, unreadable: boolean}} Identified `id`: null where it is not certain;
 *   `disagree`: RTP timestamp and stamp name different frames; `unreadable`: there should be a stamp, but none can be read
 */

export class Identity {
  #rewritten = false;
  #agreements = 0;
  #disagreements = 0;
  /** @type {Set<number>} */
  #pictures = new Set();

  /** Somebody on the way (an SFU, a transcoder) gives the frames timestamps of his own: only stamps count. */
  get rewritten() {
    return this.#rewritten;
  }

  /**
   * @param {{rtp: number|undefined, stampId: number|null}} carried by the snapshot
   * @param {import('./protocol.js').Stream} stream
   * @returns {Identified}
   */
  of({ rtp, stampId }, { rtpOffset, stamp }) {
    const rtpId = frameIdOf(rtp, rtpOffset);
    const unreadable = stamp !== null && stampId === null;
    if (rtpId === null || stampId === null) {
      // A timestamp alone counts as long as the last stamp agreed: it might be somebody else's.
      return { id: stampId ?? (this.#agreements > 0 ? rtpId : null), disagree: false, unreadable };
    }
    const agree = rtpId === stampId;
    this.#learn(agree, stampId);
    return { id: agree || this.#rewritten ? stampId : null, disagree: !agree, unreadable };
  }

  /** @param {boolean} agree @param {number} stampId */
  #learn(agree, stampId) {
    if (agree) {
      this.#disagreements = 0;
      this.#pictures.clear();
      if (++this.#agreements >= TRUSTED_AFTER) this.#rewritten = false;
      return;
    }
    this.#agreements = 0;
    if (this.#rewritten) return;
    this.#pictures.add(stampId);
    this.#rewritten = ++this.#disagreements >= REWRITTEN_AFTER && this.#pictures.size >= PICTURES;
  }
}
