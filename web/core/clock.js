// SPDX-License-Identifier: LGPL-2.1-or-later
// The server's clock, estimated from pings: the quickest round trip of the last while says most.

const WINDOW_MS = 30_000;
/** How fast the two clocks may drift apart: quartz is within 50 ppm, NTP slews by up to 500. */
const DRIFT = 500e-6;

/** The page's clock, in ms. */
export const pageTime = () => performance.now();

/** @typedef {{offset: number, error: number, rtt: number}} ClockEstimate `offset`: server's time − page's, ± `error`, all in ms */

export class ServerClock {
  /** @type {{at: number, offset: number, bound: number, rtt: number}[]} */
  #samples = [];
  #resolution;

  /** @param {number} resolution what a reading of the page's clock may be wrong by, in ms */
  constructor(resolution) {
    this.#resolution = resolution;
  }

  get resolution() {
    return this.#resolution;
  }

  /**
   * @param {number} sent page time of the ping
   * @param {number} serverNow the server's clock in between
   * @param {number} received page time of the pong
   */
  add(sent, serverNow, received) {
    const rtt = received - sent;
    if (!(rtt >= 0)) return;
    const sample = { at: received, offset: serverNow - (sent + received) / 2, bound: rtt / 2 + this.#resolution, rtt };
    const best = this.estimate(received);
    // Both can't be right: one of the clocks was set. What was known before counts no more.
    if (best && Math.abs(best.offset - sample.offset) > best.error + sample.bound) this.#samples = [];
    this.#samples = this.#samples.filter((s) => received - s.at < WINDOW_MS);
    this.#samples.push(sample);
  }

  /** @param {number} now page time @returns {ClockEstimate|null} */
  estimate(now) {
    let best = null;
    for (const { at, offset, bound, rtt } of this.#samples) {
      const age = Math.max(0, now - at);
      const error = bound + age * DRIFT;
      if (age < WINDOW_MS && (best === null || error < best.error)) best = { offset, error, rtt };
    }
    return best;
  }
}

/**
 * The smallest step of a clock: browsers coarsen theirs, Firefox to 1 ms, and more when it resists fingerprinting.
 * @param {() => number} now
 */
export function clockResolution(now) {
  const start = now();
  let last = start;
  let step = Infinity;
  // a single step may be long because the page was busy meanwhile
  for (let steps = 0; steps < 2 || (steps < 5 && last - start < 50);) {
    const time = now();
    if (time === last) continue;
    step = Math.min(step, time - last);
    last = time;
    steps++;
  }
  return step;
}
