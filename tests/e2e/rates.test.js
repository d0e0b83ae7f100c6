// SPDX-License-Identifier: LGPL-2.1-or-later
// Frame rates up to 120 a second are decoded. bench/viewers.js measures them to 1 %.
import assert from 'node:assert/strict';
import { browsers } from '../lib/browsers.js';
import { startServer } from '../lib/server.js';
import { after, before, describe, test } from '../lib/test.js';

for (const [name, start] of Object.entries(browsers))
  describe(name, () => {
    let browser;
    before(async () => { browser = await start(); });
    after(() => browser.stop());

    for (const framerate of [25, 60, 100, 120])
      test(`decodes ${framerate} frames a second`, async (t) => {
        const server = await startServer({ pipeline: 'plain', set: { width: 640, height: 360, framerate } });
        t.after(() => server.stop());
        const tab = await browser.newTab();
        t.after(() => tab.close());
        await tab.watch(server.url);
        const { perSecond } = await tab.decodedPerSecond(3);
        assert.ok(perSecond > 0.75 * framerate && perSecond < 1.1 * framerate, `${perSecond} frames a second`);
      });
  });
