// SPDX-License-Identifier: LGPL-2.1-or-later
// Waiting for conditions. Limits are generous: no machine that a test passes on may be too slow for them.
import { clearTimeout, setTimeout } from 'node:timers';

/** How long to wait for one thing, in ms. */
export const patience = 180_000;

/** For bench/: tests wait for conditions. @param {number} ms */
export const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** @type {Set<() => string>} */
const waits = new Set();

/** What this process waits for now, each with what it saw last: for a test that does not end. */
export const waitingFor = () => [...waits].map((describe) => describe());

/**
 * Resolves with the first truthy value of `probe`; rejects, naming `what` and the last value seen, after `limit` ms.
 * @template T
 * @param {string} what
 * @param {() => T | Promise<T>} probe
 * @param {{limit?: number, every?: number, state?: () => unknown}} [options]
 *   `state`: what else to tell when it is not seen, as it is then
 * @returns {Promise<T>}
 */
export async function until(what, probe, { limit = patience, every = 50, state } = {}) {
  const deadline = performance.now() + limit;
  let value;
  const describe = () => `${what}; last: ${JSON.stringify(value)}${state ? `; ${JSON.stringify(state())}` : ''}`;
  waits.add(describe);
  try {
    for (;;) {
      value = await probe();
      if (value) return value;
      if (performance.now() > deadline) throw new Error(`in ${limit} ms not seen: ${describe()}`);
      await pause(every);
    }
  } finally {
    waits.delete(describe);
  }
}

/**
 * Rejects when `promise` is not settled after `limit` ms.
 * @template T
 * @param {string} what
 * @param {Promise<T>} promise
 * @returns {Promise<T>}
 */
export async function within(what, promise, limit = patience) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`in ${limit} ms not seen: ${what}`)), limit);
  });
  const describe = () => what;
  waits.add(describe);
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
    waits.delete(describe);
  }
}

/**
 * A value once it has stayed the same for `times` looks in a row.
 * @template T
 * @param {string} what
 * @param {() => T | Promise<T>} probe
 * @returns {Promise<T>}
 */
export async function steady(what, probe, { times = 10, every = 100, limit = patience } = {}) {
  let last;
  let same = 0;
  await until(`${what} to be steady`, async () => {
    const value = await probe();
    same = value === last ? same + 1 : 0;
    last = value;
    return same >= times;
  }, { limit, every });
  return last;
}

/** The `p`-th percentile (0 to 100) of `values`. */
export function percentile(values, p) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil((p / 100) * sorted.length) - 1)];
}
