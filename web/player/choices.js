// SPDX-License-Identifier: LGPL-2.1-or-later
// What the viewer can choose, below the picture.
import { settingText } from '../core/settings.js';
import { press } from './dom.js';

/**
 * @typedef {import('../core/settings.js').Settings} Settings
 * @typedef {import('../core/settings.js').Mode} Mode
 */

export const BUTTONS = `
  <div class="modes" role="group" aria-label="Results">
    <button data-mode="async" part="button" title="The video live; results are drawn as they come and trail it">Live</button>
    <button data-mode="exact" part="button">Exact</button>
  </div>`;

/** @param {Record<string, string>} names of the values */
const optionsOf = (names) => Object.entries(names).map(([value, name]) => `<option value="${value}">${name}</option>`).join('');

const FILLS = optionsOf({ interpolated: 'interpolated', last: 'with the last result', none: 'without results' });
const HOLDS = optionsOf({
  0: '0 (live)', 100: '100 ms', 250: '250 ms', 500: '500 ms', 1000: '1 s', 2000: '2 s', 5000: '5 s', infinite: '∞ (exact)',
});

export const CHOOSERS = `
  <div class="choices" part="choices" hidden>
    <label title="What is drawn on frames that the model skipped">Skipped frames
      <select name="fill">${FILLS}</select></label>
    <label title="By how much the video may be held back for its results">Hold at most
      <select name="hold">${HOLDS}</select></label>
  </div>`;

const EXACT = 'The video is held back just enough to draw each result on its own frame';

export class Choices {
  /** @type {NodeListOf<HTMLButtonElement>} */
  #modes;
  /** @type {NodeListOf<HTMLSelectElement>} */
  #selects;
  #choices;

  /** @param {ShadowRoot} root @param {(name: string, text: string) => void} changed a viewer's choice, as withSetting takes it */
  constructor(root, changed) {
    this.#modes = root.querySelectorAll('[data-mode]');
    this.#selects = root.querySelectorAll('.choices select');
    this.#choices = /** @type {HTMLElement} */ (root.querySelector('.choices'));
    for (const button of this.#modes) button.onclick = () => changed('mode', button.dataset.mode ?? '');
    for (const select of this.#selects) select.onchange = () => changed(select.name, select.value);
  }

  /** @param {Settings} settings @param {Mode} mode in use @param {string} obstacle why exact can't be had, or '' */
  show(settings, mode, obstacle) {
    for (const button of this.#modes) {
      press(button, button.dataset.mode === mode);
      if (button.dataset.mode !== 'exact') continue;
      button.disabled = obstacle !== '';
      button.title = obstacle || EXACT;
    }
    this.#choices.hidden = obstacle !== '';
    for (const select of this.#selects) this.#select(select, settingText(settings, select.name));
  }

  /** @param {HTMLSelectElement} select @param {string} text */
  #select(select, text) {
    if (select.value === text) return;
    // A number that the list does not have.
    if (![...select.options].some(({ value }) => value === text)) select.add(new Option(`${text} ms`, text));
    select.value = text;
  }
}
