// SPDX-License-Identifier: LGPL-2.1-or-later
// A program's trackbars: a slider for each, which is where the program says, unless a viewer moves it.
import { make, say } from './dom.js';

/**
 * @typedef {import('../core/protocol.js').Trackbar} Trackbar
 * @typedef {(message: {type: 'trackbar', name: string, value: number}) => void} Send
 */

/** While a slider is moved the program is told so often, in ms. */
const TELL_MS = 30;
/** Then what the program says is on its way, and older words of it come before: so long they do not count. */
const SETTLE_MS = 1000;

export class Trackbars {
  #root;
  #send;
  /** @type {Slider[]} */
  #sliders = [];

  /** @param {HTMLElement} root @param {Send} send */
  constructor(root, send) {
    this.#root = root;
    this.#send = send;
  }

  /** @param {Trackbar[]} trackbars @param {boolean} writable */
  show(trackbars, writable) {
    const before = this.#sliders;
    this.#sliders = trackbars.map(({ name }) => before.find((slider) => slider.name === name) ?? new Slider(name, this.#send));
    for (const slider of before) if (!this.#sliders.includes(slider)) slider.remove();
    this.#sliders.forEach((slider, index) => {
      const now = this.#root.children[index];
      if (now !== slider.root) this.#root.insertBefore(slider.root, now ?? null);  // one that is moved would lose the focus
      slider.show(trackbars[index], writable);
    });
    this.#root.hidden = trackbars.length === 0;
  }
}

class Slider {
  root;
  name;
  #send;
  #input = make('input');
  #value = make('output');
  /** What the program says. */
  #told = 0;
  /** Where a viewer has moved it to; null: nobody has. @type {number|null} */
  #moved = null;
  /** Whether it is being dragged. */
  #held = false;
  /** What the program was told last. */
  #sent = NaN;
  /** @type {ReturnType<typeof setTimeout>|undefined} */
  #telling;
  /** @type {ReturnType<typeof setTimeout>|undefined} */
  #settling;

  /** @param {string} name @param {Send} send */
  constructor(name, send) {
    this.name = name;
    this.#send = send;
    const input = Object.assign(this.#input, { type: 'range', step: '1' });
    this.root = make('label', make('span', name), input, this.#value);
    input.addEventListener('input', () => this.#onInput());
    input.addEventListener('change', () => this.#onChange());
  }

  /** @param {Trackbar} trackbar @param {boolean} writable */
  show({ min, max, value }, writable) {
    Object.assign(this.#input, { min: String(min), max: String(max), disabled: !writable });
    this.#told = value;
    const arrived = !this.#held && value === this.#moved && value === this.#sent;
    if (!writable || arrived) this.#leave();
    this.#draw();
  }

  remove() {
    this.#leave();
    this.root.remove();
  }

  /** It is where the program says. */
  #leave() {
    clearTimeout(this.#settling);
    this.#moved = null;
    this.#sent = NaN;
    this.#held = false;
  }

  #onInput() {
    this.#held = true;
    this.#moved = this.#input.valueAsNumber;
    clearTimeout(this.#settling);
    this.#draw();
    if (this.#telling === undefined) this.#tell();
  }

  /** What is moved by keys says so at each. */
  #onChange() {
    this.#held = false;
    if (this.#moved === null) return;
    clearTimeout(this.#settling);
    this.#settling = setTimeout(() => {
      this.#leave();
      this.#draw();
    }, SETTLE_MS);
  }

  #tell() {
    this.#telling = undefined;
    if (this.#moved === null || this.#moved === this.#sent) return;
    this.#sent = this.#moved;
    this.#send({ type: 'trackbar', name: this.name, value: this.#moved });
    this.#telling = setTimeout(() => this.#tell(), TELL_MS);
  }

  #draw() {
    const text = String(this.#moved ?? this.#told);
    if (this.#input.value !== text) this.#input.value = text;
    say(this.#value, text);
  }
}
