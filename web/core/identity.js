// SPDX-License-Identifier: LGPL-2.1-or-later
// Which frame a snapshot is. Its RTP timestamp and the stamp in its pixels both say so, and must agree. Pure.

import { frameIdOf } from './frame-id.js';

/** When so many frames in a row do not agree, the timestamps are not the server's. */
const REWRITTEN_AFTER = 30;
/** But they must be so many different pictures: an encoder with too few bits repeats an old one, with its stamp, for some frames. */
const PICTURES = 10;
/** When so many in a row agree, they are the server's again. */
const TRUSTED_AFTER = 10;

/**
 * @typedef {{id: number|null, disagree: boolean, unreadable: boolean}} Identified `id`: null where it is not certain; `disagree`:
 *   RTP timestamp and stamp name different frames; `unreadable`: there should be a stamp, but it can't be read
 */

export class Identity {
  #rewritten = false;
  #agreements = 0;
  #disagreements = 0;
  /** @type {Set<number>} */
  #pictures = new Set();

  /** Whether something on the way (an SFU, a transcoder) gives the frames other timestamps. Then only stamps count. */
  get rewritten() {
    return this.#rewritten;
  }

  /**
   * @param {{rtp: number|undefined, certain: boolean, stampId: number|null}} snapshot `certain`: its timestamp is the server's
   * @param {import('./protocol.js').Stream} stream
   * @returns {Identified}
   */
  of({ rtp, certain, stampId }, { rtpOffset, stamp }) {
    const rtpId = frameIdOf(rtp, rtpOffset);
    const unreadable = stamp !== null && stampId === null;
    if (rtpId === null || stampId === null) {
      // A timestamp alone might not be the server's. It counts if the last stamp agreed with its timestamp.
      return { id: stampId ?? (certain || this.#agreements > 0 ? rtpId : null), disagree: false, unreadable };
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
