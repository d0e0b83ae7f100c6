// SPDX-License-Identifier: LGPL-2.1-or-later
// Whether packets get lost on the way here. Pure.

/** So long after a loss the network still counts as one that loses packets. */
const LOSSY_MS = 30_000;

export class LossWatch {
  #lost = 0;
  #until = -Infinity;

  /** Whether packets get lost. @param {number} lost how many so far @param {number} now */
  lossy(lost, now) {
    if (lost > this.#lost) this.#until = now + LOSSY_MS;
    this.#lost = lost;
    return now < this.#until;
  }
}
