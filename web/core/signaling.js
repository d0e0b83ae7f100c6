// SPDX-License-Identifier: LGPL-2.1-or-later
import { parseSignal } from './protocol.js';

/**
 * @typedef {import('./protocol.js').Offer | import('./protocol.js').Candidate} Signal
 * @typedef {import('./protocol.js').Answer | import('./protocol.js').Candidate} Reply
 * @typedef {{code: string, message: string}} SessionError
 * @typedef {{message: (message: Signal) => void, closed: (error: SessionError) => void}} SignalingEvents
 */

/** The WebSocket to the server. `closed` is called once, unless close() was. */
export class Signaling {
  #events;
  /** @type {WebSocket|null} */
  #socket = null;
  #open = true;

  /**
   * @param {string} url
   * @param {SignalingEvents} events
   * @param {typeof WebSocket} [Socket]
   */
  constructor(url, events, Socket = WebSocket) {
    this.#events = events;
    try {
      const socket = new Socket(url);
      this.#socket = socket;
      socket.onmessage = ({ data }) => this.#receive(data);
      socket.onclose = ({ code }) => this.#onClose(code);
    } catch (error) {
      queueMicrotask(() => this.#end('connection', String(error)));
    }
  }

  /** @param {Reply} message */
  send(message) {
    if (this.#open && this.#socket?.readyState === 1) this.#socket.send(JSON.stringify(message));
  }

  close() {
    this.#open = false;
    if (!this.#socket) return;
    this.#socket.onmessage = this.#socket.onclose = null;
    this.#socket.close();
  }

  /** @param {unknown} data */
  #receive(data) {
    const message = parseSignal(data);
    if (message.type === 'invalid') this.#end('protocol', `from the server: ${message.reason}`);
    else if (message.type === 'error') this.#end(message.code, message.message);
    else if (message.type !== 'unknown') this.#events.message(message);
  }

  /** @param {number} code */
  #onClose(code) {
    if (code === 1009) this.#end('malformed', 'a message of this page was too large for the server');
    else this.#end('connection', 'no connection to the server');
  }

  /** @param {string} code @param {string} message */
  #end(code, message) {
    if (!this.#open) return;
    this.close();
    this.#events.closed({ code, message });
  }
}
