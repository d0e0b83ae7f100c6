// SPDX-License-Identifier: LGPL-2.1-or-later
// The page through real things that carry only TCP, in both browsers.
import assert from 'node:assert/strict';
import { serverBehind } from '../lib/between.js';
import { browsers } from '../lib/browsers.js';
import { startHaproxy } from '../lib/haproxy.js';
import { startJupyter } from '../lib/jupyter.js';
import { startSsh } from '../lib/ssh.js';
import { test } from '../lib/test.js';

/** What stands in between, and how, see serverBehind(). */
const ways = [
  { name: 'ssh -L', start: startSsh, scheme: 'http', told: false },
  { name: 'HAProxy with TLS', start: startHaproxy, scheme: 'https', told: true },
  { name: 'jupyter-server-proxy', start: startJupyter, scheme: 'http', told: false },
];

for (const [name, startBrowser] of Object.entries(browsers))
  for (const way of ways)
    test(`${name}: frames come through ${way.name} by the WebSocket`, async (t) => {
      const url = new URL((await serverBehind(t, way.start, way)).url);
      url.searchParams.set('transport', 'socket');
      const browser = await startBrowser({ anyCertificate: way.scheme === 'https' });
      t.after(() => browser.stop());
      const tab = await browser.newTab();
      await tab.watch(url.href);
      const last = await tab.reports('30 frames', ({ frames }) => frames.decoded >= 30);
      assert.deepEqual([last.attempt, last.transport], [1, 'socket']);
      assert.deepEqual(tab.errors, []);
    });
