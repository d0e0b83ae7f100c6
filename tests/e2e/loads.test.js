// SPDX-License-Identifier: LGPL-2.1-or-later
// 20 loads in a row, half of them closed abruptly. bench/viewers.js does it 200 times and measures.
import assert from 'node:assert/strict';
import { startChromium } from '../lib/browsers.js';
import { loadPages } from '../lib/loads.js';
import { startServer } from '../lib/server.js';
import { test } from '../lib/test.js';
import { backAt, baseOf } from '../lib/viewer.js';
import { percentile } from '../lib/wait.js';

test('20 loads in a row all show the picture, soon, and leave nothing behind', async (t) => {
  const server = await startServer();
  t.after(() => server.stop());
  const base = await baseOf(server);
  const browser = await startChromium();
  t.after(() => browser.stop());
  const loads = await loadPages(browser, server, 20);
  assert.deepEqual(loads.filter((load) => load.error), []);
  const median = percentile(loads.map((load) => load.firstFrame), 50);
  assert.ok(median < 1500, `first frame after ${median} ms`);
  await backAt(server, base);
});
