// SPDX-License-Identifier: LGPL-2.1-or-later
// Debian's Janus, as scripts/janus starts it: its ports are fixed, so each wants a network of its own.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Child } from './child.js';
import { canMakeNetworks, noNetworksBecause } from './network.js';
import { root } from './paths.js';

const there = existsSync(join(root, 'build-janus/janus/usr/bin/janus'));
/** Why there is none, or false. */
export const noJanus = !canMakeNetworks ? noNetworksBecause : !there && 'this Debian has no package of Janus';

/** @param {string[]} prefix see prefixOf() */
export async function startJanus([program, ...before]) {
  const child = new Child(program, [...before, join(root, 'scripts/janus')]);
  await child.says(/WebSockets thread started/);
  return child;
}
