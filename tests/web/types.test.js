// SPDX-License-Identifier: LGPL-2.1-or-later
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { test } from '../lib/test.js';

const tsc = createRequire(import.meta.url).resolve('typescript/bin/tsc');
const project = fileURLToPath(new URL('tsconfig.json', import.meta.url));
const js = new URL('../../web/js/', import.meta.url);

test('tsc finds nothing wrong in the page, and looks at all of it', () => {
  const { status, stdout } = spawnSync(process.execPath, [tsc, '-p', project, '--listFiles'], { encoding: 'utf8' });
  const modules = readdirSync(js);
  assert.equal(status, 0, stdout);
  assert.ok(modules.length > 10);
  for (const name of modules) assert.ok(stdout.includes(`web/js/${name}`), `${name} was checked`);
});
