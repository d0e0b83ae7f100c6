// SPDX-License-Identifier: LGPL-2.1-or-later
// What a viewer can choose, as attributes of <cv-player> and as parameters of the page's address have it. Pure.

/**
 * @typedef {'async'|'exact'} Mode `async`: the live view, the newest results over it; `exact`: the exact view, each result on its own frame
 * @typedef {{mode: Mode|null, fill: import('./results.js').Fill, hold: number}} Settings `mode`: null: exact where the
 *   stream has stamps; `hold`: by how much the video may be delayed, in ms, or Infinity
 */

/** @type {Settings} */
export const DEFAULTS = { mode: null, fill: 'interpolated', hold: Infinity };

/** The words that each setting takes. The first is the default. */
const WORDS = {
  mode: ['', 'async', 'exact'],
  fill: ['interpolated', 'last', 'none'],
};

/** @param {string} name */
export const isSetting = (name) => Object.hasOwn(DEFAULTS, name);

/**
 * @param {Settings} settings @param {string} name @param {string|null} text null, or what can't be understood: the default
 * @returns {Settings}
 */
export function withSetting(settings, name, text) {
  if (name === 'hold') {
    const hold = text === null || text.trim() === '' || text === 'infinite' ? Infinity : Number(text);
    return { ...settings, hold: hold >= 0 ? hold : DEFAULTS.hold };
  }
  const words = WORDS[/** @type {keyof typeof WORDS} */ (name)];
  return { ...settings, [name]: text && words.includes(text) ? text : words[0] || null };
}

/** @param {Settings} settings @param {string} name @returns {string} as withSetting takes it */
export function settingText(settings, name) {
  const value = settings[/** @type {keyof Settings} */ (name)];
  return value === Infinity ? 'infinite' : String(value ?? '');
}
