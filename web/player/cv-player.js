// SPDX-License-Identifier: LGPL-2.1-or-later
import { ServerClock, clockResolution } from '../core/clock.js';
import { Exact } from './exact.js';
import { VideoDelay } from '../core/video-delay.js';
import { Measurements } from '../core/measurements.js';
import { Reconnector } from './reconnector.js';
import { FRESH_MS } from '../core/results.js';
import { Session } from '../core/session.js';
import { DEFAULTS, isSetting, settingText, withSetting } from '../core/settings.js';
import { NO_ATTEMPT, Store } from '../core/store.js';
import { statusOf } from './status.js';
import { View } from './view.js';

/**
 * @typedef {import('../core/store.js').PlayerState} PlayerState
 * @typedef {import('../core/signaling.js').SessionError} SessionError
 */

const HUD_INTERVAL_MS = 500;

/**
 * <cv-player src="ws://host:port/ws">: shows the live video of a cv-launch and its results. Without `src`: `/ws` of the
 * page's own host. What a viewer can choose are attributes too: `mode` (async, exact; without it: exact where the video is
 * stamped), `fill` (none, last, interpolated), `hold` (ms, or infinite).
 * Events: `cv-state` (detail: {state, error}), `cv-result` (detail: the result), `cv-model` (detail: a model's state),
 * `cv-setting` (detail: {name, text}).
 */
export class CvPlayer extends HTMLElement {
  /** The attributes that a viewer's choices are. */
  static settings = Object.keys(DEFAULTS);
  static observedAttributes = ['src', ...CvPlayer.settings];

  #store = new Store();
  #view = new View(this.attachShadow({ mode: 'open' }), this.#store, (name, text) => this.#choose(name, text));
  /** @type {Session|null} */
  #session = null;
  /** @type {Measurements|null} */
  #measurements = null;
  /** @type {Exact|null} */
  #exact = null;
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

  constructor() {
    super();
    this.#store.on(['stream'], () => this.#onProgress());
  }

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

  /** @param {string} name @param {string|null} _ @param {string|null} text */
  attributeChangedCallback(name, _, text) {
    if (isSetting(name)) {
      this.#store.set({ settings: withSetting(this.#store.facts.settings, name, text) });
      return;
    }
    if (!this.#reconnector) return;
    this.#stop();
    this.#start();
  }

  /** What is known now, as plain JSON. */
  report() {
    const empty = new Measurements(this.#store, new ServerClock(0), 0);
    const { state, error, attempt } = this.#store.facts;
    return {
      state, error, attempt,
      ...(this.#measurements ?? empty).report(performance.now()),
      exact: this.#exact?.report(performance.now()) ?? null,
    };
  }

  #start() {
    if (this.#reconnector) return;
    this.#store.set({ error: null, attempt: 0 });
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
    const measurements = new Measurements(this.#store, clock, now);
    const videoDelay = new VideoDelay(this.#store);
    this.#view.overlay.drawn = (result) => measurements.addDrawing(result, performance.now());
    this.#store.set({ attempt: this.#store.facts.attempt + 1 });
    this.#measurements = measurements;
    this.#exact = new Exact(this.#store, this.#view.composer, videoDelay);
    this.#session = new Session(this.#url(), this.#store, {
      track: (stream) => this.#onTrack(stream),
      result: (result) => this.#onResult(result),
      model: (state) => this.#onModel(state),
      delays: (delays) => measurements.addDelays(delays, performance.now()),
      stats: (stats) => measurements.addStats(stats),
      ended: (error) => this.#onEnded(error),
    }, { clock, videoDelay });
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
      this.#present(frame);
    };
    this.#frameRequest = video.requestVideoFrameCallback(onFrame);
  }

  /** @param {VideoFrameCallbackMetadata} frame */
  async #present(frame) {
    const now = performance.now();
    if (this.#store.facts.mode === 'exact') await this.#exact?.show(this.#view.video, frame, now).catch(reportError);
    else this.#exact?.noteLive(frame, this.#view.overlay.results, now);
  }

  /** What the viewer chose becomes an attribute. @param {string} name @param {string} text */
  #choose(name, text) {
    this.setAttribute(name, text);
    this.dispatchEvent(new CustomEvent('cv-setting', { detail: { name, text: settingText(this.#store.facts.settings, name) } }));
  }

  /** The picture is shown once there is one and it is known which part of it is for showing. */
  #onProgress() {
    const measurements = this.#measurements;
    const { stream } = this.#store.facts;
    if (!measurements || !stream) return;
    const { state, stamp } = stream;
    if (measurements.shown > 0) {
      this.#view.reveal(stamp?.rows ?? 0);
      this.#reconnector?.succeeded();
    }
    if (state === 'lost') this.#setState('lost');
    else if (measurements.shown > 0) this.#setState('playing');
    else this.#setState('connecting');
  }

  /** @param {import('../core/protocol.js').Result} result */
  #onResult(result) {
    const now = performance.now();
    if (!this.#exact?.addResult(result, now)) return;
    if (this.#measurements?.addResult(result, now)) {
      this.#showFresh();
      clearTimeout(this.#stale);
      this.#stale = setTimeout(() => this.#showFresh(), FRESH_MS);
    }
    this.dispatchEvent(new CustomEvent('cv-result', { detail: result }));
  }

  #showFresh() {
    this.#view.overlay.show(this.#measurements?.models.fresh(performance.now()) ?? []);
  }

  /** @param {import('../core/protocol.js').ModelState} state */
  #onModel(state) {
    this.#measurements?.models.addState(state);
    this.#update();
    this.dispatchEvent(new CustomEvent('cv-model', { detail: state }));
  }

  /** @param {SessionError} error */
  #onEnded(error) {
    this.#store.set({ error });
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
    this.#exact?.close();
    this.#session = null;
    this.#measurements = null;
    this.#exact = null;
    this.#store.set(NO_ATTEMPT);
  }

  /** @param {PlayerState} state */
  #setState(state) {
    const { state: before } = this.#store.facts;
    this.#store.set({ state });
    if (state === 'playing') this.#store.set({ error: null });
    this.#update();
    if (state !== before) this.dispatchEvent(new CustomEvent('cv-state', { detail: { state, error: this.#store.facts.error } }));
  }

  #update() {
    const now = performance.now();
    const { state, error, stream } = this.#store.facts;
    // A hidden page is shown no frames, and a paused one has its button.
    const standstill = document.hidden || this.#view.video.paused ? 0 : this.#measurements?.standstill(now) ?? 0;
    this.#view.show(statusOf(state, error, stream?.message ?? '', this.#reconnector?.wait ?? 0, standstill));
    const report = this.#measurements?.report(now) ?? null;
    this.#view.hud.update(report, this.#exact?.report(now) ?? null);
    this.#view.models.update(report?.models ?? []);
    this.#view.plot.draw(this.#exact?.errors(now) ?? [], now);
  }
}

const RESOLUTION = clockResolution(() => performance.now());

customElements.define('cv-player', CvPlayer);
