// SPDX-License-Identifier: LGPL-2.1-or-later
// A screen (Xvfb) on which a window with stamped pictures is looked at 60 times a second, as a monitor and a browser do: what page.js is for a browser.
import { closeSync, openSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { Child } from '../../tests/lib/child.js';
import { temporaryFolder } from '../../tests/lib/paths.js';
import { pause } from '../../tests/lib/wait.js';
import { captureTime } from '../../web/core/frame-id.js';
import { STAMP_ROWS, readStamp } from '../../web/core/stamp.js';
import { clockOffset } from './clock-offset.js';

export const xvfb = '/usr/bin/Xvfb';

/** Around the picture, for what the window has besides: its tools may be wider than the picture. */
const border = { width: 640, height: 160 };

export class Screen {
  /** The file that has its pixels (XWD), how long a line is there, and where the first one begins. */
  #file;
  #stride;
  #pixels;
  #size;
  #cell;
  #strip;
  /** Where the stamp is on the screen. @type {{x: number, y: number} | null} */
  #place = null;
  /** When it was read, or looked for. */
  #last = -Infinity;
  #first = NaN;
  #offset = NaN;
  #on = true;
  #watching;
  /** Each frame when it was first seen. @type {Map<number, number>} */
  #seen = new Map();

  /** @param {{width: number, height: number}} picture @param {number} cell side of a cell of its stamp */
  static async start(picture, cell) {
    const folder = temporaryFolder();
    const [width, height] = [picture.width + border.width, picture.height + border.height];
    const server = new Child(xvfb, ['-displayfd', '1', '-screen', '0', `${width}x${height}x24`, '-fbdir', folder, '-nolisten', 'tcp', '-noreset']);
    const [, number] = await server.says(/^(\d+)$/m);
    return new Screen(server, `:${number}`, openSync(join(folder, 'Xvfb_screen0'), 'r'), { ...picture, screen: height }, cell);
  }

  constructor(server, display, file, size, cell) {
    Object.assign(this, { server, display });
    this.#file = file;
    this.#size = size;
    this.#cell = cell;
    const header = Buffer.alloc(100);
    readSync(file, header, 0, header.length, 0);
    this.#stride = header.readUInt32BE(48);
    this.#pixels = header.readUInt32BE(0) + 12 * header.readUInt32BE(76);  // after the colours
    this.#strip = Buffer.alloc(STAMP_ROWS * this.#stride);
    this.#watching = this.#watch();
  }

  async #watch() {
    for (let due = performance.now(); this.#on; due += 1000 / 60) {
      await pause(due - performance.now());
      const at = performance.now();
      if (at - this.#last > 1000) this.#find(at);
      const id = this.#place && this.#read();
      if (id === null) continue;
      this.#last = at;
      this.#first ||= at;
      if (!this.#seen.has(id)) this.#seen.set(id, at);
    }
  }

  /** Looks everywhere for the stamp, whose cells' inner half is read: what is around the picture is the window's own matter. */
  #find(at) {
    const { screen } = this.#size;
    const all = Buffer.alloc(screen * this.#stride);
    readSync(this.#file, all, 0, all.length, this.#pixels);
    const step = this.#cell / 4;
    this.#last = at;
    this.#place = null;
    for (let y = 0; y <= screen - STAMP_ROWS && !this.#place; y += step)
      for (let x = 0; x <= border.width && !this.#place; x += step)
        if (this.#stampIn(all, y * this.#stride + 4 * x) !== null) this.#place = { x, y };
  }

  #read() {
    const { x, y } = this.#place;
    readSync(this.#file, this.#strip, 0, this.#strip.length, this.#pixels + y * this.#stride);
    return this.#stampIn(this.#strip, 4 * x);
  }

  /** Of blue, green, red, nothing the second counts. */
  #stampIn(data, start) { return readStamp({ data, offset: start + 1, stride: this.#stride, step: 4, width: this.#size.width }, this.#cell); }

  /** How long frames have been shown, in ms; NaN before the first. */
  playing() { return performance.now() - this.#first; }

  begin() {
    this.#offset = clockOffset();
    return { at: performance.now() };
  }

  end() {
    const zero = performance.timeOrigin + this.#offset;
    const frames = [...this.#seen].map(([id, at]) => ({ id, at, latency: zero + at - captureTime(id, 0, zero + at) }));
    return { frames, counts: { at: performance.now() } };
  }

  async stop() {
    this.#on = false;
    await this.#watching;
    closeSync(this.#file);
    await this.server.stop();
  }
}
