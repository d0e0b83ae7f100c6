// SPDX-License-Identifier: LGPL-2.1-or-later
// A program's buttons, bar by bar, as OpenCV's createButton() makes them. Each is as the program says; what a viewer does shows at once, and the program has the last word.
import { make } from './dom.js';

/**
 * @typedef {import('../core/protocol.js').Button} Button
 * @typedef {(message: {type: 'button', button: number, on: boolean}) => void} Send
 */

export class Buttons {
  #root;
  #send;
  /** By their numbers. @type {Map<number, HTMLButtonElement|HTMLInputElement>} */
  #made = new Map();
  /** Which there are, without how they are. */
  #drawn = '';

  /** @param {HTMLElement} root @param {Send} send */
  constructor(root, send) {
    this.#root = root;
    this.#send = send;
  }

  /** @param {Button[]} buttons @param {boolean} writable */
  show(buttons, writable) {
    const drawn = JSON.stringify(buttons.map(({ on, ...what }) => what));
    if (drawn !== this.#drawn) this.#draw(buttons);
    this.#drawn = drawn;
    for (const { button, kind, on } of buttons) {
      const element = /** @type {HTMLInputElement} */ (this.#made.get(button));
      element.disabled = !writable;
      if (kind !== 'push') element.checked = on;
    }
    this.#root.hidden = buttons.length === 0;
  }

  /** @param {Button[]} buttons */
  #draw(buttons) {
    this.#made.clear();
    const bars = [...new Set(buttons.map(({ bar }) => bar))];
    this.#root.replaceChildren(...bars.map((bar) => {
      const row = make('div', ...buttons.filter((one) => one.bar === bar).map((one) => this.#make(one)));
      row.setAttribute('role', 'group');
      return row;
    }));
  }

  /** @param {Button} button */
  #make({ button, name, kind, bar }) {
    if (kind === 'push') {
      const push = make('button', name);
      push.setAttribute('part', 'button');
      push.onclick = () => this.#send({ type: 'button', button, on: true });
      this.#made.set(button, push);
      return push;
    }
    const input = Object.assign(make('input'), kind === 'radio' ? { type: 'radio', name: `bar ${bar}` } : { type: 'checkbox' });
    input.onchange = () => this.#send({ type: 'button', button, on: input.checked });
    this.#made.set(button, input);
    return make('label', input, name);
  }
}
