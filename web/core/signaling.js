// SPDX-License-Identifier: LGPL-2.1-or-later
import { parseSignal } from './protocol.js';

/**
 * @typedef {import('./protocol.js').Offer | import('./protocol.js').Candidate} Signal
 * @typedef {import('./protocol.js').Answer | import('./protocol.js').Candidate | {type: 'transport', transport: 'socket'}} Reply
 * @typedef {{code: string, message: string}} SessionError
 * @typedef {{facts: {readonly token: string}, set: (facts: {mayControl: boolean}) => void}} Store as far as it is needed here
 * @typedef {{message: (message: Signal) => void, closed: (error: SessionError) => void,
 *   text?: (text: string) => void, bytes?: (bytes: ArrayBuffer) => void,
 *   over?: (error: import('./protocol.js').ServerError) => void}} SignalingEvents `text`, `bytes`: what is no signalling; `over`: what ends one stream of several
 */

const DENIED = ', perhaps this site may not access your local network';
/** Whether the browser may keep this page from the server; it is known once it has been asked. */
let denied = false;

/** The WebSocket to the server. `closed` is called once, unless close() was. */
export class Signaling {
  /** Who is told. @type {SignalingEvents} */
  events;
  /** @type {WebSocket|null} */
  #socket = null;
  #open = true;
  #store;

  /**
   * @param {string} url
   * @param {Store} store has the token, and is told what the viewer may do
   * @param {SignalingEvents} events
   * @param {typeof WebSocket} [Socket]
   */
  constructor(url, store, events, Socket = WebSocket) {
    this.events = events;
    this.#store = store;
    try {
      const socket = new Socket(url);
      this.#socket = socket;
      if (new URL(url).host !== globalThis.location?.host) askPermission();
      socket.binaryType = 'arraybuffer';
      const { token } = store.facts;
      if (token) socket.onopen = () => socket.send(JSON.stringify({ type: 'token', token }));
      socket.onmessage = ({ data }) => this.#receive(data);
      socket.onclose = ({ code }) => this.#onClose(code);
    } catch (error) {
      queueMicrotask(() => this.#end('connection', String(error)));
    }
  }

  /** @param {Reply} message */
  send(message) {
    this.sendText(JSON.stringify(message));
  }

  /** @param {string} text */
  sendText(text) {
    if (this.#open && this.#socket?.readyState === 1) this.#socket.send(text);
  }

  close() {
    this.#open = false;
    if (!this.#socket) return;
    this.#socket.onopen = this.#socket.onmessage = this.#socket.onclose = null;
    this.#socket.close();
  }

  /** @param {unknown} data */
  #receive(data) {
    if (data instanceof ArrayBuffer && this.events.bytes) return this.events.bytes(data);
    const message = parseSignal(data);
    if (message.type === 'invalid') this.#end('protocol', `from the server: ${message.reason}`);
    else if (message.type === 'error') message.stream && this.events.over ? this.events.over(message) : this.#end(message.code, message.message);
    else if (message.type === 'access') this.#store.set({ mayControl: message.control });
    else if (message.type === 'locked') this.#store.facts.token || this.#end('unauthorized', message.message);
    else if (message.type === 'unknown') this.events.text?.(/** @type {string} */ (data));
    else this.events.message(message);
  }

  /** @param {number} code */
  #onClose(code) {
    if (code === 1009) this.#end('malformed', 'a message was too large for the server');
    else this.#end('connection', `no connection to the server${denied ? DENIED : ''}`);
  }

  /** @param {string} code @param {string} message */
  #end(code, message) {
    if (!this.#open) return;
    this.close();
    this.events.closed({ code, message });
  }
}

/** Chromium lets a page from the internet reach a private address only where people allow it (Local Network Access), and does not say what kept it. */
async function askPermission() {
  const name = /** @type {PermissionName} */ ('local-network-access');
  denied = await globalThis.navigator?.permissions?.query({ name }).then(({ state }) => state === 'denied', () => false) ?? false;
}
