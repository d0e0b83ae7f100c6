// SPDX-License-Identifier: LGPL-2.1-or-later

const UNDECODED_MS = 1000;
const SILENT_MS = 5000;
/** A check that comes later than this was late itself (a hidden tab, a sleeping laptop): that time proves nothing. */
const LONGEST_STEP_MS = 1000;

/** @typedef {{time: number, packets: number, decoded: number, expected: boolean, pongs: number}} Signs of life; `expected`: whether there
 *   should be video: the source is there, the viewer looks, and its network is not too slow for it; `pongs`: how many came */

/** Notices a picture that has stopped. */
export class Watchdog {
  /** @type {Signs|null} */
  #last = null;
  #undecoded = 0;
  #silent = 0;

  /**
   * @param {Signs} signs
   * @returns {'ok'|'keyframe'|'dead'} `keyframe`: packets come but no picture, ask for one; `dead`: nothing comes
   */
  check(signs) {
    const last = this.#last;
    this.#last = signs;
    if (!last) return 'ok';
    const step = Math.min(signs.time - last.time, LONGEST_STEP_MS);
    const packets = signs.packets !== last.packets;
    // Where no video is to come, the server itself must answer.
    const alive = packets || (!signs.expected && signs.pongs !== last.pongs);
    this.#silent = alive ? 0 : this.#silent + step;
    if (signs.decoded !== last.decoded) this.#undecoded = 0;
    else if (packets && signs.expected) this.#undecoded += step;
    if (this.#silent >= SILENT_MS) return 'dead';
    if (this.#undecoded < UNDECODED_MS) return 'ok';
    this.#undecoded = 0;
    return 'keyframe';
  }
}
