// SPDX-License-Identifier: LGPL-2.1-or-later
import { captureTime, frameIdOf } from './frame-id.js';
import { RecentSamples } from './samples.js';

/** A figure that may be wrong by more says nothing about a live stream. */
export const MAX_ERROR_MS = 25;
/** No live picture is that old: then the ids or the clocks are not what the server says. */
const LONGEST_MS = 30_000;
const WINDOW_MS = 2000;
const FRAMES_WITHIN_MS = 1000;

/**
 * @typedef {{median: number, error: number, samples: number}} LatencyReport in ms
 * @typedef {import('./protocol.js').Stream} Stream
 */

/** Capture-to-shown time of the frames of the last two seconds; null as long as it is uncertain. */
export class LatencyMeter {
  #latencies = new RecentSamples(WINDOW_MS);
  #errors = new RecentSamples(WINDOW_MS);
  #clock;
  #identity = '';

  /** @param {import('./clock.js').ServerClock} clock */
  constructor(clock) {
    this.#clock = clock;
  }

  /**
   * @param {{rtpTimestamp?: number, expectedDisplayTime: number}} frame of requestVideoFrameCallback
   * @param {Stream|null} stream
   * @param {number} now page time
   */
  add(frame, stream, now) {
    const clock = this.#clock.estimate(now);
    if (!stream || stream.rtpOffset === null || frame.rtpTimestamp === undefined || !clock) return;
    this.#forgetOtherClock(stream);
    const shown = frame.expectedDisplayTime + clock.offset;
    const captured = captureTime(frameIdOf(frame.rtpTimestamp, stream.rtpOffset), stream.epoch, shown);
    this.#latencies.add(now, shown - captured);
    this.#errors.add(now, clock.error + this.#clock.resolution);
  }

  /** @param {number} now page time @returns {LatencyReport|null} */
  report(now) {
    const median = this.#latencies.median(now);
    const error = this.#errors.max(now);
    if (median === null || error === null || now - this.#latencies.latest > FRAMES_WITHIN_MS) return null;
    // Nor can a frame be shown before it was captured.
    if (error > MAX_ERROR_MS || median + error < 0 || median > LONGEST_MS) return null;
    return { median, error, samples: this.#latencies.count(now) };
  }

  /** @param {Stream} stream */
  #forgetOtherClock({ rtpOffset, epoch }) {
    const identity = `${rtpOffset} ${epoch}`;
    if (identity === this.#identity) return;
    this.#identity = identity;
    this.#latencies.clear();
    this.#errors.clear();
  }
}
