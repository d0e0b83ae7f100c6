// SPDX-License-Identifier: LGPL-2.1-or-later
import { parseControl } from './protocol.js';

const BURST = 8;
const BURST_INTERVAL_MS = 50;
const INTERVAL_MS = 1000;

/** @typedef {{encoded: number|null, sent: number|null}} Delays how old frames are when they are encoded and sent, in ms since their capture */

/** The data channel `control`: pings, which tell the server's clock and that it is alive, and what the page asks of the server. */
export class ControlChannel {
  #channel;
  #clock;
  #delays;
  #sent = 0;
  #pongs = 0;
  /** @type {ReturnType<typeof setTimeout>|undefined} */
  #timer;

  /**
   * @param {RTCDataChannel} channel @param {import('./clock.js').ServerClock} clock
   * @param {(delays: Delays) => void} delays is told what the server says of them
   */
  constructor(channel, clock, delays) {
    this.#channel = channel;
    this.#clock = clock;
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

  close() {
    clearTimeout(this.#timer);
    this.#channel.onopen = this.#channel.onmessage = null;
  }

  #ping() {
    this.#send({ type: 'ping', t: performance.now() });
    this.#sent++;
    this.#timer = setTimeout(() => this.#ping(), this.#sent < BURST ? BURST_INTERVAL_MS : INTERVAL_MS);
  }

  /** @param {unknown} data */
  #receive(data) {
    const received = performance.now();
    const pong = parseControl(data);
    if (pong.type !== 'pong') return;
    this.#pongs++;
    this.#clock.add(pong.t, pong.now, received);
    this.#delays({ encoded: pong.encoded ?? null, sent: pong.sent ?? null });
  }

  /** @param {{type: 'ping', t: number} | {type: 'keyframe'} | {type: 'results', repeats: number} | {type: 'playout', max: number}} message */
  #send(message) {
    if (this.open) this.#channel.send(JSON.stringify(message));
  }
}
