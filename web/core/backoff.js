// SPDX-License-Identifier: LGPL-2.1-or-later
// When to try again: soon at first, then less and less often, and not all viewers at the same moment.

const FIRST_MS = 250;
const LONGEST_MS = 5000;
/** After an error that trying again can't cure, or not soon. */
const BUG_MS = 20_000;

/** Codes of errors after which page and server do not understand each other. */
const BUGS = new Set([
  'malformed', 'unknown-type', 'unexpected', 'bad-sdp', 'bad-candidate', 'fingerprint', 'protocol', 'unsupported',
]);

/** @param {string} code of an error */
export const isBug = (code) => BUGS.has(code);

/**
 * @param {number} failures in a row, 1 after the first
 * @param {string} code of the last error
 * @param {() => number} random in [0, 1)
 * @returns {number} ms to wait
 */
export function retryDelay(failures, code, random = Math.random) {
  const jitter = 0.5 + random() / 2;
  if (isBug(code) || code === 'too-many') return BUG_MS * jitter;
  if (code === 'full') return LONGEST_MS * jitter;
  return Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.max(0, failures - 1)) * jitter;
}
