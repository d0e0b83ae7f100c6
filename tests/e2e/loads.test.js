// SPDX-License-Identifier: LGPL-2.1-or-later
// 10 loads in a row, half of them closed abruptly. bench/viewers.js does it 200 times and measures.
import assert from 'node:assert/strict';
import { startChromium } from '../lib/browsers.js';
import { loadPages } from '../lib/loads.js';
import { startServer } from '../lib/server.js';
import { test } from '../lib/test.js';
import { backAt, baseOf } from '../lib/viewer.js';

test('10 loads in a row all show the picture at the first attempt, and leave nothing behind', async (t) => {
  const server = await startServer();
  t.after(() => server.stop());
  const base = await baseOf(server);
  const browser = await startChromium();
  t.after(() => browser.stop());
  const loads = await loadPages(browser, server, 10);
  assert.deepEqual(loads.filter(({ error, attempt }) => error || attempt !== 1), []);
  await backAt(server, base);
});
