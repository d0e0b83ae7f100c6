// SPDX-License-Identifier: LGPL-2.1-or-later
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../../lib/paths.js';

/** The paths of all modules in web/, or in one of its rooms. @param {string} [room] */
export function modules(room) {
  return (room ? [room] : ['core', 'player', 'demo']).flatMap((folder) =>
    readdirSync(join(root, 'web', folder)).filter((name) => name.endsWith('.js')).map((name) => `web/${folder}/${name}`));
}
