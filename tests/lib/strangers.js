// SPDX-License-Identifier: LGPL-2.1-or-later
// Strangers who connect all the time and never watch.
import { Child } from './child.js';
import { root } from './paths.js';

/**
 * So many a second, from the limited addresses of `links` in turns.
 * @param {Awaited<ReturnType<typeof import('./link.js').manyLinks>>} links @param {{socketUrl: string}} server @param {number} perSecond
 */
export async function startStrangers(links, server, perSecond) {
  const [program, ...before] = links.viewerPrefix;
  const child = new Child(program, [...before, process.execPath, `${root}/tests/lib/stranger-program.js`, server.socketUrl, String(perSecond), ...links.limited]);
  await child.says(/[1-9]\d* joined/);
  return child;
}
