// SPDX-License-Identifier: LGPL-2.1-or-later

/** A viewer that looks elsewhere for less is expected back. */
const AWAY_MS = 2000;

/** Whether the viewer looks: yes as soon as it can see the picture, no once it has not been able to for a while. */
export class Looking {
  #changed;
  /** @type {ReturnType<typeof setTimeout>|undefined} */
  #timer;

  /** @param {(looking: boolean) => void} changed */
  constructor(changed) {
    this.#changed = changed;
  }

  /** @param {boolean} visible whether it can see the picture now */
  set(visible) {
    if (!visible) {
      this.#timer ??= setTimeout(() => this.#changed(false), AWAY_MS);
      return;
    }
    this.close();
    this.#changed(true);
  }

  close() {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}
