// SPDX-License-Identifier: LGPL-2.1-or-later
// What a viewer can choose, as attributes of <cv-player> and as parameters of the page's address have it. Pure.

/**
 * @typedef {'async'|'exact'} Mode `async`: the live view, the newest results over it; `exact`: the exact view, each result on its own frame
 * @typedef {{mode: Mode|null, overlay: 'boxes'|'none', fill: import('./results.js').Fill, hold: number, 'max-bitrate': number, 'max-height': number,
 *   transport: 'auto'|'webrtc'|'socket'}} Settings `mode`: null: exact
 *   where the stream has stamps; `overlay`: what is drawn of results, `boxes`: what the model found, with its name; `hold`: by how much the video may be delayed, in ms, or Infinity; `max-bitrate`: of the video, in
 *   bit/s, or Infinity; `max-height`: no larger pictures than the smallest ones with so many lines, or Infinity; `transport`: by which way frames come, `auto`: by WebRTC, or by the WebSocket where nothing else passes
 */

/** What a setting that is a number says of no limit. */
export const UNLIMITED = 'infinite';

/** @type {Settings} */
export const DEFAULTS = { mode: null, overlay: 'boxes', fill: 'interpolated', hold: Infinity, 'max-bitrate': Infinity, 'max-height': Infinity, transport: 'auto' };

/** The words that each setting takes. The first is the default. */
const WORDS = {
  mode: ['', 'async', 'exact'],
  overlay: ['boxes', 'none'],
  fill: ['interpolated', 'last', 'none'],
  transport: ['auto', 'webrtc', 'socket'],
};

/** The settings that are numbers, and the most that each may be; those that count something are whole, and 1 at least. @type {Record<string, number>} */
const MOST = { hold: Infinity, 'max-bitrate': 1e12, 'max-height': 65535 };

/** A setting's number as JSON has it; null: without limit. @param {number} value */
export const limitOf = (value) => Number.isFinite(value) ? value : null;

/** @param {string} name */
export const isSetting = (name) => Object.hasOwn(DEFAULTS, name);

/**
 * @param {Settings} settings @param {string} name @param {string|null} text null, or what can't be understood: the default
 * @returns {Settings}
 */
export function withSetting(settings, name, text) {
  const most = MOST[name];
  if (most) {
    const unlimited = !text?.trim() || text === UNLIMITED;
    const value = Number(text);
    const good = !unlimited && (most === Infinity ? value >= 0 : value % 1 === 0 && value >= 1 && value <= most);
    if (!good && !unlimited) console.warn(`cv-player: ${name}="${text}" is not a number that it takes`);
    return { ...settings, [name]: good ? value : Infinity };
  }
  const words = WORDS[/** @type {keyof typeof WORDS} */ (name)];
  return { ...settings, [name]: text && words.includes(text) ? text : words[0] || null };
}

/** @param {Settings} settings @param {string} name @returns {string} as withSetting takes it */
export function settingText(settings, name) {
  const value = settings[/** @type {keyof Settings} */ (name)];
  return value === Infinity ? UNLIMITED : String(value ?? '');
}
