// SPDX-License-Identifier: LGPL-2.1-or-later
// What the viewer can choose, below the picture.
import { settingText } from '../core/settings.js';

/**
 * @typedef {import('../core/settings.js').Settings} Settings
 * @typedef {import('../core/settings.js').Mode} Mode
 */

export const BUTTONS = `
  <div class="modes" role="group" aria-label="Results">
    <button type="button" data-mode="async" title="The video live; results are drawn as they come and trail it">Live</button>
    <button type="button" data-mode="exact">Exact</button>
  </div>`;

export const CHOOSERS = `
  <div class="choices" hidden>
    <label title="What is drawn on frames that the model skipped">Skipped frames
      <select name="fill">
        <option value="interpolated">interpolated</option>
        <option value="last">with the last result</option>
        <option value="none">without results</option>
      </select></label>
    <label title="By how much the video may be held back for its results">Hold at most
      <select name="hold">
        <option value="0">0 (live)</option>
        <option value="100">100 ms</option>
        <option value="250">250 ms</option>
        <option value="500">500 ms</option>
        <option value="1000">1 s</option>
        <option value="2000">2 s</option>
        <option value="5000">5 s</option>
        <option value="infinite">∞ (exact)</option>
      </select></label>
  </div>`;

const EXACT = 'The video is held back just enough to draw each result on its own frame';

export class Choices {
  /** @type {HTMLButtonElement[]} */
  #modes;
  /** @type {HTMLSelectElement[]} */
  #selects;
  #choices;

  /** @param {ShadowRoot} root @param {(name: string, text: string) => void} changed a viewer's choice, as withSetting takes it */
  constructor(root, changed) {
    this.#modes = [.../** @type {NodeListOf<HTMLButtonElement>} */ (root.querySelectorAll('[data-mode]'))];
    this.#selects = [.../** @type {NodeListOf<HTMLSelectElement>} */ (root.querySelectorAll('.choices select'))];
    this.#choices = /** @type {HTMLElement} */ (root.querySelector('.choices'));
    for (const button of this.#modes) button.onclick = () => changed('mode', button.dataset.mode ?? '');
    for (const select of this.#selects) select.onchange = () => changed(select.name, select.value);
  }

  /** @param {Settings} settings @param {Mode} mode in use @param {string} obstacle why exact can't be had, or '' */
  show(settings, mode, obstacle) {
    for (const button of this.#modes) {
      button.setAttribute('aria-pressed', String(button.dataset.mode === mode));
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
