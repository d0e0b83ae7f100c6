// SPDX-License-Identifier: LGPL-2.1-or-later
// naive.js for cv-launch's page. The page's policy lets no script of others be loaded there; a function that a browser's driver is
// given may run.
import { execFileSync } from 'node:child_process';
import { root } from '../../tests/lib/paths.js';

const entry = `import { compare } from './bench/peers/naive.js'; window.naive = compare(document.querySelector('cv-player'));`;

/** @returns {Function} leaves the counts of `compare` in `window.naive` */
export function inPage() {
  return new Function(execFileSync('esbuild', ['--bundle', '--format=iife'], { cwd: root, input: entry, encoding: 'utf8' }));
}
