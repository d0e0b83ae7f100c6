// SPDX-License-Identifier: LGPL-2.1-or-later
// Our modules for a page that is not the measuring page, as cv-launch's. A page's policy may let no script of others be loaded there; a function
// that a browser's driver is given may run.
import { execFileSync } from 'node:child_process';
import { root } from '../../tests/lib/paths.js';

const naive = `import { compare } from './bench/peers/naive.js'; window.naive = compare(document.querySelector('cv-player'));`;

/** @param {string} [entry] a module in the top folder; without it: one that leaves the counts of `compare` in `window.naive` @returns {Function} */
export function inPage(entry = naive) {
  return new Function(execFileSync('esbuild', ['--bundle', '--format=iife'], { cwd: root, input: entry, encoding: 'utf8' }));
}
