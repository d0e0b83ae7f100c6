// SPDX-License-Identifier: LGPL-2.1-or-later
// What the page says of what was measured, in words. What is not known is not said. Pure.

/** @typedef {ReturnType<import('../player/cv-player.js').CvPlayer['report']>} Report */

/** @param {number} count */
const grouped = (count) => count.toLocaleString('en');

/** @param {number} value */
const whole = (value) => value.toFixed(0);

/** @param {number} bitrate in bit/s */
const megabits = (bitrate) => `${(bitrate / 1e6).toFixed(bitrate < 10e6 ? 2 : 0)} Mbit/s`;

/** @param {NonNullable<Report['latency']>} latency */
const seen = ({ median, error }) => `Seen ${whole(median)} ± ${Math.ceil(error)} ms after it happened`;

/** @param {Report} report @returns {string} of a player that shows each result as it comes */
export function liveWords({ latency, results: { lag }, exact }) {
  if (!latency) return '';
  const off = exact?.overlayError ?? null;
  return `${seen(latency)}${lag === null ? '' : `, the results after ${whole(lag)} ms`}.${offWords(off)}`;
}

/** @param {Report} report @param {Report} live of the one beside it @returns {string} of a player that shows each frame with its own */
export function exactWords({ latency, exact }, { latency: first }) {
  if (!exact || exact.mode !== 'exact') return exact?.obstacle ?? '';
  if (!latency) return '';
  const later = first ? ` ${whole(latency.median - first.median)} ms later than live.` : '';
  return `${seen(latency)}, with its results.${later}${offWords(exact.overlayError)}`;
}

/** @param {number|null} off in pixels, where the source tells the truth */
const offWords = (off) => off === null ? '' : ` What is drawn is ${off < 10 ? off.toFixed(1) : whole(off)} pixels off.`;

/** @param {Report['exact']} exact */
export function proofWords(exact) {
  if (!exact || exact.mode !== 'exact' || exact.results.onFrame === 0) return '';
  const { frames: { mismatched, readBack }, results: { onFrame } } = exact;
  return `${grouped(mismatched)} of ${grouped(onFrame)} results on a wrong frame · checked in ${grouped(readBack)} pictures, whose pixels name their frame`;
}

/** What a viewer has to know: of the network, and of models that do not do their work. @param {Report} report */
export function noticeWords({ notice, models }) {
  return [notice, ...models.map(({ model, state, message }) => {
    /** @type {Record<string, string>} */
    const ill = { starting: 'is starting', failed: `has failed: ${message}`, silent: 'gives no results now' };
    return state && ill[state] && `The model ${model} ${ill[state]}`;
  })].filter(Boolean).join('. ');
}

/** @param {Report} report @param {number|null} jpeg bytes of one of the pictures as JPEG */
export function bandwidthWords({ bitrate, frames: { perSecond } }, jpeg) {
  if (bitrate === null) return '';
  const words = `${megabits(bitrate)} for all of it.`;
  if (jpeg === null || perSecond === null || bitrate === 0) return words;
  const mjpeg = jpeg * 8 * perSecond;
  return `${words} As single JPEGs the same pictures take ${megabits(mjpeg)}: ${whole(mjpeg / bitrate)} times as much.`;
}
