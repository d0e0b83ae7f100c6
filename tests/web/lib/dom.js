// SPDX-License-Identifier: LGPL-2.1-or-later
// As much of a document as the page's modules touch, without layout or drawing.

export class FakeElement extends EventTarget {
  /** @type {(FakeElement|string)[]} */
  children = [];
  /** Where it was inserted. @type {FakeElement|null} */
  #parent = null;
  hidden = false;
  title = '';
  /** @type {Record<string, string>} */
  dataset = {};
  /** @type {Record<string, string>} */
  attributes = {};
  /** @type {Set<string>} */
  classes = new Set();
  style = /** @type {Record<string, any>} */ ({ setProperty: (/** @type {string} */ name, /** @type {string} */ value) => { this.style[name] = value; } });
  classList = {
    toggle: (/** @type {string} */ name, /** @type {boolean} */ on) => on ? this.classes.add(name) : this.classes.delete(name),
  };

  /** @param {string} name */
  constructor(name) {
    super();
    this.name = name;
  }

  /** @returns {string} */
  get textContent() {
    return this.children.map((child) => typeof child === 'string' ? child : child.textContent).join('');
  }

  set textContent(text) {
    this.children = [text];
  }

  /** @param {(FakeElement|string)[]} nodes */
  append(...nodes) {
    this.children.push(...nodes);
  }

  /** @param {(FakeElement|string)[]} nodes */
  prepend(...nodes) {
    this.children.unshift(...nodes);
  }

  /** @param {FakeElement} node @param {FakeElement|null} next */
  insertBefore(node, next) {
    node.remove();
    this.children.splice(next ? this.children.indexOf(next) : this.children.length, 0, node);
    node.#parent = this;
  }

  remove() {
    if (this.#parent) this.#parent.children = this.#parent.children.filter((child) => child !== this);
    this.#parent = null;
  }

  /** @param {(FakeElement|string)[]} nodes */
  replaceChildren(...nodes) {
    this.children = nodes;
  }

  focus() {}

  after() {}

  getBoundingClientRect() {
    return { left: 0, top: 0, width: 0, height: 0 };
  }

  matches() {
    return false;
  }

  closest() {
    return null;
  }

  /** Something happens to it. @param {string} type of the event @param {object} [more] what it says */
  meets(type, more = {}) {
    const event = Object.assign(new Event(type, { cancelable: true }), more);
    this.dispatchEvent(event);
    return event;
  }

  /** @param {string} name */
  removeAttribute(name) {
    delete this.attributes[name];
  }

  /** @param {string} name @param {string} value */
  setAttribute(name, value) {
    this.attributes[name] = value;
  }
}

/** Colours as a style sheet has them, each its own name. @type {import('../../../web/player/palette.js').Colours} */
export const colours = { edge: 'edge', caption: 'caption', label: '85% 70%', live: 'live', exact: 'exact', quiet: 'quiet', line: 'line' };

Object.assign(globalThis, {
  PLAYER_CSS: 'player.css', CONTROLS_CSS: 'controls.css', WINDOW_CSS: 'window.css',
  CSSStyleSheet: class {
    text = '';

    /** @param {string} text */
    replaceSync(text) {
      this.text = text;
    }
  },
  getComputedStyle: () => ({ getPropertyValue: (/** @type {string} */ name) => /** @type {Record<string, string>} */ (colours)[name.replace('--cv-', '')] }),
});

/** Of what a player draws: it has read them. */
export const palette = /** @type {import('../../../web/player/palette.js').Palette} */ (/** @type {unknown} */ ({ colours }));

/** What a module's `document` makes. */
export const fakeDocument = { createElement: (/** @type {string} */ name) => new FakeElement(name) };
