// SPDX-License-Identifier: LGPL-2.1-or-later
// Tries quietly whether WebRTC finds a way to the server by now.
import { Session } from './session.js';
import { Store } from './store.js';

export class PathProbe {
  #session;

  /** @param {string} url of the server's WebSocket @param {string} token or '' @param {(open: boolean) => void} ended is told once, unless it is closed before */
  constructor(url, token, ended) {
    /** @param {boolean} open */
    const end = (open) => {
      this.close();
      ended(open);
    };
    const nothing = () => {};
    const store = new Store();
    store.set({ token });
    this.#session = new Session(url, store, {
      track: nothing, result: nothing, model: nothing, stats: nothing, delays: () => end(true), ended: () => end(false),
    }, { takeOver: () => end(false) });
  }

  close() {
    this.#session.close();
  }
}
