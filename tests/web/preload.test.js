// SPDX-License-Identifier: LGPL-2.1-or-later
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

const web = new URL('../../web/', import.meta.url);

/** All modules that `path` imports, and theirs. @param {string} path @param {Set<string>} [found] */
function imported(path, found = new Set()) {
  const text = readFileSync(new URL(path, web), 'utf8').replaceAll(/\/\*[^]*?\*\//g, '');
  for (const [, name] of text.matchAll(/^import[^;]*?'\.\/([\w-]+\.js)'/gm)) {
    if (found.has(`js/${name}`)) continue;
    found.add(`js/${name}`);
    imported(`js/${name}`, found);
  }
  return found;
}

test('the page loads all its modules at once', () => {
  const html = readFileSync(new URL('index.html', web), 'utf8');
  const preloaded = [...html.matchAll(/<link rel="modulepreload" href="([^"]+)">/g)].map(([, href]) => href);
  assert.deepEqual(preloaded, [...imported('js/page.js')].sort());
});
