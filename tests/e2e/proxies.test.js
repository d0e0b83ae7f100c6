// SPDX-License-Identifier: LGPL-2.1-or-later
// The page through real proxies, below a path of theirs, in both browsers.
import assert from 'node:assert/strict';
import { serverBehind } from '../lib/between.js';
import { browsers } from '../lib/browsers.js';
import { startCaddy } from '../lib/caddy.js';
import { startNginx, startTlsNginx } from '../lib/nginx.js';
import { test } from '../lib/test.js';
import { Signalling } from '../lib/websocket.js';

const path = '/lab/ball/';

/** @param {{host?: string, told: boolean}} options */
const behindNginx = (t, { host, told }) => serverBehind(t, (server) => startNginx(server, { path, host }), { told });

for (const [name, start] of Object.entries(browsers))
  test(`${name}: the page plays below nginx’s path, with the browser’s Host, and with another one where --public-origin says where that is`, async (t) => {
    const urls = [await behindNginx(t, { host: '$http_host', told: false }), await behindNginx(t, { told: true })].map(({ url }) => url);
    const browser = await start();
    t.after(() => browser.stop());
    for (const [i, transport] of ['webrtc', 'socket'].entries()) {
      const tab = await browser.newTab();
      await tab.watch(`${urls[i]}?transport=${transport}`);
      const last = await tab.reports('30 frames', ({ frames }) => frames.decoded >= 30);
      assert.deepEqual([last.attempt, last.transport], [1, transport]);
      assert.deepEqual(tab.errors, []);
      await tab.close();
    }
  });

for (const [between, startBetween] of [['nginx', startTlsNginx], ['Caddy', startCaddy]])
  for (const [name, start] of Object.entries(browsers))
    test(`${name}: the page plays behind ${between} with TLS, as docs/deploy.md has it`, async (t) => {
      const { url } = await serverBehind(t, startBetween, { scheme: 'https', told: true });
      const browser = await start({ anyCertificate: true });
      t.after(() => browser.stop());
      for (const transport of ['webrtc', 'socket']) {
        const tab = await browser.newTab();
        await tab.watch(`${url}?transport=${transport}`);
        const last = await tab.reports('30 frames', ({ frames }) => frames.decoded >= 30);
        assert.deepEqual([last.attempt, last.transport], [1, transport]);
        assert.deepEqual(tab.errors, []);
        await tab.close();
      }
    });

test('nginx with a Host of its own, and nobody has said where that is: the WebSocket is refused', async (t) => {
  const { origin, url } = await behindNginx(t, { told: false });
  const signalling = new Signalling({ url, socketUrl: `${url.replace(/^http/, 'ws')}ws` }, { origin });
  await assert.rejects(signalling.open, { status: 403 });
});
