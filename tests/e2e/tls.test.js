// SPDX-License-Identifier: LGPL-2.1-or-later
// A server with TLS of its own, in browsers that were told to take its certificate.
import assert from 'node:assert/strict';
import { browsers } from '../lib/browsers.js';
import { selfSigned } from '../lib/certificates.js';
import { startServer } from '../lib/server.js';
import { after, before, describe, test } from '../lib/test.js';

let server;
before(async () => { server = await startServer({ tls: await selfSigned(), args: ['--auth'], pipeline: 'exact' }); });
after(() => server.stop());

for (const [name, start] of Object.entries(browsers))
  describe(name, () => {
    let browser;
    before(async () => { browser = await start({ anyCertificate: true }); });
    after(() => browser?.stop());

    const address = async () => (await server.says(/https:\S+#token=\S+/))[0];

    async function newTab(t) {
      const tab = await browser.newTab();
      t.after(() => tab.close());
      return tab;
    }

    test('who typed http:// comes to https:// with the token, and sees the video', async (t) => {
      const tab = await newTab(t);
      await tab.watch((await address()).replace('https', 'http'));
      const { attempt, transport, mayControl } = await tab.report();
      assert.deepEqual({ attempt, transport, mayControl }, { attempt: 1, transport: 'webrtc', mayControl: true });
      assert.equal(await tab.evaluate(() => `${location.protocol} ${isSecureContext}`), 'https: true');
      assert.deepEqual(tab.errors, []);
    });

    test('frames come by wss:// too, and each result is on its own', async (t) => {
      const tab = await newTab(t);
      await tab.watch((await address()).replace('/#', '/?transport=socket&mode=exact#'));
      const { transport, attempt, exact } = await tab.reports('30 results on their frames', (report) => report.exact?.results.onFrame >= 30);
      assert.deepEqual([transport, attempt, exact.frames.mismatched], ['socket', 1, 0]);
      assert.deepEqual(tab.errors, []);
    });
  });
