// SPDX-License-Identifier: LGPL-2.1-or-later
// Where the time between capture and display goes.
import { LatencyMeter } from './latency.js';
import { RecentSamples, between } from './samples.js';

const WINDOW_MS = 2000;
/** What the server tells comes with each ping, once a second. */
const DELAYS_MS = 3000;

/**
 * How long each stage takes, in ms: the median of when frames leave it, less the median of when they left the one before. So
 * stages that are known add up to the latency. Null: not known.
 * @typedef {{encode: number|null, send: number|null, network: number|null, decode: number|null, display: number|null}} Stages
 * @typedef {import('./protocol.js').Stream} Stream
 * @typedef {import('./latency.js').Frame & {processingDuration?: number}} Frame
 */

/** @type {{encoded: number|null, sent: number|null}} */
const UNTOLD = { encoded: null, sent: null };

export class Ledger {
  #received;
  #decode = new RecentSamples(WINDOW_MS);
  #server = UNTOLD;
  #toldAt = -Infinity;

  /** @param {import('./clock.js').ServerClock} clock */
  constructor(clock) {
    this.#received = new LatencyMeter(clock, (frame) => frame.receiveTime ?? NaN);
  }

  /** @param {{encoded: number|null, sent: number|null}} delays since capture @param {number} now page time */
  addServer(delays, now) {
    this.#server = delays;
    this.#toldAt = now;
  }

  /** @param {Frame} frame of requestVideoFrameCallback @param {Stream|null} stream @param {number} now */
  add(frame, stream, now) {
    this.#received.add(frame, stream, now);
    if (frame.processingDuration !== undefined) this.#decode.add(now, frame.processingDuration * 1000);
  }

  /** @param {number} now @param {import('./latency.js').LatencyReport|null} latency @returns {Stages} */
  report(now, latency) {
    const { encoded, sent } = now - this.#toldAt <= DELAYS_MS ? this.#server : UNTOLD;
    const arrival = this.#received.report(now);
    // Arrival before sending: within the clocks' error the network took no time at all, beyond it the figure is wrong.
    const received = arrival && sent !== null && arrival.median < sent
      ? arrival.median + arrival.error < sent ? null : sent
      : arrival?.median ?? null;
    const decode = this.#decode.median(now);
    return {
      encode: encoded,
      send: between(encoded, sent),
      network: between(sent, received),
      decode,
      display: between(decode, between(received, latency?.median ?? null)),
    };
  }
}
