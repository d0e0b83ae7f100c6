// SPDX-License-Identifier: LGPL-2.1-or-later
import { captureTime, frameIdOf } from './frame-id.js';
import { LatencyMeter, MAX_ERROR_MS } from './latency.js';
import { Ledger } from './ledger.js';
import { Models } from './models.js';
import { RecentSamples } from './samples.js';
import { StatsMeter } from './stats.js';

/**
 * @typedef {import('./protocol.js').Result} Result
 * @typedef {import('./ledger.js').Frame & {presentedFrames: number}} ShownFrame
 * @typedef {{received: number, perSecond: number, lag: number|null, ms: number|null, delivery: Spread|null, drawn: Spread|null,
 *   last: Result|null}} ResultsReport `delivery` and `drawn`: since the end of the inference
 * @typedef {{median: number, p95: number}} Spread in ms
 */

/** Everything measured in one attempt. `now` is page time (performance.now()) throughout. */
export class Measurements {
  models = new Models();
  #store;
  #started;
  #clock;
  #latency;
  #ledger;
  #stats = new StatsMeter();
  #arrivals = new RecentSamples(5000);
  // Page time − server time; the clock's offset is added in the report, as in LatencyMeter.
  #lags = new RecentSamples(2000);
  #deliveries = new RecentSamples(5000);
  #drawn = new RecentSamples(5000);
  #received = 0;
  /** @type {Result|null} */
  #newest = null;
  #shown = 0;
  #repaints = new RecentSamples(2000);
  #presented = 0;
  #lastFrame = -Infinity;
  /** @type {number|null} */
  #firstFrame = null;
  /** When the viewer began to look again, and how many frames were dropped while it did not. */
  #resumed = -Infinity;
  #unseen = 0;

  /** @param {import('./store.js').Store} store @param {import('./clock.js').ServerClock} clock @param {number} now */
  constructor(store, clock, now) {
    this.#store = store;
    this.#clock = clock;
    this.#latency = new LatencyMeter(clock);
    this.#ledger = new Ledger(clock);
    this.#started = now;
  }

  /** How long the picture has stood still. @param {number} now */
  standstill(now) {
    return now - this.#lastFrame;
  }

  /** The viewer looks again: that the picture stood still till now is no fault. @param {number} now */
  resume(now) {
    this.#resumed = this.#lastFrame = now;
  }

  /** Whether a frame was captured before the viewer looked again: how late it is shown says nothing. @param {number|null} id @param {number} now */
  isOld(id, now) {
    const clock = this.#clock.estimate(now);
    const since = this.#sinceCapture(id, now);
    return clock !== null && since !== null && now - since - clock.offset < this.#resumed;
  }

  /**
   * The video shows a frame. Behind a composed picture nobody sees it: that picture is painted later.
   * @param {ShownFrame} frame @param {number} now
   */
  addFrame(frame, now) {
    // The callback comes at most once per repaint and may skip frames that were shown.
    this.#shown += this.#shown === 0 ? 1 : Math.max(1, frame.presentedFrames - this.#presented);
    this.#presented = frame.presentedFrames;
    this.#firstFrame ??= Math.max(now, frame.expectedDisplayTime) - this.#started;
    const { stream, composed, drawn } = this.#store.facts;
    this.#ledger.add(frame, stream, now);
    if (composed || drawn) return;
    this.#repaints.add(now, 0);
    if (!this.isOld(frameIdOf(frame.rtpTimestamp, stream?.rtpOffset), now)) this.#latency.add(frame, stream, now);
    this.addPicture(now);
  }

  /** A frame of the composed picture comes to the screen. @param {number|null} id null: nobody can tell which @param {number} now */
  addPainted(id, now) {
    this.#repaints.add(now, 0);
    if (id !== null && !this.isOld(id, now)) this.#latency.addMoment(id, now, this.#store.facts.stream, now);
    this.addPicture(now);
  }

