// SPDX-License-Identifier: LGPL-2.1-or-later
// What is known of one player: each fact once, as plain data. Whoever needs a fact reads it here, or is told when it changes. No I/O.
import { DEFAULTS } from './settings.js';

/**
 * @typedef {'closed'|'connecting'|'playing'|'lost'|'waiting'} PlayerState `lost`: connected to a server whose source is gone;
 *   `waiting`: for the next attempt
 * @typedef {import('./signaling.js').SessionError} SessionError
 * @typedef {import('./protocol.js').Stream} Stream
 * @typedef {import('./settings.js').Settings} Settings
 * @typedef {import('./settings.js').Mode} Mode
 */

/**
 * Of the player:
 * @typedef {object} PlayerFacts
 * @property {Settings} settings what the viewer chose; written by the player, from its attributes
 * @property {boolean} resultsVisible whether the viewer wants to see results; written by the view
 * @property {PlayerState} state written by the player
 * @property {SessionError|null} error that ended the last attempt, until the next one plays; written by the player
 * @property {number} attempt how often it has connected since it was started; written by the player
 */

/**
 * Of one attempt to watch; at its end the player takes them back:
 * @typedef {object} AttemptFacts
 * @property {Stream|null} stream the server's newest message about it; null before the first; written by the session
 * @property {boolean} delayable whether this browser can delay the video; written by VideoDelay
 * @property {number|null} wantedDelay by how much the video should be delayed, in ms; null: each frame is to be shown at once;
 *   written by the exact view
 * @property {number} appliedDelay by how much it is delayed now, in ms; written by VideoDelay
 * @property {Mode} mode in use; written by the exact view
 * @property {string} obstacle why there is no exact view, in words; '' where there is; written by the exact view
 * @property {boolean} composed whether there is a picture with its own results in it; written by the exact view
 */

/** @typedef {PlayerFacts & AttemptFacts} Facts */

/** @type {AttemptFacts} */
export const NO_ATTEMPT = {
  stream: null, delayable: false, wantedDelay: null, appliedDelay: 0, mode: 'async', obstacle: 'Not connected yet', composed: false,
};

/** @type {Facts} */
const NOTHING_KNOWN = { settings: DEFAULTS, resultsVisible: true, state: 'closed', error: null, attempt: 0, ...NO_ATTEMPT };

export class Store {
  /** @type {Readonly<Facts>} */
  #facts = NOTHING_KNOWN;
  /** @type {Set<{names: (keyof Facts)[], tell: (facts: Readonly<Facts>, before: Readonly<Facts>) => void}>} */
  #listeners = new Set();

  /** All facts as they are now. */
  get facts() {
    return this.#facts;
  }

  /** All of them are changed before anybody is told. @param {Partial<Facts>} facts */
  set(facts) {
    const before = this.#facts;
    this.#facts = { ...before, ...facts };
    const changed = names(facts).filter((name) => !Object.is(facts[name], before[name]));
    for (const listener of this.#listeners) {
      if (listener.names.some((name) => changed.includes(name))) listener.tell(this.#facts, before);
    }
  }

  /**
   * Calls `tell` after each change of one of these facts, with all facts as they are and as they were.
   * @param {(keyof Facts)[]} names @param {(facts: Readonly<Facts>, before: Readonly<Facts>) => void} tell
   * @returns {() => void} ends it
   */
  on(names, tell) {
    const listener = { names, tell };
    this.#listeners.add(listener);
    return () => { this.#listeners.delete(listener); };
  }
}

/** @param {Partial<Facts>} facts */
const names = (facts) => /** @type {(keyof Facts)[]} */ (Object.keys(facts));
