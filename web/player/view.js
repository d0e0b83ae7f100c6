// SPDX-License-Identifier: LGPL-2.1-or-later
import { fullPicture, stampOf } from '../core/stream-picture.js';
import { ComposedPicture } from './composed-picture.js';
import { make, say } from './dom.js';
import { layout, wholeHeight } from './geometry.js';
import { LiveOverlay } from './live-overlay.js';
import { load } from './load.js';
import { Palette } from './palette.js';
import { Picking } from './picking.js';
import { Sound } from './sound.js';

/** @typedef {{name: string, words: string, banner: string}} Status */

const TEMPLATE = `
  <div class="player">
    <div class="stage" part="stage" role="group" tabindex="0" aria-label="Picture. Arrow keys go from one object in it to the next">
      <div class="picture" part="picture">
        <video aria-label="Live video" muted autoplay playsinline disablepictureinpicture></video>
        <canvas class="composed" aria-hidden="true" hidden></canvas>
        <canvas class="overlay" aria-hidden="true"></canvas>
        <canvas class="marks" aria-hidden="true" hidden></canvas>
        <canvas class="cover" aria-hidden="true"></canvas>
        <slot name="over"></slot>
      </div>
      <p class="banner" part="banner" hidden></p>
      <button class="play" part="play button" hidden>Play</button>
    </div>
    <slot name="controls"></slot>
    <div class="bar" part="bar">
      <p class="status" part="status" role="status"></p>
    </div>
    <p class="details" part="details"><b class="name" role="status"></b> <span class="said"></span></p>
  </div>`;

/**
 * @typedef {import('./controls.js').ControlEvents & {selected: (picked: import('./pick.js').Picked|null) => void,
 *   send: (message: import('../core/protocol.js').Input) => void}} ViewEvents what the viewer does: `selected`: something in the picture, or nothing any
 *   more; `send`: in a program's window
 */

/** All of the player's DOM: a shadow tree, drawn by player.css. */
export class View {
  video;
  liveOverlay;
  /** Each frame with its own results. */
  composedPicture;
  sound;
  #store;
  #palette;
  #picking;
  #player;
  #stage;
  #picture;
  /** Over the video until it is known which part of it is for showing: black, or the last picture of the connection before. */
  #cover;
  #banner;
  #status;
  #play;
  #root;
  #events;
  /** @type {import('./controls.js').Controls|null} */
  #controls = null;
  #controlled = false;
  /** @type {Promise<void>|null} */
  #loading = null;
  /** Where the stream is a program's window. @type {Promise<void>|null} */
  #window = null;
  /** Of the video that is shown. @type {import('../core/protocol.js').Stream|null} */
  #stream = null;
  /** Of the frames that the page itself decodes. @type {import('../core/protocol.js').Size|null} */
  #frame = null;
  /** See fullPicture(). */
  #full = { width: 16, height: 9, rows: 0 };
  #observer = new ResizeObserver(() => this.#layout());

