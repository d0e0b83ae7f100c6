// SPDX-License-Identifier: LGPL-2.1-or-later
// Results on their own frames: takes each frame's identity from the frame itself, draws it with what belongs to it, holds
// the video back just enough for that, and counts what became of it.
import { NeededDelay } from '../core/needed-delay.js';
import { frameIdOf } from '../core/frame-id.js';
import { Identity } from '../core/identity.js';
import { OverlayError } from '../core/overlay-error.js';
import { Proof } from '../core/proof.js';
import { ResultStore } from '../core/results.js';
import { RecentSamples } from '../core/samples.js';

/**
 * @typedef {import('../core/protocol.js').Stream} Stream
 * @typedef {import('../core/protocol.js').Result} Result
 * @typedef {{rtpTimestamp?: number}} Callback of requestVideoFrameCallback
 */

/** How often what is shown is read again: the proof does not rest on what was meant to be drawn. */
const READ_BACK_MS = 1000;
/** After a pause this long ids can't be compared any more. */
const PAUSE_MS = 60_000;
/** The delay follows its target in steps of this, so that the worker is not told of every ms. */
const STEP_MS = 2;

/** One attempt's frames and results. `now` is page time throughout. */
export class Exact {
  #store;
  #composer;
  #videoDelay;
  #results = new ResultStore();
  #identity = new Identity();
  #delay = new NeededDelay();
  #proof = new Proof();
  #errors = new OverlayError();
  #stampMs = new RecentSamples(5000);
  /** @type {number|null} */
  #last = null;
  /** Of the frames that were begun and drawn: reading them may take different times. */
  #begun = 0;
  #drawn = 0;
  #shownAt = Infinity;  // before the first frame there is no pause
  #readAt = 0;
  #timesTold = false;

  #stopListening;

