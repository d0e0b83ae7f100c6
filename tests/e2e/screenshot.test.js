// SPDX-License-Identifier: LGPL-2.1-or-later
// The README's picture, from the real page: UPDATE_SCREENSHOT=1 node --test tests/e2e/screenshot.test.js
import assert from 'node:assert/strict';
import { mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { startChromium } from '../lib/browsers.js';
import { root, temporaryFolder } from '../lib/paths.js';
import { startServer } from '../lib/server.js';

test('a screenshot shows the video, results and figures', async (t) => {
  const update = process.env.UPDATE_SCREENSHOT === '1';
  const folder = update ? join(root, 'docs') : temporaryFolder();
  mkdirSync(folder, { recursive: true });
  const path = join(folder, 'screenshot.png');
  const server = await startServer({ pipeline: 'exact', set: { speed: 0.15 } });
  t.after(() => server.stop());
  const browser = await startChromium();
  t.after(() => browser.stop());
  const tab = await browser.newTab();
  await tab.watch(server.url);
  await tab.reports('results and all figures', (report) => report.exact.results.onFrame > 200 && report.latency && report.bitrate > 0 && report.frames.perSecond > 0);
  await tab.screenshot(path);
  assert.ok(statSync(path).size > 10_000, 'a picture with something in it');
});
