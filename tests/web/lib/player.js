// SPDX-License-Identifier: LGPL-2.1-or-later
// The player's shadow tree as its own HTML has it: its elements are found, and hidden where it says so.
import { FakeCanvas } from './canvas.js';
import { FakeElement } from './dom.js';

export class FakeVideo extends FakeElement {
  /** @type {unknown} */
  srcObject = null;
  paused = false;
  ended = false;
  muted = false;
  videoWidth = 0;
  videoHeight = 0;
  picture = null;
  plays = 0;
  /** Why it may not play. @type {Error|null} */
  refusal = null;
  /** @type {VideoFrameRequestCallback|null} */
  #callback = null;

  async play() {
    this.plays++;
    if (this.refusal) throw this.refusal;
    this.paused = false;
  }

  pause() {
    this.paused = true;
  }

  /** @param {VideoFrameRequestCallback} callback */
  requestVideoFrameCallback(callback) {
    this.#callback = callback;
    return 1;
  }

  cancelVideoFrameCallback() {
    this.#callback = null;
  }

  /** It shows this. @param {any} picture @param {object} [metadata] that the callback is told */
  present(picture, metadata) {
    Object.assign(this, { picture, videoWidth: picture.width, videoHeight: picture.height });
    this.dispatchEvent(new Event('resize'));
    this.#callback?.(performance.now(), /** @type {any} */ (metadata));
  }
}

class FakeSelect extends FakeElement {
  value = '';
  /** @type {{text: string, value: string}[]} */
  options = [];

  /** @param {{text: string, value: string}} option */
  add(option) {
    this.options.push(option);
  }
}

/** @param {string} html @param {RegExp} pattern */
const all = (html, pattern) => [...html.matchAll(pattern)].map(([, text]) => text);

export class FakeRoot extends FakeElement {
  innerHTML = '';
  /** @type {Map<string, any>} */
  #found = new Map();

  constructor() {
    super('#shadow-root');
  }

  /** @param {string} selector a name of an element or of a class @returns {any} */
  querySelector(selector) {
    const found = this.#found.get(selector) ?? this.#make(selector);
    this.#found.set(selector, found);
    return found;
  }

  /** The modes' buttons, or the choosers. @param {string} selector @returns {any[]} */
  querySelectorAll(selector) {
    const found = this.#found.get(selector) ?? (selector === '[data-mode]' ? this.#buttons() : this.#selects());
    this.#found.set(selector, found);
    return found;
  }

  /** @param {string} selector */
  #make(selector) {
    const pattern = selector.startsWith('.') ? `<(\\w+)[^>]*class="${selector.slice(1)}"[^>]*>` : `<(${selector})[^>]*>`;
    const found = this.innerHTML.match(new RegExp(pattern));
    if (!found) throw new Error(`there is no "${selector}" in the player`);
    const [tag, name] = found;
    const element = name === 'video' ? new FakeVideo(name) : name === 'canvas' ? new FakeCanvas() : new FakeElement(name);
    if (name === 'figure') Object.assign(element, { querySelector: () => new FakeCanvas() });
    const insertAdjacentHTML = (/** @type {string} */ _, /** @type {string} */ html) => { this.innerHTML += html; };
    return Object.assign(element, { hidden: / hidden\b/.test(tag), insertAdjacentHTML });
  }

  #buttons() {
    return all(this.innerHTML, /data-mode="(\w+)"/g).map((mode) => Object.assign(new FakeElement('button'), { dataset: { mode }, disabled: false }));
  }

  #selects() {
    return this.innerHTML.split('</select>').slice(0, -1).map((html) => {
      const options = all(html, /option value="(\w+)"/g).map((value) => ({ text: value, value }));
      return Object.assign(new FakeSelect('select'), { name: all(html, /select name="(\w+)"/g)[0], options });
    });
  }
}
