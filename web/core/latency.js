// SPDX-License-Identifier: LGPL-2.1-or-later
import { captureTime, frameIdOf } from './frame-id.js';
import { RecentSamples } from './samples.js';

/** A figure that may be wrong by more says nothing about a live stream. */
export const MAX_ERROR_MS = 25;
/** No live picture is that old. Then the ids or the clocks are wrong. */
const LONGEST_MS = 30_000;
const WINDOW_MS = 2000;
const FRAMES_WITHIN_MS = 1000;

/**
 * @typedef {{median: number, error: number, samples: number}} LatencyReport in ms
 * @typedef {import('./protocol.js').Stream} Stream
 * @typedef {{rtpTimestamp?: number, receiveTime?: number, expectedDisplayTime: number}} Frame
 */

/** Time from capture to `moment`, of the frames of the last two seconds; null as long as it is uncertain. */
export class LatencyMeter {
  /** Page time of the moment − server time of the capture. The clock's offset is added only in the report: it is known better then. */
  #differences = new RecentSamples(WINDOW_MS);
  #clock;
  #moment;
  #identity = '';

  /**
   * @param {import('./clock.js').ServerClock} clock
   * @param {(frame: Frame) => number} moment in page time; NaN if the frame does not tell
   */
  constructor(clock, moment = (frame) => frame.expectedDisplayTime) {
    this.#clock = clock;
    this.#moment = moment;
  }

  /**
   * @param {Frame} frame of requestVideoFrameCallback
   * @param {Stream|null} stream
   * @param {number} now page time
   */
  add(frame, stream, now) {
    const moment = this.#moment(frame);
    const id = frameIdOf(frame.rtpTimestamp, stream?.rtpOffset);
    if (id !== null && !Number.isNaN(moment)) this.addMoment(id, moment, stream, now);
  }

  /** @param {number} id of the frame @param {number} moment page time @param {Stream|null} stream @param {number} now page time */
  addMoment(id, moment, stream, now) {
    const clock = this.#clock.estimate(now);
    if (!stream || !clock) return;
    this.#forgetOtherClock(stream);
    this.#differences.add(now, moment - captureTime(id, stream.epoch, moment + clock.offset));
  }

  /** @param {number} now page time @returns {LatencyReport|null} */
  report(now) {
    const difference = this.#differences.median(now);
    const clock = this.#clock.estimate(now);
    if (difference === null || clock === null || now - this.#differences.latest > FRAMES_WITHIN_MS) return null;
    const median = difference + clock.offset;
    const error = clock.error + this.#clock.resolution;
    const most = median + error;
    // A frame can't be shown before it was captured.
    if (error > MAX_ERROR_MS || most < 0 || median > LONGEST_MS) return null;
    return { median: Math.max(0, median), error: Math.min(error, most), samples: this.#differences.count(now) };
  }

  /** @param {Stream} stream */
  #forgetOtherClock({ rtpOffset, epoch }) {
    const identity = `${rtpOffset} ${epoch}`;
    if (identity === this.#identity) return;
    this.#identity = identity;
    this.#differences.clear();
  }
}
