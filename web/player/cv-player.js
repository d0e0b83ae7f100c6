// SPDX-License-Identifier: LGPL-2.1-or-later
import { ServerClock, pageTime } from '../core/clock.js';
import { takes } from '../core/beside.js';
import { MAY_NOT_DECODE, canDecode } from '../core/can-decode.js';
import { Measurements } from '../core/measurements.js';
import { socketAddress } from '../core/server-address.js';
import { DEFAULTS, isSetting, settingText, withSetting } from '../core/settings.js';
import { NO_ATTEMPT, Store } from '../core/store.js';
import { isStills } from '../core/stream-picture.js';
import { Attempt } from './attempt.js';
import { watchAttention } from './attention.js';
import { Attributes } from './attributes.js';
import { Feed, feedOf } from './feed.js';
import { Reconnector } from './reconnector.js';
import { statusOf } from './status.js';
import { View } from './view.js';

/**
 * @typedef {import('../core/store.js').PlayerState} PlayerState
 * @typedef {import('../core/signaling.js').SessionError} SessionError
 */

const NOTHING = () => {};
const hasWebRtc = () => typeof RTCPeerConnection === 'function';
const PAGE_EVENTS = /** @type {const} */ (['pagehide', 'pageshow']);
const HUD_INTERVAL_MS = 500;
/** From one single picture to the next one: a server may let 10 s pass. */
const LONGEST_STILL_MS = 10_000;
const NO_WEBCODECS = { code: 'browser', message: `this page ${MAY_NOT_DECODE}` };
const NO_WEBRTC = { code: 'browser', message: 'this browser has no WebRTC (RTCPeerConnection): use another one, or allow it in its settings' };

/**
 * <cv-player src="https://host:8080" controls>: shows the live video of a cv-launch and its results. See Attributes for what else it
 * takes.
 *
 * Events: `cv-state` (detail: {state, error}), `cv-error` (detail: {code, message, final}: what ended an attempt to watch; `final`: there will be
 * no other one), `cv-result` (detail: the result, each once), `cv-model` (detail: a model's state), `cv-stats` (detail: see report(), twice
 * a second), `cv-properties` (detail: see properties), `cv-window` (detail: see window), `cv-setting` (detail: {name, text}: what a viewer chose), `cv-select` (detail: {object,
 * result}: what a viewer selected in the picture, or null).
 *
 * Slots: `over`, above the picture; `controls`, below it.
 */
export class CvPlayer extends Attributes {
  /** The attributes that a viewer's choices are. (Static fields would make esbuild write every private name of the class out.) */
  static get settings() {
    return Object.keys(DEFAULTS);
  }

  static get observedAttributes() {
    return ['src', 'of', 'token', 'results', 'controls', ...CvPlayer.settings];
  }

