// SPDX-License-Identifier: LGPL-2.1-or-later
// What the server lets viewers change for all of them: a control for each, with what it is now.

/**
 * @typedef {import('../player/cv-player.js').CvPlayer} CvPlayer
 * @typedef {CvPlayer['properties'][number]} Property
 * @typedef {Property['value']} Value
 */

/** While a slider is dragged the server is told so often. */
const TELL_MS = 100;
/** A slider has about so many steps. */
const STEPS = 100;

/** @template {keyof HTMLElementTagNameMap} T @param {T} name @param {Partial<HTMLElementTagNameMap[T]>} [properties] @returns {HTMLElementTagNameMap[T]} */
const make = (name, properties = {}) => Object.assign(document.createElement(name), properties);

/** A part of the range that is easily read: 1, 10, 0.001. @param {Property} property */
const stepOf = ({ min = 0, max = 0, whole }) => Math.max(10 ** Math.floor(Math.log10((max - min) / STEPS)), whole ? 1 : 0);

/** @param {Value} value */
const words = (value) => typeof value === 'number' ? Number(value.toPrecision(6)).toLocaleString('en') : String(value);

export class Adjust {
  #player;
  #root;
  #note = make('span', { className: 'note' });
  /** @type {Map<string, (property: Property) => void>} each shows what its property is */
  #shown = new Map();

  /** @param {HTMLElement} root to which the controls are added @param {CvPlayer} player that has the connection */
  constructor(root, player) {
    this.#player = player;
    this.#root = root;
    document.head.append(make('link', { rel: 'stylesheet', href: new URL('adjust.css', import.meta.url).href }));
    root.append(this.#note);
    player.addEventListener('cv-properties', () => this.#show());
    this.#show();
  }

  #show() {
    const { properties } = this.#player;
    for (const property of properties) {
      if (!this.#shown.has(property.name)) this.#shown.set(property.name, this.#add(property));
      this.#shown.get(property.name)?.(property);
    }
    const may = properties.every(({ writable }) => writable);
    this.#note.textContent = properties.length === 0 ? 'There is no connection now.' : may ? '' : 'You may watch, but not change it: that takes another token.';
    for (const control of /** @type {NodeListOf<HTMLInputElement>} */ (this.#root.querySelectorAll('input, select, button')))
      control.disabled = properties.length === 0 || !may;
  }

  /** @param {Property} property @returns {(property: Property) => void} */
  #add(property) {
    const { name, title, description, initial } = property;
    const row = make('div');
    const label = make('label', { textContent: `${name.split('.')[0]} · ${title}`, htmlFor: `adjust-${name}` });
    const shown = make('output');
    shown.htmlFor.add(label.htmlFor);
    const about = make('span', { textContent: description, id: `about-${name}` });
    const { control, value, set } = controlOf(property);
    control.id = label.htmlFor;
    control.setAttribute('aria-describedby', about.id);
    const reset = make('button', { textContent: 'Reset', ariaLabel: `Reset ${title}` });
    row.append(label, control, shown, reset, about);
    this.#root.append(row);
    let held = false;
    let waits = false;
    const tell = () => {
      waits = false;
      this.#set(name, value());
    };
    control.oninput = () => {
      held = true;
      if (!waits) setTimeout(tell, TELL_MS);
      waits = true;
    };
    control.onchange = () => { held = false; };
    reset.onclick = () => this.#set(name, initial);
    return (now) => {
      if (!held && !waits) set(now.value);
      shown.textContent = words(now.value);
      reset.hidden = now.value === initial;
    };
  }

  /** @param {string} name @param {Value} value */
  #set(name, value) {
    if (this.#player.properties.some((one) => one.name === name)) this.#player.setProperty(name, value);
  }
}

/**
 * @param {Property} property
 * @returns {{control: HTMLInputElement|HTMLSelectElement, value: () => Value, set: (value: Value) => void}}
 */
function controlOf(property) {
  const { value, min, max, choices = [] } = property;
  if (typeof value === 'number') {
    const range = make('input', { type: 'range', min: String(min), max: String(max), step: String(stepOf(property)) });
    return { control: range, value: () => range.valueAsNumber, set: (now) => { range.value = String(now); } };
  }
  if (typeof value === 'boolean') {
    const box = make('input', { type: 'checkbox' });
    return { control: box, value: () => box.checked, set: (now) => { box.checked = now === true; } };
  }
  const list = make('select');
  list.append(...choices.map((one) => make('option', { value: one.value, textContent: one.title })));
  return { control: list, value: () => list.value, set: (now) => { list.value = String(now); } };
}
