// SPDX-License-Identifier: LGPL-2.1-or-later
// Results by a WebSocket of their own, for video that an SFU brings (launcher/PROTOCOL.md §6). Where that ends the video goes on, and it is tried again.
import { retryDelay } from './backoff.js';
import { pageTime } from './clock.js';
import { ControlChannel } from './control-channel.js';
import { parseResults } from './protocol.js';
import { socketAddress, withTransport } from './server-address.js';
import { Signaling } from './signaling.js';
import { Store } from './store.js';

/**
 * @typedef {{message: (message: ReturnType<typeof parseResults>) => void, there: () => void, lost: (words: string) => void}} ResultsEvents `message`: of §3;
 *   `there`: they come; `lost`: they come no more, or not at all
 */

export class ResultsLink {
  #address;
  #clock;
  #events;
  #closed = false;
  #failures = 0;
  /** @type {Signaling|null} */
  #signaling = null;
  /** @type {ControlChannel|null} */
  #control = null;
  /** @type {ReturnType<typeof setTimeout>|undefined} */
  #timer;

  /**
   * @param {string} address as src="" of a player has it; a token may be behind it: #token=… @param {import('./clock.js').ServerClock} clock learns the server's
   *   time @param {ResultsEvents} events
   */
  constructor(address, clock, events) {
    this.#address = address;
    this.#clock = clock;
    this.#events = events;
    this.#connect();
  }

  close() {
    this.#closed = true;
    this.#release();
  }

  #release() {
    clearTimeout(this.#timer);
    this.#control?.close();
    this.#signaling?.close();
  }

  #connect() {
    const [address, fragment] = this.#address.split('#');
    const store = { facts: { token: new URLSearchParams(fragment).get('token') ?? '' }, set: () => {} };
    let received = 0;
    /** @type {import('./control-channel.js').Channel} */
    const channel = { readyState: 'connecting', send: (text) => signaling.sendText(text), onopen: null, onmessage: null };
    const signaling = new Signaling(withTransport(socketAddress(address, location.href), 'results'), store, {
      message: () => {},
      closed: (error) => this.#lost(error),
      text: (text) => {
        if (received === 0) {
          this.#failures = 0;
          channel.readyState = 'open';
          channel.onopen?.(new Event('open'));
          this.#events.there();
        }
        signaling.sendText(JSON.stringify({ type: 'ack', number: ++received, at: pageTime() }));
        const message = parseResults(text);
        if (message.type === 'unknown') channel.onmessage?.(new MessageEvent('message', { data: text }));
        else this.#events.message(message);
      },
    });
    this.#signaling = signaling;
    this.#control = new ControlChannel(channel, this.#clock, new Store(), () => {});
  }

  /** @param {import('./signaling.js').SessionError} error */
  #lost({ code, message }) {
    if (this.#closed) return;
    this.#release();
    this.#events.lost(message);
    // another attempt needs another token
    if (code !== 'unauthorized') this.#timer = setTimeout(() => this.#connect(), retryDelay(++this.#failures, code));
  }
}