  /** There is another picture, of which no more need be known. @param {number} now */
  addPicture(now) {
    this.#lastFrame = now;
    this.#firstFrame ??= now - this.#started;
    this.#store.set({ hasPicture: true });
  }

  /** @param {import('./control-channel.js').Delays} delays @param {number} now */
  addDelays(delays, now) {
    this.#ledger.addServer(delays, now);
  }

  /** @param {import('./stats.js').VideoStats} stats */
  addStats(stats) {
    if (!this.#store.facts.looking) this.#unseen += stats.dropped - (this.#stats.last?.dropped ?? 0);
    this.#stats.add(stats);
  }

  /** Whether it is its model's newest result. @param {Result} result @param {number} now */
  addResult(result, now) {
    this.#received++;
    this.#arrivals.add(now, 0);
    const lag = this.#sinceCapture(result.frame, now);
    if (lag !== null) this.#lags.add(now, lag);
    this.#addDelivery(this.#deliveries, result, now);
    const newest = this.models.addResult(result, now, lag);
    if (newest) this.#newest = result;
    return newest;
  }

  /** A result is drawn for the first time. @param {Result} result @param {number} now */
  addDrawn(result, now) {
    this.#addDelivery(this.#drawn, result, now);
  }

  /** @param {RecentSamples} samples since the end of the inference @param {Result} result @param {number} now */
  #addDelivery(samples, { frame, age }, now) {
    const lag = this.#sinceCapture(frame, now);
    if (lag !== null && age !== undefined) samples.add(now, lag - age);
  }

  /** Page time − server time of the capture; null while that is not known. @param {number|null} frame @param {number} now */
  #sinceCapture(frame, now) {
    const clock = this.#clock.estimate(now);
    const { stream } = this.#store.facts;
    return frame !== null && clock && stream ? now - captureTime(frame, stream.epoch, now + clock.offset) : null;
  }

  /** @param {number} now */
  report(now) {
    const stats = this.#stats.last;
    const rates = this.#stats.rates;
    const last = this.#newest;
    const latency = this.#latency.report(now);
    const clock = this.#clock.estimate(now);
    const offset = clock && clock.error <= MAX_ERROR_MS ? clock.offset : null;
    const lag = this.#lags.median(now);
    const { stream, link, transport, looking } = this.#store.facts;
    const expected = looking && stream?.state === 'live' && link?.reason !== 'too-slow';
    return {
      frames: {
        decoded: stats?.decoded ?? 0, shown: this.#shown, dropped: (stats?.dropped ?? 0) - this.#unseen,
        perSecond: rates?.perSecond ?? null,
        // There is one callback a repaint. A frame that came between two was replaced before anyone could see it.
        paintedPerSecond: this.#shown === 0 ? null : this.#repaints.perSecond(now),
      },
      packetsLost: stats?.packetsLost ?? 0,
      bitrate: rates?.bitrate ?? null,
      width: stats?.width ?? 0,
      height: stats?.height ?? 0,
      latency,
      stages: this.#ledger.report(now, latency),
      clock,
      /** @type {ResultsReport} */
      results: {
        received: this.#received, perSecond: this.#arrivals.perSecond(now),
        lag: lag === null || offset === null ? null : lag + offset, ms: last?.ms ?? null,
        delivery: spread(this.#deliveries, now, offset), drawn: spread(this.#drawn, now, offset), last,
      },
      models: this.models.report(now, offset, expected ? this.#resumed : Infinity),
      stream, link, transport,
      started: this.#started,
      firstFrame: this.#firstFrame,
    };
  }
}

/** @param {RecentSamples} samples @param {number} now @param {number|null} offset of the server's clock */
function spread(samples, now, offset) {
  const [median, p95] = [50, 95].map((p) => samples.percentile(now, p));
  return median === null || p95 === null || offset === null ? null : { median: median + offset, p95: p95 + offset };
}
