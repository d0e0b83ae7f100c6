// SPDX-License-Identifier: LGPL-2.1-or-later
// What docs/pictures runs: node tests/pictures.js [NAME…]
import { mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './lib/paths.js';
import { pictures } from './lib/pictures.js';

const folder = join(root, 'docs/images');
const names = process.argv.slice(2);
const unknown = names.filter((name) => !(name in pictures));
if (unknown.length > 0) {
  console.error(`docs/pictures: there is no ${unknown.join(', ')}; there are ${Object.keys(pictures).join(', ')}`);
  process.exit(2);
}
mkdirSync(folder, { recursive: true });
for (const name of names.length > 0 ? names : Object.keys(pictures)) {
  const said = await pictures[name](join(folder, name));
  console.log(`${name}: ${Math.ceil(statSync(join(folder, name)).size / 1000)} kB${said ? `; ${said}` : ''}`);
}
