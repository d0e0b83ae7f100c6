// SPDX-License-Identifier: LGPL-2.1-or-later
// node:test, with a limit for every test and hook: one that does not end fails, and tells what it waits for.
import { clearTimeout, setTimeout } from 'node:timers';  // whatever a test makes of the global ones
import * as node from 'node:test';
import { endAll } from './child.js';
import { waitingFor } from './wait.js';

const usual = 900_000;
const leaveLimit = 120_000;

/**
 * @param {string} what
 * @param {any[]} args of a test or a hook: its function, and options, which may have a `limit` in ms. (Node's own `timeout` tells no state.)
 */
function limited(what, args) {
  const { limit = usual } = args.find((arg) => typeof arg === 'object') ?? {};
  return args.map((work) => {
    if (typeof work !== 'function') return work;
    return async (context) => {
      let timer;
      const late = new Promise((_, reject) => {
        timer = setTimeout(() => reject(new Error(
          `${what} has not ended in ${limit / 1000} s. It waits for:\n${waitingFor().join('\n') || 'nothing that tests/lib/wait.js knows'}`)), limit);
      });
      try {
        await Promise.race([work(context), late]);
      } finally {
        clearTimeout(timer);
      }
    };
  });
}

/** @type {typeof node.test} */
export const test = (name, ...args) => node.test(name, ...limited(name, args));
/** @type {typeof node.before} */
export const before = (...args) => node.before(...limited('before()', args));
/** @type {typeof node.after} */
export const after = (...args) => node.after(...limited('after()', args));
/** @type {typeof node.beforeEach} */
export const beforeEach = (...args) => node.beforeEach(...limited('beforeEach()', args));
/** @type {typeof node.afterEach} */
export const afterEach = (...args) => node.afterEach(...limited('afterEach()', args));
export const { describe } = node;

// A file that leaves something open would keep its process for ever.
node.after(() => {
  setTimeout(() => {
    console.error(`the tests are over, and this still runs: ${endAll().join('; ') || 'something that is no child process'}`);
    process.exit(1);
  }, leaveLimit).unref();
});
process.on('SIGTERM', () => process.exit(143));  // so that its children end too
