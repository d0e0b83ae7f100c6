// SPDX-License-Identifier: LGPL-2.1-or-later
// A window of a program, where the stream is one: what a viewer does in it goes to the program (launcher/PROTOCOL.md §8). A file of its own, which only a player loads
// that shows such a window.
import { Buttons } from './buttons.js';
import { Keys } from './keys.js';
import { Mouse } from './mouse.js';
import { say } from './dom.js';
import { LookingClosely, ROW } from './looking-closely.js';
import { Trackbars } from './trackbars.js';

const OVER = '<p class="over-text" part="over-text" hidden></p>';
const BELOW = `
  <div class="window" part="window">${ROW}
    <div class="trackbars" part="trackbars" role="group" aria-label="Trackbars"></div>
    <div class="buttons" part="buttons" role="group" aria-label="Buttons"></div>
    <p class="status-text" part="status-text"></p>
    <div class="foot">
      <p class="told" role="status"></p>
      <button class="close" part="button">Close the window</button>
    </div>
  </div>`;

/**
 * What there is to say of the window.
 * @param {import('../core/protocol.js').ProgramWindow} window @param {boolean} connected
 */
export function wordsOf({ state, message, writable }, connected) {
  if (state === 'ended') return `${message || 'The program has ended.'} The last picture stays; it comes back by itself when the program is started again.`;
  if (state === 'closed') return 'The window was closed. It comes back when the program shows it again.';
  if (!connected) return 'There is no connection now.';
  return writable ? 'Keys go to the program while the picture has the focus.' : 'You may watch, but not operate it: that takes another token.';
}

export class ProgramWindow {
  #store;
  #player;
  #stage;
  #root;
  #mouse;
  #trackbars;
  #buttons;

  /** @param {ShadowRoot} root of the player @param {import('../core/store.js').Store} store @param {(message: import('../core/protocol.js').Input) => void} send */
  constructor(root, store, send) {
    this.#store = store;
    this.#root = root;
    /** @param {string} selector */
    const find = (selector) => /** @type {HTMLElement} */ (root.querySelector(selector));
    this.#player = find('.player');
    this.#stage = find('.stage');
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(/** @type {any} */ (globalThis).WINDOW_CSS);  // window.css, which the build puts in here
    root.adoptedStyleSheets = [...root.adoptedStyleSheets, sheet];
    this.#player.insertAdjacentHTML('beforeend', BELOW);
    this.#stage.insertAdjacentHTML('beforeend', OVER);
    this.#mouse = new Mouse(this.#stage, find('.picture'), send, () => this.#open && this.#open.mouse ? this.#open : null);
    new Keys(this.#stage, send, () => this.#open !== null);
    new LookingClosely(root, store);
    this.#trackbars = new Trackbars(find('.trackbars'), send);
    this.#buttons = new Buttons(find('.buttons'), (message) => { if (this.#open) send(message); });
    find('.close').onclick = () => { if (this.#open) send({ type: 'close' }); };
    store.on(['window', 'stream'], () => this.#show());
    this.#show();
  }

  /** The window, while this viewer may do something in it. */
  get #open() {
    const { window, stream } = this.#store.facts;
    return window && stream && window.writable && window.state === 'open' ? window : null;
  }

  /** A program may say another one with each picture, so they are not read aloud. @param {HTMLElement} element @param {string} text */
  #tell(element, text) {
    element.hidden = text === '';
    say(element, text);
  }

  #show() {
    const { window, stream } = this.#store.facts;
    /** @param {string} selector */
    const find = (selector) => /** @type {HTMLElement} */ (this.#root.querySelector(selector));
    find('.window').hidden = window === null;
    this.#player.dataset.window = window?.state ?? '';
    this.#tell(find('.over-text'), window?.overlay ?? '');
    if (!window) return;
    const open = this.#open;
    this.#player.dataset.mouse = String(open?.mouse ?? false);
    this.#stage.setAttribute('aria-label', `Picture of the window ${window.title}${open ? '. Keys go to the program' : ''}`);
    this.#trackbars.show(window.trackbars, open !== null);
    this.#buttons.show(window.buttons, open !== null);
    this.#tell(find('.status-text'), window.status);
    if (!open) this.#mouse.release();
    /** @type {HTMLButtonElement} */ (find('.close')).disabled = open === null;
    say(find('.told'), wordsOf(window, stream !== null));
  }
}