  /**
   * @param {import('../core/store.js').Store} store @param {import('./composed-picture.js').ComposedPicture} composer
   * @param {import('../core/video-delay.js').VideoDelay} videoDelay
   */
  constructor(store, composer, videoDelay) {
    this.#store = store;
    this.#composer = composer;
    this.#videoDelay = videoDelay;
    this.#stopListening = store.on(['settings', 'stream', 'delayable'], ({ settings }, before) => {
      if (settings.fill !== before.settings.fill) this.#delay.clear();
      this.#choose();
    });
    this.#choose();
  }

  close() {
    this.#stopListening();
  }

  /** The plot's points. @param {number} now */
  errors(now) {
    return this.#errors.points(now);
  }

  /** False for one that was there already. @param {Result} result @param {number} now */
  addResult(result, now) {
    if (!this.#results.add(result, now)) return false;
    const { mode, settings } = this.#store.facts;
    this.#delay.addResult(result, now, settings.fill === 'interpolated');
    this.#errors.addResult(result, now);
    if (mode === 'exact') {
      this.#proof.addResult(result.frame);
      const rtp = this.#rtpOf(result.frame);
      if (rtp !== null) this.#videoDelay.want(rtp);
    }
    this.#adapt(now);
    return true;
  }

  /** In async mode: a frame is shown with `results`, which are of older ones, over it. @param {Callback} callback @param {Result[]} results @param {number} now */
  noteLive(callback, results, now) {
    const id = this.#callbackId(callback);
    if (id === null) return;
    this.#delay.addFrame(id, now, this.#store.facts.appliedDelay);
    this.#errors.addFrame(id, results, 'async', now);
  }

  /**
   * Draws the video's present frame with its own results.
   * @param {HTMLVideoElement} video @param {Callback} callback @param {number} now
   */
  async show(video, callback, now) {
    const { stream } = this.#store.facts;
    if (!stream) return;
    const number = ++this.#begun;
    const snapshot = await this.#composer.take(video, stream.stamp);
    if (!snapshot) return;
    try {
      if (number > this.#drawn && this.#store.facts.mode === 'exact') this.#present(snapshot, { video, callback, now, stream });
    } finally {
      snapshot.close();
    }
    this.#drawn = Math.max(this.#drawn, number);
  }

  /**
   * Nothing is waited for in here: another frame's picture must not come between this one and what belongs to it.
   * @param {import('./snapshot.js').Snapshot} snapshot
   * @param {{video: HTMLVideoElement, callback: Callback, now: number, stream: Stream}} scene
   */
  #present(snapshot, { video, callback, now, stream }) {
    this.#composer.fit(video);
    snapshot.draw();
    if (now - this.#shownAt > PAUSE_MS) this.#proof.restart();
    this.#shownAt = now;
    this.#timesTold = snapshot.rtp !== undefined;
    this.#results.forget(now);
    this.#stampMs.add(performance.now(), snapshot.stampMs);
    const identified = this.#identity.of(snapshot, stream);
    const { id } = identified;
    if (id !== null && id === this.#last) this.#redraw(id);
    else this.#draw(identified, snapshot.stampId, now);
    this.#last = id;
    this.#store.set({ composed: true });
    const actual = snapshot.stampId ?? id;
    // Seen is what was shown, also where nobody can tell which frame it is.
    const rtp = snapshot.rtp ?? (actual === null ? callback.rtpTimestamp : this.#rtpOf(actual));
    if (rtp !== undefined && rtp !== null) this.#videoDelay.seen(rtp);
    if (actual !== null) this.#delay.addFrame(actual, now, this.#store.facts.appliedDelay);
    if (id !== null && now - this.#readAt > READ_BACK_MS) this.#readBack(id, video, stream, now);
  }

  /** @param {number} id @param {HTMLVideoElement} video @param {Stream} stream @param {number} now */
  async #readBack(id, video, { stamp }, now) {
    this.#readAt = now;
    const actual = stamp ? await this.#composer.readBack(video, stamp).catch(() => null) : null;
    if (actual !== null) this.#proof.addReading(id, actual);
  }

  /** @param {number} now */
  report(now) {
    const { mode, obstacle, settings: { fill, hold }, wantedDelay, appliedDelay } = this.#store.facts;
    return {
      mode, obstacle, fill,
      /** ms; null: without limit */
      hold: Number.isFinite(hold) ? hold : null,
      delay: { applied: appliedDelay, target: wantedDelay, lag: this.#delay.lag(now) },
      frames: { ...this.#proof.frames }, results: { ...this.#proof.results },
      rtp: this.#identity.rewritten ? 'rewritten' : this.#timesTold ? 'of the frame' : 'not told',
      stampMs: this.#stampMs.median(now), overlayError: this.#errors.median(now),
    };
  }

  /** @param {number} id */
  #redraw(id) {
    if (this.#store.facts.resultsVisible) this.#composer.drawResults(this.#results.drawings(id, this.#store.facts.settings.fill));
  }

  /**
   * @param {import('../core/identity.js').Identified} identified @param {number|null} stampId @param {number} now
   */
  #draw({ id, disagree, unreadable }, stampId, now) {
    const drawings = id === null ? [] : this.#results.drawings(id, this.#store.facts.settings.fill);
    if (this.#store.facts.resultsVisible) this.#composer.drawResults(drawings);
    this.#proof.addFrame(id, drawings.some(({ kind }) => kind === 'measured'), { disagree, unreadable });
    const actual = stampId ?? id;
    if (actual !== null) this.#errors.addFrame(actual, drawings.map(({ result }) => result), 'exact', now);
  }

  /** @param {Callback} callback */
  #callbackId({ rtpTimestamp }) {
    const offset = this.#store.facts.stream?.rtpOffset ?? null;
    return rtpTimestamp === undefined || offset === null ? null : frameIdOf(rtpTimestamp, offset);
  }

  /** @param {number} id */
  #rtpOf(id) {
    const offset = this.#store.facts.stream?.rtpOffset ?? null;
    return offset === null ? null : (id + offset) >>> 0;
  }

  #choose() {
    const { settings, stream, mode: before } = this.#store.facts;
    const obstacle = this.#obstacle();
    const wanted = settings.mode ?? (stream?.stamp ? 'exact' : 'async');
    const mode = obstacle === '' ? wanted : 'async';
    this.#store.set({ mode, obstacle });
    if (mode !== before) {
      this.#proof.restart();
      this.#last = null;
      this.#store.set({ composed: false });
    }
    this.#adapt(performance.now());
  }

  /** Why there is no exact view; '' where there is. */
  #obstacle() {
    const { stream, delayable } = this.#store.facts;
    if (!stream) return 'Not connected yet';
    if (!stream.stamp) return 'The video carries no frame stamps: the pipeline needs the element framestamp';
    return delayable ? '' : 'This browser can’t hold video back (RTCRtpScriptTransform)';
  }

  /** @param {number} now */
  #adapt(now) {
    const { mode, settings: { hold }, wantedDelay: before } = this.#store.facts;
    const wantedDelay = mode === 'exact' ? this.#delay.target(now, hold, before ?? 0) : null;
    const close = wantedDelay !== null && before !== null && wantedDelay > 0 && Math.abs(wantedDelay - before) < STEP_MS;
    if (!close) this.#store.set({ wantedDelay });
  }
}
