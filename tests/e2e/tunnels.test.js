// SPDX-License-Identifier: LGPL-2.1-or-later
// The page through real things that carry only TCP, in both browsers.
import assert from 'node:assert/strict';
import { browsers } from '../lib/browsers.js';
import { startHaproxy } from '../lib/haproxy.js';
import { startJupyter } from '../lib/jupyter.js';
import { startProxy } from '../lib/proxy.js';
import { startServer } from '../lib/server.js';
import { startSsh } from '../lib/ssh.js';
import { test } from '../lib/test.js';

/** What stands in between. `told`: cv-launch knows the address that browsers see. */
const ways = [
  { name: 'ssh -L', start: startSsh, scheme: 'http', told: false },
  { name: 'HAProxy with TLS', start: startHaproxy, scheme: 'https', told: true },
  { name: 'jupyter-server-proxy', start: startJupyter, scheme: 'http', told: false },
];

/** Starts a cv-launch behind it; the page's address for browsers. @param {typeof ways[number]} way */
async function behind(t, { start, scheme, told }) {
  const stops = [];
  t.after(async () => { while (stops.length > 0) await stops.pop()(); });
  const port = await startProxy();
  stops.push(port.stop);
  const origin = `${scheme}://127.0.0.1:${port.port}`;
  const server = await startServer({ args: told ? [`--public-origin=${origin}`] : [] });
  stops.push(() => server.stop());
  const between = await start(server);
  stops.push(between.stop);
  port.to(between.socket);
  return `${origin}${between.path}`;
}

/** @param {typeof ways[number]} way @param {string} query what the page's address has more, as `a=b` */
async function plays(t, startBrowser, way, query = '') {
  const url = new URL(await behind(t, way));
  new URLSearchParams(query).forEach((value, name) => url.searchParams.set(name, value));
  const browser = await startBrowser({ anyCertificate: way.scheme === 'https' });
  t.after(() => browser.stop());
  const tab = await browser.newTab();
  await tab.watch(url.href);
  const last = await tab.reports('30 frames', ({ frames }) => frames.decoded >= 30);
  assert.equal(last.attempt, 1);
  assert.equal(last.transport, 'socket');
  assert.deepEqual(tab.errors, []);
}

for (const [name, start] of Object.entries(browsers))
  for (const way of ways)
    test(`${name}: frames come through ${way.name} by the WebSocket`, (t) => plays(t, start, way, 'transport=socket'));
