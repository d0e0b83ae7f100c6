// SPDX-License-Identifier: LGPL-2.1-or-later
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { test } from '../lib/test.js';

const web = new URL('../../web/', import.meta.url);

test('the build knows all modules of the page, so that a change to any of them arrives in it', () => {
  const named = [...readFileSync(new URL('meson.build', web), 'utf8').split('\n\n')[0].matchAll(/'(js\/[\w-]+\.js)'/g)].map(([, path]) => path);
  assert.deepEqual(named, readdirSync(new URL('js/', web)).map((name) => `js/${name}`).sort());
});
