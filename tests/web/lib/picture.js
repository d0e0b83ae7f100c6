// SPDX-License-Identifier: LGPL-2.1-or-later
// Pictures with a stamp, and the browser's VideoFrame of them.
import { STAMP_ROWS, stampTop } from '../../../web/core/stamp.js';
import { stampCells } from '../../lib/peer/stamp.js';

const DARK = 16;
const LIGHT = 235;
const GREY = 77;

/** One frame of a video, with its id in its pixels (plugins/core/STAMP.md). */
export class Picture {
  #cells;
  #cell;

  /** @param {{id: number|null, rtp?: number, width?: number, height?: number, cell?: number}} fields `id`: null: no stamp */
  constructor({ id, rtp, width = 640, height = 376, cell = 8 }) {
    this.id = id;
    this.rtp = rtp;
    this.width = width;
    this.height = height;
    this.#cell = cell;
    this.#cells = id === null ? '' : stampCells(id);
  }

  /** Brightness of a pixel. @param {number} x @param {number} y */
  at(x, y) {
    const row = y - stampTop(this.height);
    if (this.id === null || row < 0 || row >= STAMP_ROWS) return GREY;
    const columns = Math.floor(this.width / this.#cell);
    const bit = x < columns * this.#cell ? this.#cells[Math.floor(row / this.#cell) * columns + Math.floor(x / this.#cell)] : '0';
    return bit === '1' ? LIGHT : DARK;
  }
}

/** What the page's <video> shows. @param {Picture} picture */
export const videoOf = (picture) => ({ picture, videoWidth: picture.width, videoHeight: picture.height });

/** A VideoFrame of a browser that does not tell RTP timestamps. */
export class FakeVideoFrame {
  /** Of those to come. @type {string|null} */
  static format = 'I420';
  /** Copying fails. */
  static broken = false;
  /** How many have not been let go of: the decoder has few. */
  static open = 0;
  visibleRect = null;
  timestamp = 0;
  colorSpace = { toJSON: () => ({}) };

  /** @param {any} source a video, a canvas into which a picture was drawn, or a copy of a whole frame @param {any} [init] of the copy */
  constructor(source, init) {
    FakeVideoFrame.open++;
    this.picture = copies.get(source) ?? source.picture;
    this.format = init?.format ?? FakeVideoFrame.format;
    this.codedWidth = init?.codedWidth ?? source.videoWidth ?? source.width;
    this.codedHeight = init?.codedHeight ?? source.videoHeight ?? source.height;
  }

  /** @param {{rect: {width: number, height: number}}} [what] */
  allocationSize({ rect: { width, height } } = { rect: { width: this.codedWidth, height: this.codedHeight } }) {
    return OFFSET + (width * this.#step + PADDING) * height;
  }

  /** @param {Uint8Array} data @param {{rect: {x: number, y: number, width: number, height: number}}} [what] */
  async copyTo(data, what) {
    if (FakeVideoFrame.broken) throw new Error('not readable');
    if (!what) copies.set(data, this.picture);
    const { rect: { x: left, y: top, width, height } } = what ?? { rect: { x: 0, y: 0, width: this.codedWidth, height: this.codedHeight } };
    const step = this.#step;
    // Chroma has half as many columns.
    if (what && step === 1 && width % 2) throw new TypeError('rect is not sample-aligned');
    const scale = this.codedWidth / this.picture.width;
    const stride = width * step + PADDING;
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const value = this.picture.at(Math.floor((left + x) / scale), Math.floor((top + y) / scale));
        data[OFFSET + y * stride + x * step + (step === 4 ? 1 : 0)] = value;
      }
    }
    return [{ offset: OFFSET, stride }];
  }

  close() {
    FakeVideoFrame.open--;
  }

  get #step() {
    return /^(I4|NV)/.test(this.format ?? '') ? 1 : 4;
  }
}
/** Whole pictures, by what they were copied into. @type {WeakMap<object, Picture>} */
const copies = new WeakMap();
const OFFSET = 32;
const PADDING = 64;

/** … of one that does: Chromium from 145 on. */
export class KnowingVideoFrame extends FakeVideoFrame {
  metadata() {
    return { rtpTimestamp: this.picture.rtp };
  }
}
