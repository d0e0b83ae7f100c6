// SPDX-License-Identifier: LGPL-2.1-or-later
import { isBug, retryDelay } from '../core/backoff.js';
import { pageTime } from '../core/clock.js';

/** How long a session must have played before the next failure counts as the first one. */
const STEADY_MS = 3000;
/** After the network has come back: what has not come by then comes no more. */
const MOVED_MS = 1500;

/**
 * Starts attempts: the first at start(), the next ones some time after failed(). It does not wait when the tab or the network comes back.
 * Where an attempt goes on when the network comes back, which may be another one, it says so a little later.
 */
export class Reconnector {
  #attempt;
  #failures = 0;
  #due = 0;
  #hurry = true;
  /** @type {ReturnType<typeof setTimeout>|undefined} */
  #timer;
  /** @type {ReturnType<typeof setTimeout>|undefined} */
  #steady;
  /** @type {ReturnType<typeof setTimeout>|undefined} */
  #moving;
  #end = new AbortController();

  /** @param {() => void} attempt @param {(ms: number) => void} [moved] so long ago the network came back */
  constructor(attempt, moved = () => {}) {
    this.#attempt = attempt;
    const { signal } = this.#end;
    const wake = () => {
      if (this.#timer !== undefined && this.#hurry && !document.hidden) this.start();
    };
    const back = () => {
      clearTimeout(this.#moving);
      if (this.#timer === undefined) this.#moving = setTimeout(() => moved(MOVED_MS), MOVED_MS);
      else wake();
    };
    addEventListener('online', back, { signal });
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
    clearTimeout(this.#moving);
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
    clearTimeout(this.#moving);
    this.#end.abort();
  }
}