  /**
   * Takes part in a connection that other players of the page use too, where there is one.
   * @type {import('../core/session.js').Connect|undefined}
   */
  connect;
  #store = new Store();
  #view = new View(this.attachShadow({ mode: 'open' }), this.#store, {
    chosen: (name, text) => this.#choose(name, text),
    selected: (picked) => this.#tell('cv-select', picked),
    snapshot: () => this.snapshot(),
    send: (message) => this.#attempt?.send(message),
  });
  // later: who follows may be in the midst of it
  #feed = new Feed(this, this.#store, () => queueMicrotask(() => { if (this.paused && this.#facts.state === 'closed') this.#start(); }));
  /** @type {Attempt|null} */
  #attempt = null;
  #telling = 0;
  /** @type {Reconnector|null} */
  #reconnector = null;
  /** Looks for WebRTC's way while frames come by WebSocket for want of it. @type {import('./way-back.js').WayBack|null} */
  #wayBack = null;
  #endAttention = NOTHING;
  #unwatch = NOTHING;
  /** @type {ReturnType<typeof setInterval>|undefined} */
  #refresh;
  // A page that is left may be kept and come back: it holds no connection meanwhile.
  /** @param {PageTransitionEvent} event */
  #onPage = ({ type, persisted }) => {
    if (type === 'pagehide') this.#stop();
    else if (persisted) this.#start();
  };

  constructor() {
    super();
    this.#store.on(['stream', 'hasPicture'], () => this.#onProgress());
    this.#store.on(['asks'], () => this.#update());
    this.#store.on(['properties'], ({ properties }) => this.#tell('cv-properties', properties));
    this.#store.on(['window'], () => this.#tell('cv-window', this.window));
    this.#store.on(['paused'], ({ paused }) => {
      if (!paused && !this.#reconnector) this.#start();
      else if (paused && !this.#attempt && !this.#feed.followed) this.#stop();
      else queueMicrotask(() => this.#update());  // when all have been told
    });
  }

  connectedCallback() {
    for (const name of PAGE_EVENTS) addEventListener(name, this.#onPage);
    this.#start();
  }

  disconnectedCallback() {
    for (const name of PAGE_EVENTS) removeEventListener(name, this.#onPage);
    this.#stop();
  }

  /** @param {string} name @param {string|null} _ @param {string|null} text */
  attributeChangedCallback(name, _, text) {
    if (isSetting(name)) {
      const { settings } = this.#facts;
      this.#store.set({ settings: withSetting(settings, name, text) });
      if (settings.transport !== this.#facts.settings.transport) this.#restart();
    } else if (name === 'controls') {
      this.#view.controls = text !== null;
    } else {
      if (name in this.#facts) this.#store.set({ [name]: text ?? '' });
      this.#restart();
    }
  }

  /**
   * What is drawn over the picture in place of the player's boxes; null: those. It is called for each picture, and again where that gets another
   * size; one that throws is not called again.
   * @type {import('./overlay.js').Draw|null}
   */
  get draw() {
    return this.#view.painter;
  }

  set draw(painter) {
    this.#view.painter = painter;
  }

  /** Whether the picture was told to stand still. */
  get paused() {
    return this.#facts.paused;
  }

  /** The picture stands still, and soon nothing is sent for it any more. */
  pause() {
    this.#store.set({ paused: true });
  }

  /** The picture goes on, with what is there now. */
  play() {
    this.#store.set({ paused: false });
  }

  /**
   * What the server's pipeline file lets viewers change for all of them, as it is now. Empty before there is a connection, and in a player that
   * follows another one.
   */
  get properties() {
    return this.#facts.properties;
  }

  /**
   * Changes one of them; `cv-properties` tells when it has changed. Throws where there is none of that name, it can't have this value, or this
   * viewer may not change it.
   * @param {string} name @param {import('../core/protocol.js').Value} value
   */
  setProperty(name, value) {
    const property = this.properties.find((one) => one.name === name);
    if (!property || !takes(property, value)) throw new RangeError(`the property "${name}" can’t be set to ${value}: ${JSON.stringify(property ?? this.properties)}`);
    this.#attempt?.send({ type: 'set', name, value });
  }

  /**
   * The window of a program that the stream is, as the server said last (launcher/PROTOCOL.md §8), also while there is no connection; null: it is none, or
   * nothing was said yet, or the player follows another one.
   */
  get window() {
    return this.#facts.window;
  }

  /**
   * The picture as it is now, with what is drawn over it, as PNG; the id of its frame, where that is known for certain; and the results that are
   * drawn. Rejects while there is no picture.
   * @returns {Promise<{image: Blob, frame: number|null, results: import('../core/protocol.js').Result[]}>}
   */
  async snapshot() {
    const copy = this.#view.copy();
    if (!copy || !this.#attempt) throw new Error('there is no picture');
    const { shown } = this.#attempt;
    const image = await new Promise((resolve) => { copy.toBlob(resolve); });
    return { image, ...shown };
  }

  /** What is known now, as plain JSON. */
  report() {
    const now = pageTime();
    const { state, error, attempt, mayControl } = this.#facts;
    const measured = this.#attempt?.report(now) ?? new Measurements(this.#store, new ServerClock(0), 0).report(now);
    return { state, error, attempt, mayControl, notice: this.#attempt?.notice(now) ?? '', ...measured, exact: this.#attempt?.exact(now) ?? null };
  }

  /** A player that was refused may be one that can, now. */
  #restart() {
    if (!this.#reconnector && this.#facts.state !== 'failed') return;
    this.#stop();
    this.#start();
  }

  #start() {
    // Who listens to the events may have taken it out of the page. One that is paused connects when it is to go on.
    if (this.#reconnector || !this.isConnected || this.#rests) return;
    const { transport } = this.#facts.settings;
    if (transport === 'socket' && !canDecode()) return this.#refuse(NO_WEBCODECS);
    if (!hasWebRtc() && (transport === 'webrtc' || !canDecode())) return this.#refuse(NO_WEBRTC);
    this.#store.set({ error: null, window: null, attempt: 0 });
    this.#view.open();
    this.#endAttention = watchAttention(this.#view.video, this.#store);
    this.#refresh = setInterval(() => this.#update(), HUD_INTERVAL_MS);
    this.#reconnector = new Reconnector(() => this.#connect(), (ms) => this.#onMoved(ms));
    // Not before it is known here: who listens to the events may stop it in there.
    this.#reconnector.start();
  }

  /** @param {SessionError} error */
  #refuse(error) {
    this.#store.set({ error });
    this.#tell('cv-error', { ...error, final: true });
    this.#setState('failed');
  }

  /** @param {PlayerState} [state] */
  #stop(state = 'closed') {
    if (!this.#reconnector) return;
    this.#wayBack?.close();
    this.#wayBack = null;
    this.#reconnector.close();
    this.#reconnector = null;
    clearInterval(this.#refresh);
    this.#endAttention();
    this.#unwatch();
    this.#endAttempt();
    this.#view.close();
    this.#setState(state);
  }

  #connect() {
    const leader = this.of === '' ? null : this.#leader();
    if (leader === undefined) return this.#onEnded({ code: 'browser', message: `there is no other player on this page with the id "${this.of}" and a connection of its own` });
    this.#unwatch();
    this.#unwatch = leader?.watch(() => this.#connectAnew()) ?? NOTHING;
    const reconnector = this.#reconnector;
    this.#store.set({ attempt: this.#facts.attempt + 1, shared: leader !== null });
    this.#setState('connecting');
    // who listens to the events, of this player or of one that follows, may have stopped it, in there or in here
    if (this.#reconnector !== reconnector) return;
    const attempt = new Attempt(leader ? '' : this.#url(), this.#store, this.#view, {
      result: (result) => this.#tell('cv-result', result),
      model: (state) => {
        this.#update();
        this.#tell('cv-model', state);
      },
      bySocket: ({ WayBack }) => {
        if (this.#facts.settings.transport === 'auto') this.#wayBack ??= new WayBack(this.#url(), this.#facts.token, () => this.#goBack());
      },
      ended: (error) => this.#onEnded(error),
    }, { bySocket: this.#bySocket(), connect: this.connect, feed: this.#feed, leader });
    if (this.#reconnector === reconnector) this.#attempt = attempt;
    else attempt.close();
  }

  get #facts() {
    return this.#store.facts;
  }

  /** Whether it needs no connection: it is paused, and nobody follows. */
  get #rests() {
    return this.paused && !this.#feed.followed;
  }

  /** The player that this one follows. */
  #leader() {
    const { of } = this;
    const player = /** @type {Document|ShadowRoot} */ (this.getRootNode()).querySelector(`#${CSS.escape(of)}`);
    if (!player || player === this || player.getAttribute('of')) return undefined;
    customElements.upgrade(player);  // it may come later in the page
    return feedOf(player);
  }

  /** Whether frames are to come by WebSocket from the beginning. */
  #bySocket() {
    const { transport } = this.#facts.settings;
    if (transport === 'auto') return this.#wayBack !== null || !hasWebRtc();
    return transport === 'socket';
  }

  /** WebRTC has found a way. */
  #goBack() {
    this.#wayBack = null;
    if (!this.paused) this.#connectAnew();  // else it is tried again at the next connection
  }

  #connectAnew() {
    this.#endAttempt();
    this.#reconnector?.start();
  }

  #url() {
    return socketAddress(this.src || '.', location.href);
  }

  /** What the viewer chose becomes an attribute. @param {string} name @param {string} text */
  #choose(name, text) {
    this.setAttribute(name, text);
    this.#tell('cv-setting', { name, text: settingText(this.#facts.settings, name) });
  }

  /** The picture is shown once there is one and it is known which part of it is for showing. */
  #onProgress() {
    const { stream, hasPicture } = this.#facts;
    if (!stream) return;
    if (hasPicture) {
      this.#view.reveal(stream);
      this.#reconnector?.succeeded();
    }
    this.#setState(stream.state === 'lost' ? 'lost' : hasPicture ? 'playing' : 'connecting');
  }

  /** @param {SessionError} error */
  #onEnded(error) {
    this.#store.set({ error });
    // no other attempt will do before there is another token
    const final = error.code === 'unauthorized' && this.of === '';
    this.#tell('cv-error', { ...error, final });
    if (final) return this.#stop('failed');
    // who has paused it connects again to go on
    if (this.#rests) return this.#stop();
    this.#endAttempt();
    this.#reconnector?.failed(error.code);
    this.#setState('waiting');
  }

  /** To another address nothing may come any more, and nobody may ever say so. @param {number} ms since then */
  #onMoved(ms) {
    if (this.#standstill(pageTime()) >= ms) this.#onEnded({ code: 'media', message: 'the network is another one' });
  }

  /** How long the picture has stood still that should not. @param {number} now */
  #standstill(now) {
    // A hidden page is shown no frames, a paused one has its button, and single pictures stand still for a while.
    const still = document.hidden || this.paused || this.#view.video.paused;
    return still ? 0 : (this.#attempt?.standstill(now) ?? 0) - (isStills(this.#facts.link) ? LONGEST_STILL_MS : 0);
  }

  #endAttempt() {
    this.#view.freeze();
    this.#view.stop();
    const { error } = this.#facts;
    this.#attempt?.close(error);
    this.#attempt = null;
    this.#feed.end(error ?? { code: 'media', message: 'the player it follows has stopped' });
    this.#store.set(NO_ATTEMPT);
  }

  /** @param {PlayerState} state */
  #setState(state) {
    const { state: before, error } = this.#facts;
    this.#store.set({ state, error: state === 'playing' ? null : error });
    this.#update();
    if (state === before) return;
    clearTimeout(this.#telling);
    const tell = () => this.#tell('cv-state', { state, error: this.#facts.error });
    // It plays: that is known in a callback of the video. Who takes the player out of the page in there, gets a page that Firefox 153 does not
    // repaint any more, one time in ten on a busy machine.
    if (state === 'playing') this.#telling = setTimeout(tell);
    else tell();
  }

  #update() {
    const now = pageTime();
    const { state, error, stream, asks } = this.#facts;
    const attempt = this.#attempt;
    this.#view.show(statusOf(state, error, stream?.message ?? '', this.#reconnector?.wait ?? 0, this.#standstill(now), attempt?.notice(now) ?? '', this.paused, asks));
    this.#view.showFigures({ report: attempt?.report(now) ?? null, exact: attempt?.exact(now) ?? null, errors: attempt?.errors(now) ?? [] }, now);
    if (attempt) this.#tell('cv-stats', this.report());
  }

  /** @param {string} name of an event @param {object|null} detail */
  #tell(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }
}

customElements.define('cv-player', CvPlayer);
