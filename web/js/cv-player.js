// SPDX-License-Identifier: LGPL-2.1-or-later
import { ServerClock, clockResolution } from './clock.js';
import { Measurements } from './measurements.js';
import { Reconnector } from './reconnector.js';
import { FRESH_MS } from './results.js';
import { Session } from './session.js';
import { statusOf } from './status.js';
import { View } from './view.js';

/**
 * @typedef {import('./status.js').PlayerState} PlayerState
 * @typedef {import('./signaling.js').SessionError} SessionError
 */

const HUD_INTERVAL_MS = 500;

/**
 * <cv-player src="ws://host:port/ws">: shows the live video of a cv-launch and its results. Without `src`: `/ws` of the
 * page's own host. Events: `cv-state` (detail: {state, error}), `cv-result` (detail: the result).
 */
export class CvPlayer extends HTMLElement {
  static observedAttributes = ['src'];

  #view = new View(this.attachShadow({ mode: 'open' }));
  /** @type {PlayerState} */
  #state = 'closed';
  /** @type {SessionError|null} */
  #error = null;
  #attempt = 0;
  /** @type {Session|null} */
  #session = null;
  /** @type {Measurements|null} */
  #measurements = null;
  /** @type {Reconnector|null} */
  #reconnector = null;
  #frameRequest = 0;
  /** @type {ReturnType<typeof setTimeout>|undefined} */
  #stale;
  /** @type {ReturnType<typeof setInterval>|undefined} */
  #refresh;
  // A page that is left may be kept and come back: it holds no connection meanwhile.
  #onHide = () => this.#stop();
  /** @param {PageTransitionEvent} event */
  #onShow = (event) => { if (event.persisted) this.#start(); };

  connectedCallback() {
    addEventListener('pagehide', this.#onHide);
    addEventListener('pageshow', this.#onShow);
    this.#start();
  }

  disconnectedCallback() {
    removeEventListener('pagehide', this.#onHide);
    removeEventListener('pageshow', this.#onShow);
    this.#stop();
  }

  attributeChangedCallback() {
    if (!this.#reconnector) return;
    this.#stop();
    this.#start();
  }

  /** What is known now, as plain JSON. */
  report() {
    const empty = new Measurements(new ServerClock(0), 0);
    return {
      state: this.#state, error: this.#error, attempt: this.#attempt,
      ...(this.#measurements ?? empty).report(performance.now()),
    };
  }

  #start() {
    if (this.#reconnector) return;
    this.#error = null;
    this.#attempt = 0;
    this.#view.open();
    this.#refresh = setInterval(() => this.#update(), HUD_INTERVAL_MS);
    this.#reconnector = new Reconnector(() => this.#connect());
  }

  #stop() {
    if (!this.#reconnector) return;
    this.#reconnector.close();
    this.#reconnector = null;
    clearInterval(this.#refresh);
    this.#endSession();
    this.#view.close();
    this.#setState('closed');
  }

  #connect() {
    const now = performance.now();
    const clock = new ServerClock(RESOLUTION);
    const measurements = new Measurements(clock, now);
    this.#attempt++;
    this.#measurements = measurements;
    this.#session = new Session(this.#url(), {
      track: (stream) => this.#onTrack(stream),
      stream: (stream) => {
        measurements.stream = stream;
        this.#onProgress();
      },
      result: (result) => this.#onResult(result),
      stats: (stats) => measurements.addStats(stats),
      ended: (error) => this.#onEnded(error),
    }, clock);
    this.#setState('connecting');
  }

  #url() {
    const src = this.getAttribute('src') ?? '/ws';
    try {
      return new URL(src, location.href).href.replace(/^http/, 'ws');
    } catch {
      return src;
    }
  }

  /** @param {MediaStream} stream */
  #onTrack(stream) {
    const { video } = this.#view;
    this.#view.play(stream);
    video.cancelVideoFrameCallback(this.#frameRequest);
    /** @type {VideoFrameRequestCallback} */
    const onFrame = (now, frame) => {
      this.#frameRequest = video.requestVideoFrameCallback(onFrame);
      this.#measurements?.addFrame(frame, now);
      if (this.#measurements?.shown === 1) this.#onProgress();
    };
    this.#frameRequest = video.requestVideoFrameCallback(onFrame);
  }

  /** The picture is shown once there is one and it is known which part of it is for showing. */
  #onProgress() {
    const measurements = this.#measurements;
    if (!this.#session || !measurements?.stream) return;
    const { state, stamp } = measurements.stream;
    if (measurements.shown > 0) {
      this.#view.reveal(stamp?.rows ?? 0);
      this.#reconnector?.succeeded();
    }
    if (state === 'lost') this.#setState('lost');
    else if (measurements.shown > 0) this.#setState('playing');
    else this.#setState('connecting');
  }

  /** @param {import('./protocol.js').Result} result */
  #onResult(result) {
    if (this.#measurements?.addResult(result, performance.now())) {
      this.#view.overlay.show(result);
      clearTimeout(this.#stale);
      this.#stale = setTimeout(() => this.#view.overlay.show(null), FRESH_MS);
    }
    this.dispatchEvent(new CustomEvent('cv-result', { detail: result }));
  }

  /** @param {SessionError} error */
  #onEnded(error) {
    this.#error = error;
    this.#endSession();
    this.#reconnector?.failed(error.code);
    this.#setState('waiting');
  }

  #endSession() {
    clearTimeout(this.#stale);
    this.#view.video.cancelVideoFrameCallback(this.#frameRequest);
    this.#view.freeze();
    this.#view.stop();
    this.#session?.close();
    this.#session = null;
    this.#measurements = null;
  }

  /** @param {PlayerState} state */
  #setState(state) {
    const changed = state !== this.#state;
    this.#state = state;
    if (state === 'playing') this.#error = null;
    this.#update();
    if (changed) this.dispatchEvent(new CustomEvent('cv-state', { detail: { state, error: this.#error } }));
  }

  #update() {
    const now = performance.now();
    const message = this.#measurements?.stream?.message ?? '';
    // A hidden page is shown no frames, and a paused one has its button.
    const standstill = document.hidden || this.#view.video.paused ? 0 : this.#measurements?.standstill(now) ?? 0;
    this.#view.show(statusOf(this.#state, this.#error, message, this.#reconnector?.wait ?? 0, standstill));
    this.#view.hud.update(this.#measurements?.report(now) ?? null);
  }
}

const RESOLUTION = clockResolution(() => performance.now());

customElements.define('cv-player', CvPlayer);
