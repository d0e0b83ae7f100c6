// SPDX-License-Identifier: LGPL-2.1-or-later
// What the player's report says of the exact view. Pure.
import { limitOf } from './settings.js';

/**
 * @param {import('./store.js').Facts} facts @param {number|null} lag how much later than their frames results come, in ms
 * @param {import('./proof.js').Proof} proof
 * @param {{rtp: import('./matching.js').Matching['rtp'], stampMs: number|null, overlayError: number|null}} measured `rtp`: where the frames'
 *   RTP timestamps come from; `stampMs`: how long reading a stamp takes; `overlayError`: distance of what is drawn from the truth, in pixels
 */
export function exactReport({ mode, obstacle, settings: { fill, hold }, wantedDelay, delay }, lag, proof, measured) {
  return {
    mode, obstacle, fill,
    /** ms; null: without limit */
    hold: limitOf(hold),
    delay: { applied: delay, target: wantedDelay, lag },
    frames: { ...proof.frames }, results: { ...proof.results }, ...measured,
  };
}
