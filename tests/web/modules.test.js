// SPDX-License-Identifier: LGPL-2.1-or-later
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build, root } from '../lib/paths.js';
import { test } from '../lib/test.js';
import { modules } from './lib/modules.js';

test('a change to any module arrives in the page, and no module is left over', () => {
  const known = execFileSync('ninja', ['-C', build, '-t', 'deps', 'web/cv-player.js'], { encoding: 'utf8' });
  const files = known.split('\n').map((line) => relative(root, resolve(build, line.trim())));
  for (const path of modules()) assert.ok(files.includes(path), `${path} is in the page: ${known}`);
});

test('the whole page, as it is at first sight by WebRTC, is smaller than 80 kB', () => {
  // that it loads no more is in tests/e2e/demo.test.js
  const files = ['index.html', 'page.js', 'style.css', 'favicon.svg'].map((name) => join(build, 'web', name));
  const size = files.reduce((sum, path) => sum + readFileSync(path).length, 0);
  assert.ok(size > 20_000 && size < 80_000, `${size} bytes`);
});

for (const path of modules('core')) {
  test(`${path} is loaded where there is no page`, async (t) => {
    if (path.endsWith('-worker.js')) Object.assign(globalThis, { addEventListener() {}, postMessage() {} });
    t.after(() => { for (const name of ['addEventListener', 'postMessage']) Reflect.deleteProperty(globalThis, name); });
    assert.ok(await import(pathToFileURL(join(root, path)).href));
    assert.doesNotMatch(readFileSync(join(root, path), 'utf8'), /(?<!\.)\bwindow(\.\w|\[)|\b(document|HTML\w*Element)\b/, 'what core does not know');
  });
}
