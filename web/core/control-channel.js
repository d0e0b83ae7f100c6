// SPDX-License-Identifier: LGPL-2.1-or-later
import { pageTime } from './clock.js';
import { parseControl } from './protocol.js';

const BURST = 8;
const BURST_INTERVAL_MS = 50;
const INTERVAL_MS = 1000;

/** @typedef {{encoded: number|null, sent: number|null}} Delays how old frames are when they are encoded and sent, in ms since their capture */

/**
 * What of a data channel is used.
 * @typedef {{readyState: RTCDataChannelState, send: (text: string) => void, onopen: ((event: Event) => any)|null,
 *   onmessage: ((event: MessageEvent) => any)|null}} Channel
 */

/** The data channel `control`: pings, which tell the server's clock and that it is alive, and what the page asks of the server. */
export class ControlChannel {
  #channel;
  #clock;
  #store;
  #delays;
  #sent = 0;
  #pongs = 0;
  /** @type {ReturnType<typeof setTimeout>|undefined} */
  #timer;

  /**
   * @param {Channel} channel @param {import('./clock.js').ServerClock} clock
   * @param {import('./store.js').Store} store is told what the server says of the stream @param {(delays: Delays) => void} delays
   */
  constructor(channel, clock, store, delays) {
    this.#channel = channel;
    this.#clock = clock;
    this.#store = store;
    this.#delays = delays;
    channel.onmessage = ({ data }) => this.#receive(data);
    if (this.open) this.#ping();
    else channel.onopen = () => this.#ping();
  }

  get open() {
    return this.#channel.readyState === 'open';
  }

  get pongs() {
    return this.#pongs;
  }

  /** @param {import('./protocol.js').Request} message */
  send(message) {
    if (this.open) this.#channel.send(JSON.stringify(message));
  }

  close() {
    clearTimeout(this.#timer);
    this.#channel.onopen = this.#channel.onmessage = null;
  }

  #ping() {
    this.send({ type: 'ping', t: pageTime() });
    this.#sent++;
    this.#timer = setTimeout(() => this.#ping(), this.#sent < BURST ? BURST_INTERVAL_MS : INTERVAL_MS);
  }

  /** @param {unknown} data */
  #receive(data) {
    const received = pageTime();
    const message = parseControl(data);
    if (message.type === 'link' || message.type === 'window') this.#store.set({ [message.type]: message });
    if (message.type === 'property') addProperty(this.#store, message);
    if (message.type !== 'pong') return;
    this.#pongs++;
    this.#clock.add(message.t, message.now, received);
    this.#delays({ encoded: message.encoded ?? null, sent: message.sent ?? null });
  }
}

/** The server says what a property is. @param {import('./store.js').Store} store @param {import('./protocol.js').Property} property */
export function addProperty(store, property) {
  const { properties } = store.facts;
  const known = properties.some(({ name }) => name === property.name);
  store.set({ properties: known ? properties.map((one) => one.name === property.name ? property : one) : [...properties, property] });
}
