// SPDX-License-Identifier: LGPL-2.1-or-later
// What is known of one player: each fact once, as plain data. Whoever needs a fact reads it here, or is told when it changes. No I/O.
import { modeOf } from './mode.js';
import { DEFAULTS } from './settings.js';

/**
 * @typedef {'closed'|'connecting'|'playing'|'lost'|'waiting'|'failed'} PlayerState `lost`: connected to a server whose source is gone;
 *   `waiting`: for the next attempt; `failed`: this browser can't, there will be no other attempt
 * @typedef {import('./signaling.js').SessionError} SessionError
 * @typedef {import('./protocol.js').Stream} Stream
 * @typedef {import('./protocol.js').Link} Link
 * @typedef {import('./settings.js').Settings} Settings
 * @typedef {import('./settings.js').Mode} Mode
 */

/**
 * Of the player:
 * @typedef {object} PlayerFacts
 * @property {Settings} settings what the viewer chose; written by the player, from its attributes
 * @property {string} token that opens the server, or ''; written by the player, from its attribute
 * @property {string} results where they come from of video from an SFU, or '': from there too; written by the player, from its attribute
 * @property {boolean} paused whether the picture is to stand still till further notice; written by the player and the view
 * @property {boolean} audible whether the viewer wants to hear the sound; written by the view
 * @property {boolean} looking whether the viewer looks at the picture; written by watchAttention
 * @property {boolean} shared whether other players of the page show the same video, or have shown it since the connection began: it then
 *   comes live, and who wants it later holds its pictures; written by the feed, and by the player that follows another one
 * @property {boolean} watched whether the viewer looks at one of those others; written by the feed
 * @property {PlayerState} state written by the player
 * @property {SessionError|null} error that ended the last attempt, until the next one plays; written by the player
 * @property {import('./protocol.js').ProgramWindow|null} window the server's newest message about the program's window that the stream is, also of a connection before; null: it is none;
 *   written by ControlChannel, and by the player
 * @property {number} attempt how often it has connected since it was started; written by the player
 */

/**
 * Of one attempt to watch; at its end the player takes them back:
 * @typedef {object} AttemptFacts
 * @property {Stream|null} stream the server's newest message about it; null before the first; written by the session
 * @property {Link|null} link the server's newest message about this viewer's network; null before the first; written by the session
 * @property {readonly import('./protocol.js').Property[]} properties what the server lets viewers change, in its order; written by the session
 * @property {boolean|null} mayControl whether this viewer may change what all see; null: the server does not say; written by Signaling
 * @property {'webrtc'|'socket'|null} transport by which way frames come; null: there is no connection; written by the session
 * @property {boolean} drawn whether frames are drawn by the page, to be shown in place of the video; written by ReceivedFrames
 * @property {boolean} delayable whether this browser can delay the video; written by VideoDelay and the session
 * @property {string} fault why the exact view fails here, in words; '' as long as it does not; written by whoever
 *   finds that out
 * @property {number|null} wantedDelay by how much the video should be delayed, in ms; null: each frame is to be shown at once;
 *   written by DelayControl
 * @property {number} appliedDelay by how much it is delayed before it is decoded, in ms; written by VideoDelay and SocketSession
 * @property {number} heldDelay by how much its pictures are delayed after that, in ms; written by HeldPictures
 * @property {boolean} hasPicture whether a frame was shown; written by the measurements
 * @property {boolean} asks whether the browser plays no video before its user has said so; written by the view
 * @property {boolean} hasSound whether there is sound with the video; written by the session
 * @property {boolean} composed whether there is a picture with its own results in it, to be shown in place of the video; written by
 *   Composing
 */

/**
 * What follows from the others; the store itself writes it:
 * @typedef {object} DerivedFacts
 * @property {Mode} mode the view in use
 * @property {string} obstacle why there can be no exact view, in words; '' where there can
 * @property {boolean} resultsVisible whether the viewer wants to see results
 * @property {number|null} streamDelay the part of `wantedDelay` that is to be had before the video is decoded
 * @property {number} delay by how much what is seen is delayed now, in ms
 */

/** @typedef {PlayerFacts & AttemptFacts} GivenFacts */
/** @typedef {Readonly<GivenFacts & DerivedFacts>} Facts */

/** @type {AttemptFacts} */
export const NO_ATTEMPT = {
  stream: null, link: null, properties: [], mayControl: null, transport: null, drawn: false, delayable: false, fault: '', wantedDelay: null, appliedDelay: 0, heldDelay: 0, hasPicture: false, asks: false, hasSound: false, composed: false,
};

/** @type {GivenFacts} */
const NOTHING_KNOWN = { settings: DEFAULTS, token: '', results: '', paused: false, audible: false, looking: true, shared: false, watched: false, state: 'closed', error: null, window: null, attempt: 0, ...NO_ATTEMPT };

/** @param {GivenFacts} given @returns {Facts} */
const derive = (given) => ({
  ...given, ...modeOf(given), resultsVisible: given.settings.overlay !== 'none',
  streamDelay: given.shared ? null : given.wantedDelay, delay: given.appliedDelay + given.heldDelay,
});

export class Store {
  /** @type {Facts} */
  #facts = derive(NOTHING_KNOWN);
  /** @type {Set<{names: (keyof Facts)[], tell: (facts: Facts, before: Facts) => void}>} */
  #listeners = new Set();

  /** All facts as they are now. */
  get facts() {
    return this.#facts;
  }

  /** All of them are changed before anybody is told. @param {Partial<GivenFacts>} given */
  set(given) {
    const before = this.#facts;
    const facts = derive({ ...before, ...given });
    this.#facts = facts;
    for (const { names, tell } of this.#listeners) {
      if (names.some((name) => !Object.is(facts[name], before[name]))) tell(this.#facts, before);
    }
  }

  /**
   * Calls `tell` after each change of one of these facts, with all facts as they are and as they were.
   * @param {(keyof Facts)[]} names @param {(facts: Facts, before: Facts) => void} tell
   * @returns {() => void} ends it
   */
  on(names, tell) {
    const listener = { names, tell };
    this.#listeners.add(listener);
    return () => { this.#listeners.delete(listener); };
  }
}
