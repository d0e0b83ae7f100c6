// SPDX-License-Identifier: LGPL-2.1-or-later
import { captureTime } from './frame-id.js';
import { LatencyMeter, MAX_ERROR_MS } from './latency.js';
import { LatestResult } from './results.js';
import { RecentSamples } from './samples.js';
import { StatsMeter } from './stats.js';

/**
 * @typedef {import('./protocol.js').Stream} Stream
 * @typedef {import('./protocol.js').Result} Result
 * @typedef {{rtpTimestamp?: number, expectedDisplayTime: number, presentedFrames: number}} ShownFrame
 * @typedef {{received: number, perSecond: number, lag: number|null, ms: number|null, last: Result|null}} ResultsReport
 */

/** Everything measured in one attempt. `now` is page time (performance.now()) throughout. */
export class Measurements {
  results = new LatestResult();
  /** @type {Stream|null} */
  stream = null;
  #started;
  #clock;
  #latency;
  #stats = new StatsMeter();
  #arrivals = new RecentSamples(5000);
  #lags = new RecentSamples(2000);
  #received = 0;
  #shown = 0;
  #presented = 0;
  #lastFrame = -Infinity;
  /** @type {number|null} */
  #firstFrame = null;

  /** @param {import('./clock.js').ServerClock} clock @param {number} now */
  constructor(clock, now) {
    this.#clock = clock;
    this.#latency = new LatencyMeter(clock);
    this.#started = now;
  }

  get shown() {
    return this.#shown;
  }

  /** How long the picture has stood still. @param {number} now */
  standstill(now) {
    return now - this.#lastFrame;
  }

  /** @param {ShownFrame} frame @param {number} now */
  addFrame(frame, now) {
    // The callback comes at most once per repaint and may skip frames that were shown.
    this.#shown += this.#shown === 0 ? 1 : Math.max(1, frame.presentedFrames - this.#presented);
    this.#presented = frame.presentedFrames;
    this.#lastFrame = now;
    this.#firstFrame ??= Math.max(now, frame.expectedDisplayTime) - this.#started;
    this.#latency.add(frame, this.stream, now);
  }

  /** @param {import('./stats.js').VideoStats} stats */
  addStats(stats) {
    this.#stats.add(stats);
  }

  /** Whether it is the newest result. @param {Result} result @param {number} now */
  addResult(result, now) {
    this.#received++;
    this.#arrivals.add(now, 0);
    const clock = this.#clock.estimate(now);
    if (clock && this.stream && clock.error <= MAX_ERROR_MS) {
      const arrived = now + clock.offset;
      this.#lags.add(now, arrived - captureTime(result.frame, this.stream.epoch, arrived));
    }
    return this.results.add(result, now);
  }

  /** @param {number} now */
  report(now) {
    const stats = this.#stats.last;
    const rates = this.#stats.rates;
    const last = this.results.last;
    return {
      frames: {
        decoded: stats?.decoded ?? 0, shown: this.#shown, dropped: stats?.dropped ?? 0,
        perSecond: rates?.perSecond ?? null,
      },
      packetsLost: stats?.packetsLost ?? 0,
      bitrate: rates?.bitrate ?? null,
      width: stats?.width ?? 0,
      height: stats?.height ?? 0,
      latency: this.#latency.report(now),
      clock: this.#clock.estimate(now),
      /** @type {ResultsReport} */
      results: {
        received: this.#received, perSecond: this.#arrivals.perSecond(now),
        lag: this.#lags.median(now), ms: last?.ms ?? null, last,
      },
      stream: this.stream,
      firstFrame: this.#firstFrame,
    };
  }
}
