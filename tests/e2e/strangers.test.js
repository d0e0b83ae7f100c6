// SPDX-License-Identifier: LGPL-2.1-or-later
// Strangers who connect all the time, from some addresses, and never watch: who wants to watch gets in, at the first attempt.
import assert from 'node:assert/strict';
import { browsers } from '../lib/browsers.js';
import { manyLinks } from '../lib/link.js';
import { canMakeNetworks, noNetworksBecause } from '../lib/network.js';
import { startServer } from '../lib/server.js';
import { startStrangers } from '../lib/strangers.js';
import { describe, test } from '../lib/test.js';

describe('strangers', { skip: canMakeNetworks ? false : noNetworksBecause }, () => {
  for (const [way, args, address] of [['a server for everybody', ['--no-auth'], ''], ['a server with a token', ['--auth'], '#token=']])
    for (const [name, start] of Object.entries(browsers))
      test(`${name} watches ${way}, which is asked by strangers all the time`, async (t) => {
        const stops = [];
        t.after(async () => { while (stops.length > 0) await stops.pop()(); });
        const links = await manyLinks(3, Infinity);
        stops.push(links.stop);
        const server = await startServer({ prefix: links.serverPrefix, args: [`--host=${links.serverAddress}`, ...args] });
        stops.push(() => server.stop());
        const strangers = await startStrangers(links, server, 100);
        stops.push(() => strangers.stop());
        const browser = await start({ prefix: links.viewerPrefix });
        stops.push(() => browser.stop());
        const url = address ? (await server.says(/http:\S+#token=\S+/))[0] : server.url;
        for (let n = 0; n < 3; ++n) {
          const tab = await browser.newTab();
          const { attempt } = await tab.watch(url);
          assert.equal(attempt, 1, 'at the first attempt');
          await tab.decodes(30);
          await tab.close();
        }
        assert.match(strangers.stdout, /[1-9]\d* refused/, 'most strangers are refused');
      });
});
