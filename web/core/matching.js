// SPDX-License-Identifier: LGPL-2.1-or-later
// Which frame a snapshot is, and what belongs on it. No I/O.
import { Identity } from './identity.js';
import { ResultStore } from './results.js';

/**
 * @typedef {import('./identity.js').Identified & {stampId: number|null, drawings: import('./results.js').Drawing[]}} Match
 *   `stampId`: what the frame's pixels say; `drawings`: none where it is not certain which frame it is
 */

export class Matching {
  #identity = new Identity();
  #results = new ResultStore();
  #rtpTold = false;

  /** False for a result that was there already. @param {import('./protocol.js').Result} result @param {number} now */
  addResult(result, now) {
    return this.#results.add(result, now);
  }

  /**
   * @param {{rtp: number|undefined, certain: boolean, stampId: number|null}} snapshot
   * @param {import('./protocol.js').Stream} stream @param {import('./results.js').Fill} fill @param {number} now
   * @returns {Match}
   */
  match({ rtp, certain, stampId }, stream, fill, now) {
    this.#rtpTold = rtp !== undefined;
    this.#results.forget(now);
    const identified = this.#identity.of({ rtp, certain, stampId }, stream);
    return { ...identified, stampId, drawings: identified.id === null ? [] : this.#results.drawings(identified.id, fill) };
  }

  /** Whether frames bring their RTP timestamp, and whether it is the server's. @returns {'rewritten'|'of the frame'|'not told'} */
  get rtp() {
    if (this.#identity.rewritten) return 'rewritten';
    return this.#rtpTold ? 'of the frame' : 'not told';
  }
}
