// SPDX-License-Identifier: LGPL-2.1-or-later
import { pageTime } from './clock.js';
import { parseControl } from './protocol.js';

const BURST = 8;
const BURST_INTERVAL_MS = 50;
const INTERVAL_MS = 1000;

/** @typedef {{encoded: number|null, sent: number|null}} Delays how old frames are when they are encoded and sent, in ms since their capture */

/**
 * @typedef {{delays: (delays: Delays) => void, link: (link: import('./protocol.js').Link) => void,
 *   property: (property: import('./protocol.js').Property) => void}} ControlEvents what the server says
 */

/**
 * What of a data channel is used.
 * @typedef {{readyState: RTCDataChannelState, send: (text: string) => void, onopen: ((event: Event) => any)|null,
 *   onmessage: ((event: MessageEvent) => any)|null}} Channel
 */

/** The data channel `control`: pings, which tell the server's clock and that it is alive, and what the page asks of the server. */
export class ControlChannel {
  #channel;
  #clock;
  #events;
  #sent = 0;
  #pongs = 0;
  /** @type {ReturnType<typeof setTimeout>|undefined} */
  #timer;

  /**
   * @param {Channel} channel @param {import('./clock.js').ServerClock} clock
   * @param {ControlEvents} events
   */
  constructor(channel, clock, events) {
    this.#channel = channel;
    this.#clock = clock;
    this.#events = events;
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

  requestKeyframe() {
    this.#send({ type: 'keyframe' });
  }

  /** How often the server is to send each result again. @param {number} repeats */
  requestRepeats(repeats) {
    this.#send({ type: 'results', repeats });
  }

  /** How long the browser may hold this viewer's video back, in ms. @param {number} max */
  requestPlayout(max) {
    this.#send({ type: 'playout', max });
  }

  /** Whether the viewer looks, and what limits its video, in bit/s and lines. @param {boolean} wanted @param {number|null} maxBitrate @param {number} [maxHeight] */
  requestVideo(wanted, maxBitrate, maxHeight) {
    this.#send({ type: 'video', wanted, maxBitrate, maxHeight });
  }

  /** What it is to be for all viewers. @param {string} name of a property @param {import('./protocol.js').Value} value */
  requestProperty(name, value) {
    this.#send({ type: 'set', name, value });
  }

  close() {
    clearTimeout(this.#timer);
    this.#channel.onopen = this.#channel.onmessage = null;
  }

  #ping() {
    this.#send({ type: 'ping', t: pageTime() });
    this.#sent++;
    this.#timer = setTimeout(() => this.#ping(), this.#sent < BURST ? BURST_INTERVAL_MS : INTERVAL_MS);
  }

  /** @param {unknown} data */
  #receive(data) {
    const received = pageTime();
    const message = parseControl(data);
    if (message.type === 'link') this.#events.link(message);
    if (message.type === 'property') this.#events.property(message);
    if (message.type !== 'pong') return;
    this.#pongs++;
    this.#clock.add(message.t, message.now, received);
    this.#events.delays({ encoded: message.encoded ?? null, sent: message.sent ?? null });
  }

  /**
   * @param {{type: 'ping', t: number} | {type: 'keyframe'} | {type: 'results', repeats: number} | {type: 'playout', max: number} |
   *   {type: 'video', wanted: boolean, maxBitrate: number|null, maxHeight?: number} | {type: 'set', name: string, value: import('./protocol.js').Value}} message
   */
  #send(message) {
    if (this.open) this.#channel.send(JSON.stringify(message));
  }
}
