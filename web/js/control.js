// SPDX-License-Identifier: LGPL-2.1-or-later
import { parseControl } from './protocol.js';

const BURST = 8;
const BURST_INTERVAL_MS = 50;
const INTERVAL_MS = 1000;

/** The data channel `control`: pings for the server's clock, which are the heartbeat too, and key-frame requests. */
export class ControlChannel {
  #channel;
  #clock;
  #sent = 0;
  #pongs = 0;
  /** @type {ReturnType<typeof setTimeout>|undefined} */
  #timer;

  /** @param {RTCDataChannel} channel @param {import('./clock.js').ServerClock} clock */
  constructor(channel, clock) {
    this.#channel = channel;
    this.#clock = clock;
    channel.onmessage = ({ data }) => this.#receive(data);
    if (channel.readyState === 'open') this.#ping();
    else channel.onopen = () => this.#ping();
  }

  get pongs() {
    return this.#pongs;
  }

  requestKeyframe() {
    this.#send({ type: 'keyframe' });
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
  }

  /** @param {{type: 'ping', t: number} | {type: 'keyframe'}} message */
  #send(message) {
    if (this.#channel.readyState === 'open') this.#channel.send(JSON.stringify(message));
  }
}
