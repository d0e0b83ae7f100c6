// SPDX-License-Identifier: LGPL-2.1-or-later
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { test } from '../lib/test.js';
import { modules } from './lib/modules.js';

const tsc = createRequire(import.meta.url).resolve('typescript/bin/tsc');
const project = fileURLToPath(new URL('tsconfig.json', import.meta.url));

test('tsc finds nothing wrong in the page, and looks at all of it', () => {
  const { status, stdout } = spawnSync(process.execPath, [tsc, '-p', project, '--listFiles'], { encoding: 'utf8' });
  assert.equal(status, 0, stdout);
  for (const path of modules()) assert.ok(stdout.includes(path), `${path} was checked`);
});
