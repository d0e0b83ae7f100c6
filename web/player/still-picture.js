// SPDX-License-Identifier: LGPL-2.1-or-later
// A window's picture that stands still, as the very pixels that its program shows (launcher/PROTOCOL.md §8): it takes the place of the video's.
import { socketAddress } from '../core/server-address.js';
import { make } from './dom.js';

/** Of the time no more than one part in so many goes into pictures: those of a program that shows another one each half second are large. */
const PART = 4;
/** Of a PNG: where it says whether it is grey. */
const COLOUR_TYPE = 25;

export class StillPicture {
  canvas = make('canvas');
  /** What is shown; null: nothing, for the picture moves, or is still on its way. @type {{png: Blob, grey: boolean}|null} */
  shown = null;
  #player;
  #store;
  #events;
  /** Of the one that is shown, or on its way, or else the last one. */
  #name = '';
  /** While one is on its way. @type {AbortController|null} */
  #loading = null;
  /** By performance.now(): since then. */
  #began = 0;
  /** By performance.now(): until then there is to be no other one. */
  #rests = 0;
  /** @type {ReturnType<typeof setTimeout>|undefined} */
  #waiting;

  /**
   * @param {{src: string}} player @param {HTMLElement} below over which it lies @param {import('../core/store.js').Store} store
   * @param {{seen: () => boolean, changed: () => void}} events `seen`: whether it is shown large; one tile of many shows no difference; `changed`: `shown` is another one
   */
  constructor(player, below, store, events) {
    this.#player = player;
    this.#store = store;
    this.#events = events;
    Object.assign(this.canvas, { className: 'still', hidden: true }).setAttribute('aria-hidden', 'true');
    below.after(this.canvas);
    store.on(['window', 'looking', 'stream'], () => this.update());
  }

  /** To be called when it may be seen, where it was not. */
  update() {
    const { window, looking } = this.#store.facts;
    const name = window?.picture ?? '';
    if (name !== this.#name) this.#drop();
    this.#name = name;
    if (!name || this.shown || this.#loading || !looking || !this.#events.seen()) return;
    clearTimeout(this.#waiting);
    const rest = this.#rests - performance.now();
    if (rest > 0) this.#waiting = setTimeout(() => this.update(), rest);
    else this.#load(name);
  }

  /** Values of the pixels of a part of it, which lies within it. @param {number} x @param {number} y @param {number} width @param {number} height @returns {ImageData} */
  pixels(x, y, width, height) {
    const copy = Object.assign(make('canvas'), { width, height });
    const context = /** @type {CanvasRenderingContext2D} */ (copy.getContext('2d', { willReadFrequently: true }));
    context.drawImage(this.canvas, x, y, width, height, 0, 0, width, height);
    return context.getImageData(0, 0, width, height);
  }

  #drop() {
    this.#loading?.abort();
    this.#end();
    if (!this.shown) return;
    this.shown = null;
    this.canvas.hidden = true;
    this.#events.changed();
  }

  /** @param {string} name */
  async #load(name) {
    const loading = this.#loading = new AbortController();
    this.#began = performance.now();
    try {
      const address = new URL(`pictures/${name}.png`, socketAddress(this.#player.src || '.', location.href).replace(/^ws/, 'http'));
      const response = await fetch(address, { signal: loading.signal });
      // it moves again: that will be said in a moment
      const png = response.ok ? await response.blob() : null;
      if (png) await this.#show(png, loading.signal);
    } catch (error) {
      // the video goes on
      if (!loading.signal.aborted) console.warn(`cv-player: no picture of the very pixels: ${/** @type {Error} */ (error).message}`);
    }
    if (this.#loading === loading) this.#end();
  }

  #end() {
    if (!this.#loading) return;
    this.#loading = null;
    const now = performance.now();
    this.#rests = now + (now - this.#began) * (PART - 1);
  }

  /** @param {Blob} png @param {AbortSignal} signal */
  async #show(png, signal) {
    const head = new Uint8Array(await png.slice(0, COLOUR_TYPE + 1).arrayBuffer());
    const bitmap = await createImageBitmap(png, { colorSpaceConversion: 'none', premultiplyAlpha: 'none' });
    if (signal.aborted) return bitmap.close();
    const { width, height } = bitmap;
    Object.assign(this.canvas, { width, height });
    this.canvas.getContext('bitmaprenderer')?.transferFromImageBitmap(bitmap);
    this.canvas.hidden = false;
    this.shown = { png, grey: head[COLOUR_TYPE] === 0 };
    this.#events.changed();
  }
}
