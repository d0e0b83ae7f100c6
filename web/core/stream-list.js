// SPDX-License-Identifier: LGPL-2.1-or-later
import { retryDelay } from './backoff.js';
import { pageTime } from './clock.js';
import { Signaling } from './signaling.js';

/**
 * @typedef {{name: string, state: string, message: string, window: string|null}} StreamState as in launcher/PROTOCOL.md §7 and §8; `window`: its title; null: it
 *   is no window of a program
 * @typedef {import('./signaling.js').SessionError} SessionError
 */

/** @param {string} text of a message @returns {StreamState[]|null} null: it is another one, or none that can be understood */
export function parseStreams(text) {
  const message = JSON.parse(text);
  if (message.type !== 'streams' || !Array.isArray(message.streams)) return null;
  const named = message.streams.filter((/** @type {any} */ one) => typeof one?.name === 'string' && one.name !== '');
  return named.map((/** @type {any} */ one) => ({ name: one.name, state: String(one.state), message: String(one.message ?? ''), window: typeof one.window === 'string' ? one.window : null }));
}

/** Is told which streams a server has, for as long as it is open. */
export class StreamList {
  #url;
  #token;
  #told;
  #Socket;
  /** @type {Signaling|null} */
  #signaling = null;
  #failures = 0;
  /** @type {ReturnType<typeof setTimeout>|undefined} */
  #retry;

  /**
   * @param {string} url of the server's WebSocket `streams` @param {string} token that opens it
   * @param {{streams: (streams: StreamState[]) => void, lost: (error: SessionError, ms: number|null) => void}} told `ms`: when it is tried
   *   again; null: it is not
   * @param {typeof WebSocket} [Socket]
   */
  constructor(url, token, told, Socket = WebSocket) {
    this.#url = url;
    this.#token = token;
    this.#told = told;
    this.#Socket = Socket;
    this.#connect();
  }

  close() {
    clearTimeout(this.#retry);
    this.#signaling?.close();
  }

  #connect() {
    let number = 0;
    const signaling = new Signaling(this.#url, { facts: { token: this.#token }, set: () => {} }, {
      message: () => {},
      text: (text) => {
        const streams = parseStreams(text);
        if (!streams) return;
        this.#failures = 0;
        signaling.sendText(JSON.stringify({ type: 'ack', number: ++number, at: pageTime() }));
        this.#told.streams(streams);
      },
      closed: (error) => this.#lost(error),
    }, this.#Socket);
    this.#signaling = signaling;
  }

  /** @param {SessionError} error */
  #lost(error) {
    const ms = error.code === 'unauthorized' ? null : retryDelay(++this.#failures, error.code);
    if (ms !== null) this.#retry = setTimeout(() => this.#connect(), ms);
    this.#told.lost(error, ms);
  }
}