  /**
   * @param {ShadowRoot} root @param {import('../core/store.js').Store} store
   * @param {ViewEvents} events
   */
  constructor(root, store, events) {
    this.#events = events;
    this.#store = store;
    this.#root = root;
    root.innerHTML = TEMPLATE;
    /** @template {Element} T @param {string} selector @returns {T} */
    const find = (selector) => /** @type {T} */ (root.querySelector(selector));
    this.video = /** @type {HTMLVideoElement} */ (find('video'));
    // The attribute only sets the default, which a parsed fragment does not apply.
    this.video.muted = true;
    this.#player = /** @type {HTMLElement} */ (find('.player'));
    this.#palette = new Palette(this.#player);
    this.liveOverlay = new LiveOverlay(/** @type {HTMLCanvasElement} */ (find('.overlay')), this.#palette);
    this.composedPicture = new ComposedPicture(/** @type {HTMLCanvasElement} */ (find('.composed')), /** @type {HTMLCanvasElement} */ (find('.marks')), this.#palette);
    this.#stage = /** @type {HTMLElement} */ (find('.stage'));
    this.#picture = /** @type {HTMLElement} */ (find('.picture'));
    this.#cover = /** @type {HTMLCanvasElement} */ (find('.cover'));
    this.#picking = new Picking(this.#stage, [find('.name'), find('.said')], () => this.#overlay, events.selected);
    for (const overlay of this.#overlays) {
      overlay.emphasized = (drawings) => this.#picking.emphasized(drawings);
      overlay.failed = () => { this.painter = null; };
    }
    this.#banner = /** @type {HTMLElement} */ (find('.banner'));
    this.#status = /** @type {HTMLElement} */ (find('.status'));
    this.#play = /** @type {HTMLButtonElement} */ (find('.play'));
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(/** @type {any} */ (globalThis).PLAYER_CSS);  // player.css, which the build puts in here
    root.adoptedStyleSheets = [sheet];
    this.#addPlay();
    this.sound = new Sound(this.video, store);
    this.video.addEventListener('resize', () => this.#measure());
    store.on(['composed', 'drawn', 'mode', 'resultsVisible'], () => this.#showLayers());
    store.on(['paused'], ({ paused }) => this.#onPaused(paused));
    store.on(['window'], () => { this.#window ??= this.#loadWindow(); });
    this.controls = false;
  }

  open() {
    this.#palette.read();
    this.#observer.observe(this.#stage);
  }

  close() {
    this.#observer.disconnect();
    this.liveOverlay.close();
  }

  /** @param {MediaStream} stream */
  async play(stream) {
    this.video.srcObject = stream;
    if (this.#facts.paused) this.video.pause();  // it would begin by itself
    else await this.#tryToPlay();
  }

  /** What a page draws itself, or null. @param {import('./overlay.js').Draw|null} painter */
  set painter(painter) {
    for (const overlay of this.#overlays) {
      overlay.painter = painter;
      overlay.redraw();
    }
  }

  get painter() {
    return this.liveOverlay.overlay.painter;
  }

  /** Whether the player's own controls are seen. Without them its states are still read aloud. @param {boolean} shown */
  set controls(shown) {
    this.#banner.role = shown ? null : 'status';
    this.#controlled = shown;
    if (this.#controls) this.#controls.shown = shown;
    else if (shown) this.#loading ??= this.#loadControls();
  }

  /** Shows the video from now on. @param {import('../core/protocol.js').Stream} stream */
  reveal(stream) {
    this.#stream = stream;
    this.#player.dataset.pictured = '';
    this.#cover.hidden = true;
    this.#measure();
  }

  /** The frames that the page itself decodes have this size now. @param {import('../core/protocol.js').Size} frame */
  resize(frame) {
    if (this.#frame?.width === frame.width && this.#frame.height === frame.height) return;
    this.#frame = frame;
    this.#measure();
  }

  /** Covers the video with its last picture, while there is none. */
  freeze() {
    if (!this.#stream) return;
    this.#stream = null;
    const { composed, drawn } = this.#facts;
    if (composed || drawn) this.composedPicture.copyTo(this.#cover);
    else this.#copyVideo();
    this.#cover.hidden = false;
  }

  stop() {
    this.video.srcObject = null;
    this.#frame = null;
    this.#showPlay();
    this.liveOverlay.show([]);
  }

  /**
   * The picture as it is seen now, with what is drawn over it, in the size of the stream's largest encoding.
   * @returns {HTMLCanvasElement|null} null: there is none
   */
  copy() {
    const { composed, drawn } = this.#facts;
    const { width, height, rows } = this.#full;
    const { canvas } = this.composedPicture;
    const source = composed || drawn ? canvas : this.video;
    const [sourceWidth, sourceHeight] = source === canvas ? [canvas.width, canvas.height] : [this.video.videoWidth, this.video.videoHeight];
    if (!this.#stream || sourceWidth === 0) return null;
    const sourceRows = stampOf(this.#stream, { width: sourceWidth, height: sourceHeight })?.rows ?? 0;
    const seen = { width, height: height - rows };
    const empty = () => Object.assign(make('canvas'), seen);
    const copy = empty();
    const context = /** @type {CanvasRenderingContext2D} */ (copy.getContext('2d'));
    context.drawImage(source, 0, 0, sourceWidth, sourceHeight - sourceRows, 0, 0, width, seen.height);
    if (!this.#overlay.canvas.hidden) {
      const drawing = empty();
      this.#overlay.paint(/** @type {CanvasRenderingContext2D} */ (drawing.getContext('2d')), { left: 0, top: 0, ...seen, videoHeight: height }, 1);
      context.drawImage(drawing, 0, 0);
    }
    return copy;
  }

  /** @param {Status} status */
  show({ name, words, banner }) {
    this.#palette.read();
    this.#picking.update();
    this.#player.dataset.state = name;
    say(this.#status, words);
    say(this.#banner, banner);
    this.#banner.hidden = banner === '';
  }

  /** Shows what was measured, in a player with controls. @param {import('./controls.js').Measured} measured @param {number} now */
  showFigures(measured, now) {
    this.#controls?.update(measured, now);
  }

  async #loadControls() {
    /** @type {typeof import('./controls.js')|void} */
    const part = await this.#load(new URL('controls.js', import.meta.url));
    if (!part) return;
    this.#controls = new part.Controls(this.#root, this.#store, this.#palette, this.#events, this.composedPicture);
    this.#controls.shown = this.#controlled;
  }

  async #loadWindow() {
    /** @type {typeof import('./window.js')|void} */
    const part = await this.#load(new URL('window.js', import.meta.url));
    if (part) new part.ProgramWindow(this.#root, this.#store, this.#events.send);
  }

  /** A part of the player that it can do without. @param {URL} url */
  #load(url) {
    return load(url).catch(({ message }) => console.warn(`cv-player: ${message}`));
  }

  /** @param {boolean} paused */
  #onPaused(paused) {
    if (paused) this.video.pause();
    else if (this.video.srcObject) this.#tryToPlay();
    this.#showPlay();
  }

  /** Whoever has paused the picture, a viewer can go on. At its end it is not paused. */
  #showPlay() {
    const { srcObject, paused, ended } = this.video;
    this.#play.hidden = !this.#facts.paused && (srcObject === null || ended || !paused);
  }

  async #tryToPlay() {
    this.#play.hidden = true;
    this.#store.set({ asks: false });
    try {
      await this.video.play();
    } catch (error) {
      // AbortError: another stream came meanwhile. Otherwise the browser wants to be asked by its user.
      if (/** @type {Error} */ (error).name !== 'NotAllowedError') return;
      this.#store.set({ asks: true });
      this.#play.hidden = false;
      this.video.dispatchEvent(new Event('pause'));  // it has not begun, so the browser does not tell
    }
  }

  #copyVideo() {
    const { videoWidth: width, videoHeight: height, style } = this.video;
    Object.assign(this.#cover, { width, height }).style.height = style.height;
    this.#cover.getContext('2d')?.drawImage(this.video, 0, 0, width, height);
  }

  #measure() {
    const { width, height } = this.#frame ?? { width: this.video.videoWidth, height: this.video.videoHeight };
    if (!this.#stream || !width || !height) return;
    this.video.style.height = wholeHeight(height, stampOf(this.#stream, { width, height })?.rows ?? 0);
    this.#full = fullPicture(this.#stream, { width, height });
    this.#stage.style.setProperty('--aspect', `${this.#full.width} / ${this.#full.height - this.#full.rows}`);
    this.#layout();
  }

  #layout() {
    const { clientWidth: width, clientHeight: height } = this.#stage;
    const place = layout({ width, height }, this.#full, this.#full.rows);
    const { style } = this.#picture;
    style.left = `${Math.round(place.left)}px`;
    style.top = `${Math.round(place.top)}px`;
    style.width = `${place.width}px`;
    style.height = `${place.height}px`;
    this.liveOverlay.resize(place);
    this.composedPicture.resize(place);
  }

  get #facts() {
    return this.#store.facts;
  }

  /** The one that is seen. */
  get #overlay() {
    return (this.#facts.mode === 'exact' ? this.composedPicture : this.liveOverlay).overlay;
  }

  get #overlays() {
    return [this.liveOverlay.overlay, this.composedPicture.overlay];
  }

  /** The composed picture takes the place of the video, when there is one. In the exact view no frame has results of another one. */
  #showLayers() {
    const { composed, drawn, mode, resultsVisible } = this.#facts;
    this.composedPicture.canvas.hidden = !composed && !drawn;
    this.composedPicture.overlay.hidden = !composed || !resultsVisible;
    this.liveOverlay.overlay.hidden = mode === 'exact' || !resultsVisible;
  }

  #addPlay() {
    this.#play.onclick = () => {
      this.#stage.focus({ preventScroll: true });  // the button goes
      if (this.#facts.paused) this.#store.set({ paused: false });
      else this.#tryToPlay();
    };
    this.video.onpause = () => this.#showPlay();
    this.video.onplaying = () => this.#showPlay();
  }
}
