// SPDX-License-Identifier: LGPL-2.1-or-later
import { PathProbe } from '../core/path-probe.js';

const FIRST_MS = 30_000;
const LONGEST_MS = 300_000;

/** Tries now and then whether WebRTC finds a way, and at once when the browser has another network. */
export class WayBack {
  #url;
  #token;
  #found;
  /** @type {PathProbe|null} */
  #probe = null;
  #wait = FIRST_MS;
  /** @type {ReturnType<typeof setTimeout>|undefined} */
  #timer;
  #end = new AbortController();

  /** @param {string} url of the server's WebSocket @param {string} token or '' @param {() => void} found is told once, unless it is closed before */
  constructor(url, token, found) {
    this.#url = url;
    this.#token = token;
    this.#found = found;
    const { signal } = this.#end;
    addEventListener('online', () => this.#try(), { signal });
    /** @type {any} */ (navigator).connection?.addEventListener?.('change', () => this.#try(), { signal });
    this.#timer = setTimeout(() => this.#try(), this.#wait);
  }

  close() {
    clearTimeout(this.#timer);
    this.#end.abort();
    this.#probe?.close();
  }

  #try() {
    if (this.#probe || typeof RTCPeerConnection !== 'function') return;
    clearTimeout(this.#timer);
    this.#probe = new PathProbe(this.#url, this.#token, (open) => {
      this.#probe = null;
      if (open) {
        this.close();
        this.#found();
        return;
      }
      this.#timer = setTimeout(() => this.#try(), this.#wait);
      this.#wait = Math.min(LONGEST_MS, 2 * this.#wait);
    });
  }
}
