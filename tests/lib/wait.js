// SPDX-License-Identifier: LGPL-2.1-or-later
// Waiting for conditions. Limits are generous: a shared machine can be five times slower than usual.

/** For bench/: tests wait for conditions. @param {number} ms */
export const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/**
 * Resolves with the first truthy value of `probe`; rejects, naming `what` and the last value seen, after `limit` ms.
 * @template T
 * @param {string} what
 * @param {() => T | Promise<T>} probe
 * @param {{limit?: number, every?: number}} [options]
 * @returns {Promise<T>}
 */
export async function until(what, probe, { limit = 60_000, every = 50 } = {}) {
  const deadline = performance.now() + limit;
  for (;;) {
    const value = await probe();
    if (value) return value;
    if (performance.now() > deadline) throw new Error(`in ${limit} ms not seen: ${what}; last: ${JSON.stringify(value)}`);
    await pause(every);
  }
}

/**
 * Rejects when `promise` is not settled after `limit` ms.
 * @template T
 * @param {string} what
 * @param {Promise<T>} promise
 * @returns {Promise<T>}
 */
export async function within(what, promise, limit = 60_000) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`in ${limit} ms not seen: ${what}`)), limit);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * A value once it has stayed the same for `times` looks in a row.
 * @param {string} what
 * @param {() => number | Promise<number>} probe
 */
export async function settled(what, probe, { times = 10, every = 100, limit = 60_000 } = {}) {
  let last;
  let same = 0;
  await until(`${what} to settle`, async () => {
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
