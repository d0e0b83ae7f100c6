// SPDX-License-Identifier: LGPL-2.1-or-later
import { isBug, retryDelay } from '../core/backoff.js';
import { pageTime } from '../core/clock.js';

/** How long a session must have played before the next failure counts as the first one. */
const STEADY_MS = 3000;

/** Starts attempts: the first at start(), the next ones some time after failed(). It does not wait when the tab or the network comes back. */
export class Reconnector {
  #attempt;
  #failures = 0;
  #due = 0;
  #hurry = true;
  /** @type {ReturnType<typeof setTimeout>|undefined} */
  #timer;
  /** @type {ReturnType<typeof setTimeout>|undefined} */
  #steady;
  #end = new AbortController();

  /** @param {() => void} attempt */
  constructor(attempt) {
    this.#attempt = attempt;
    const { signal } = this.#end;
    const wake = () => {
      if (this.#timer !== undefined && this.#hurry && !document.hidden) this.start();
    };
    addEventListener('online', wake, { signal });
    document.addEventListener('visibilitychange', wake, { signal });
  }

  /** The next attempt, now. */
  start() {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#attempt();
  }

  /** @param {string} code of the error that ended the attempt */
  failed(code) {
    clearTimeout(this.#steady);
    this.#hurry = !isBug(code);
    const delay = retryDelay(++this.#failures, code);
    this.#due = pageTime() + delay;
    this.#timer = setTimeout(() => this.start(), delay);
  }

  succeeded() {
    clearTimeout(this.#steady);
    this.#steady = setTimeout(() => { this.#failures = 0; }, STEADY_MS);
  }

  /** Milliseconds until the next attempt. */
  get wait() {
    return Math.max(0, this.#due - pageTime());
  }

  close() {
    clearTimeout(this.#timer);
    clearTimeout(this.#steady);
    this.#end.abort();
  }
}
