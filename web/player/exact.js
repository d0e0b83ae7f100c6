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
import { DEFAULTS } from './settings.js';

/**
 * @typedef {import('../core/protocol.js').Stream} Stream
 * @typedef {import('../core/protocol.js').Result} Result
 * @typedef {import('./settings.js').Settings} Settings
 * @typedef {import('./settings.js').Mode} Mode
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
  #composer;
  #hold;
  #settings = DEFAULTS;
  /** @type {Mode} */
  #mode = 'async';
  /** @type {Stream|null} */
  #stream = null;
  /** @type {number|null} */
  #delayed = null;
  #store = new ResultStore();
  #identity = new Identity();
  #delay = new NeededDelay();
  #proof = new Proof();
  #errors = new OverlayError();
  #stampMs = new RecentSamples(5000);
  /** @type {number|null} */
  #last = null;
  #composed = false;
  /** Of the frames that were begun and drawn: reading them may take different times. */
  #begun = 0;
  #drawn = 0;
  #shownAt = Infinity;  // before the first frame there is no pause
  #readAt = 0;
  #timesTold = false;

  /** @param {import('./composed-picture.js').ComposedPicture} composer @param {import('../core/video-delay.js').VideoDelay} hold */
  constructor(composer, hold) {
    this.#composer = composer;
    this.#hold = hold;
  }

  /** @returns {Mode} */
  get mode() {
    return this.#mode;
  }

  /** Whether there is a composed picture. */
  get composed() {
    return this.#composed;
  }

  /** Why there is no exact view; '' where there is. */
  get obstacle() {
    if (!this.#stream) return 'Not connected yet';
    if (!this.#stream.stamp) return 'The video carries no frame stamps: the pipeline needs the element framestamp';
    return this.#hold.usable ? '' : 'This browser can’t hold video back (RTCRtpScriptTransform)';
  }

  /** The plot's points. @param {number} now */
  errors(now) {
    return this.#errors.points(now);
  }

  /** @param {Settings} settings */
  set settings(settings) {
    if (settings.fill !== this.#settings.fill) this.#delay.clear();
    this.#settings = settings;
    this.#choose();
  }

  /** @param {Stream} stream */
  set stream(stream) {
    this.#stream = stream;
    this.#choose();
  }

  /** False for one that was there already. @param {Result} result @param {number} now */
  addResult(result, now) {
    if (!this.#store.add(result, now)) return false;
    this.#delay.addResult(result, now, this.#settings.fill === 'interpolated');
    this.#errors.addResult(result, now);
    if (this.#mode === 'exact') {
      this.#proof.addResult(result.frame);
      const rtp = this.#rtpOf(result.frame);
      if (rtp !== null) this.#hold.want(rtp);
    }
    this.#adapt(now);
    return true;
  }

  /** In async mode: a frame is shown with `results`, which are of older ones, over it. @param {Callback} callback @param {Result[]} results @param {number} now */
  noteLive(callback, results, now) {
    const id = this.#callbackId(callback);
    if (id === null) return;
    this.#delay.addFrame(id, now, this.#hold.applied);
    this.#errors.addFrame(id, results, 'async', now);
  }

  /**
   * Draws the video's present frame with its own results.
   * @param {HTMLVideoElement} video @param {Callback} callback @param {() => boolean} visible whether results are drawn, asked when they are
   * @param {number} now
   */
  async show(video, callback, visible, now) {
    const stream = this.#stream;
    if (!stream) return;
    const number = ++this.#begun;
    const snapshot = await this.#composer.take(video, stream.stamp);
    if (!snapshot) return;
    try {
      if (number > this.#drawn && this.#mode === 'exact') this.#present(snapshot, { video, callback, visible, now, stream });
    } finally {
      snapshot.close();
    }
    this.#drawn = Math.max(this.#drawn, number);
  }

  /**
   * Nothing is waited for in here: another frame's picture must not come between this one and what belongs to it.
   * @param {import('./snapshot.js').Snapshot} snapshot
   * @param {{video: HTMLVideoElement, callback: Callback, visible: () => boolean, now: number, stream: Stream}} scene
   */
  #present(snapshot, { video, callback, visible, now, stream }) {
    this.#composer.fit(video);
    snapshot.draw();
    if (now - this.#shownAt > PAUSE_MS) this.#proof.restart();
    this.#shownAt = now;
    this.#timesTold = snapshot.rtp !== undefined;
    this.#store.forget(now);
    this.#stampMs.add(performance.now(), snapshot.stampMs);
    const identified = this.#identity.of(snapshot, stream);
    const { id } = identified;
    if (id !== null && id === this.#last) this.#redraw(id, visible);
    else this.#draw(identified, snapshot.stampId, visible, now);
    this.#last = id;
    this.#composed = true;
    const actual = snapshot.stampId ?? id;
    // Seen is what was shown, also where nobody can tell which frame it is.
    const rtp = snapshot.rtp ?? (actual === null ? callback.rtpTimestamp : this.#rtpOf(actual));
    if (rtp !== undefined && rtp !== null) this.#hold.seen(rtp);
    if (actual !== null) this.#delay.addFrame(actual, now, this.#hold.applied);
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
    return {
      mode: this.#mode, obstacle: this.obstacle, fill: this.#settings.fill,
      /** ms; null: without limit */
      hold: Number.isFinite(this.#settings.hold) ? this.#settings.hold : null,
      delay: { applied: this.#hold.applied, target: this.#delayed, lag: this.#delay.lag(now) },
      frames: { ...this.#proof.frames }, results: { ...this.#proof.results },
      rtp: this.#identity.rewritten ? 'rewritten' : this.#timesTold ? 'of the frame' : 'not told',
      stampMs: this.#stampMs.median(now), overlayError: this.#errors.median(now),
    };
  }

  /** @param {number} id @param {() => boolean} visible */
  #redraw(id, visible) {
    if (visible()) this.#composer.drawResults(this.#store.drawings(id, this.#settings.fill));
  }

  /**
   * @param {import('../core/identity.js').Identified} identified @param {number|null} stampId @param {() => boolean} visible
   * @param {number} now
   */
  #draw({ id, disagree, unreadable }, stampId, visible, now) {
    const drawings = id === null ? [] : this.#store.drawings(id, this.#settings.fill);
    if (visible()) this.#composer.drawResults(drawings);
    this.#proof.addFrame(id, drawings.some(({ kind }) => kind === 'measured'), { disagree, unreadable });
    const actual = stampId ?? id;
    if (actual !== null) this.#errors.addFrame(actual, drawings.map(({ result }) => result), 'exact', now);
  }

  /** @param {Callback} callback */
  #callbackId({ rtpTimestamp }) {
    const offset = this.#stream?.rtpOffset ?? null;
    return rtpTimestamp === undefined || offset === null ? null : frameIdOf(rtpTimestamp, offset);
  }

  /** @param {number} id */
  #rtpOf(id) {
    const offset = this.#stream?.rtpOffset ?? null;
    return offset === null ? null : (id + offset) >>> 0;
  }

  #choose() {
    const wanted = this.#settings.mode ?? (this.#stream?.stamp ? 'exact' : 'async');
    const mode = this.obstacle === '' ? wanted : 'async';
    if (mode !== this.#mode) {
      this.#mode = mode;
      this.#proof.restart();
      this.#last = null;
      this.#composed = false;
    }
    this.#adapt(performance.now());
  }

  /** @param {number} now */
  #adapt(now) {
    const target = this.#mode === 'exact' ? this.#delay.target(now, this.#settings.hold, this.#delayed ?? 0) : null;
    const close = target !== null && this.#delayed !== null && target > 0 && Math.abs(target - this.#delayed) < STEP_MS;
    if (close || target === this.#delayed) return;
    this.#delayed = target;
    this.#hold.delay(target);
  }
}
