// SPDX-License-Identifier: LGPL-2.1-or-later
// What a viewer can choose, as attributes of <cv-player> and as parameters of the page's address have it. Pure.

/**
 * @typedef {'async'|'exact'} Mode `async`: the live view, the newest results over it; `exact`: the exact view, each result on its own frame
 * @typedef {{mode: Mode|null, overlay: 'boxes'|'none', fill: import('./results.js').Fill, hold: number, 'max-bitrate': number,
 *   transport: 'auto'|'webrtc'|'socket'}} Settings `mode`: null: exact
 *   where the stream has stamps; `overlay`: what is drawn of results, `boxes`: what the model found, with its name; `hold`: by how much the video may be delayed, in ms, or Infinity; `max-bitrate`: of the video, in
 *   bit/s, or Infinity; `transport`: by which way frames come, `auto`: by WebRTC, or by the WebSocket where nothing else passes
 */

/** @type {Settings} */
export const DEFAULTS = { mode: null, overlay: 'boxes', fill: 'interpolated', hold: Infinity, 'max-bitrate': Infinity, transport: 'auto' };

/** The words that each setting takes. The first is the default. */
const WORDS = {
  mode: ['', 'async', 'exact'],
  overlay: ['boxes', 'none'],
  fill: ['interpolated', 'last', 'none'],
  transport: ['auto', 'webrtc', 'socket'],
};

/** Whether a setting takes a number. @type {Record<string, (value: number) => boolean>} */
const NUMBERS = {
  hold: (value) => value >= 0,
  'max-bitrate': (value) => Number.isInteger(value) && value >= 1 && value <= 1e12,
};

/** A setting's number as JSON has it; null: without limit. @param {number} value */
export const limitOf = (value) => Number.isFinite(value) ? value : null;

/** @param {string} name */
export const isSetting = (name) => Object.hasOwn(DEFAULTS, name);

/**
 * @param {Settings} settings @param {string} name @param {string|null} text null, or what can't be understood: the default
 * @returns {Settings}
 */
export function withSetting(settings, name, text) {
  const takes = NUMBERS[name];
  if (takes) {
    const unlimited = text === null || text.trim() === '' || text === 'infinite';
    const good = !unlimited && takes(Number(text));
    if (!good && !unlimited) console.warn(`cv-player: ${name}="${text}" is not a number that it takes`);
    return { ...settings, [name]: good ? Number(text) : Infinity };
  }
  const words = WORDS[/** @type {keyof typeof WORDS} */ (name)];
  return { ...settings, [name]: text && words.includes(text) ? text : words[0] || null };
}

/** @param {Settings} settings @param {string} name @returns {string} as withSetting takes it */
export function settingText(settings, name) {
  const value = settings[/** @type {keyof Settings} */ (name)];
  return value === Infinity ? 'infinite' : String(value ?? '');
}
