// SPDX-License-Identifier: LGPL-2.1-or-later
// Bare Debians, by scripts/fresh-debian, and what a user sees of what runs there: they share this machine's loopback.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { startChromium } from '../lib/browsers.js';
import { Child } from '../lib/child.js';
import { root } from '../lib/paths.js';
import * as usual from '../lib/test.js';

const hour = 3_600_000;
/** One that may install a whole system first. @param {string} name @param {(t: import('node:test').TestContext) => Promise<void>} work */
export const test = (name, work) => usual.test(name, { limit: hour }, work);
export const debians = { 'Debian 12': 'bookworm', 'Debian 13': 'trixie' };

/**
 * Runs shell text as root in a fresh clone in a bare Debian.
 * @param {string} suite
 * @param {string} script
 * @param {{packages?: string[], shared?: string}} [options] what is installed there already; a folder that is /fresh there
 */
function start(suite, script, { packages = [], shared = '' } = {}) {
  const options = [`--suite=${suite}`, `--with=${packages.join(',')}`];
  return new Child(join(root, 'scripts/fresh-debian'), [...options, 'bash', '-euc', script], { env: { FRESH_SHARED: shared }, input: true });
}

export async function runFresh(suite, script, options = {}) {
  const child = start(suite, script, options);
  try {
    const { code } = await child.end(hour);
    assert.equal(code, 0, `${child.stdout.slice(-3000)}\n${child.stderr.slice(-3000)}`);
    return child.stdout;
  } finally {
    if (child.alive) await child.stop();
  }
}

/**
 * The same for a script whose last command is a server, "serve COMMAND…": it must show its video and results in a browser, and end well.
 * @returns {Promise<number>} minutes from nothing to the first picture
 */
export async function showsItself(suite, script, options = {}) {
  const began = performance.now();
  const child = start(suite, `serve() { "$@" & read -r _; kill -TERM $!; wait $!; }\n${script}`, options);
  try {
    const [url] = await child.says(/http:\/\/127\.0\.0\.1:\d+\//, hour);
    const browser = await startChromium();
    try {
      const tab = await browser.newTab();
      await tab.watch(url);
      const minutes = (performance.now() - began) / 60_000;
      await tab.reports('video and results', (report) => report.frames.decoded > 60 && report.results.received > 10);
      assert.deepEqual(tab.errors, []);
      child.write('end\n');
      assert.deepEqual(await child.end(), { code: 0, signal: null });
      return minutes;
    } finally {
      await browser.stop();
    }
  } catch (error) {
    throw new Error(`${error.message}\n${child.stdout.slice(-1000)}\n${child.stderr.slice(-3000)}`);
  } finally {
    if (child.alive) await child.stop();
  }
}
