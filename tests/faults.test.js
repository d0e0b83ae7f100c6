// SPDX-License-Identifier: LGPL-2.1-or-later
// The deliberate faults that tests/mutants.js tries: each has its place in the source as it is now.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { mutants } from './lib/mutants.js';
import { root } from './lib/paths.js';
import { test } from './lib/test.js';

test('what a fault replaces stands once in its file', () => {
  const lost = mutants.filter(({ file, from }) => readFileSync(join(root, file), 'utf8').split(from).length !== 2);
  assert.deepEqual(lost.map(({ fault, file }) => `${file}: ${fault}`), []);
});
