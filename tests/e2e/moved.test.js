// SPDX-License-Identifier: LGPL-2.1-or-later
// A viewer whose address changes in the middle, as a phone's that leaves its Wi-Fi: the picture comes again, without a reload.
import assert from 'node:assert/strict';
import { browsers } from '../lib/browsers.js';
import { selfSigned } from '../lib/certificates.js';
import { noNetworksBecause } from '../lib/network.js';
import { startServer } from '../lib/server.js';
import { describe, test } from '../lib/test.js';
import { apart, startDoor } from '../lib/turn.js';
import { until } from '../lib/wait.js';

describe('another address', { skip: noNetworksBecause || false }, () => {
  for (const [name, start] of Object.entries(browsers))
    test(`${name}: an interface goes and another one comes`, async (t) => {
      const stops = [];
      t.after(async () => { while (stops.length > 0) await stops.pop()(); });
      const networks = await apart();
      stops.push(networks.stop);
      networks.route();
      const server = await startServer({ prefix: networks.serverPrefix, tls: await selfSigned(), args: [`--host=${networks.serverAddress}`, '--no-auth'] });
      stops.push(() => server.stop());
      const door = await startDoor(networks, server);
      stops.push(door.stop);
      const browser = await start({ prefix: networks.viewerPrefix, anyCertificate: true });
      stops.push(() => browser.stop());
      const tab = await browser.newTab();
      await tab.watch(door.url.replace('http', 'https'));
      await tab.reports('30 frames', ({ frames }) => frames.decoded >= 30);
      await tab.evaluate(() => { window.before = true; });
      networks.move();
      const moved = performance.now();
      await until('another attempt', async () => (await tab.report()).attempt > 1);
      const { transport } = await tab.reports('video again', ({ frames }) => frames.decoded >= 10);
      t.diagnostic(`a picture ${(performance.now() - moved).toFixed(0)} ms after the change`);
      assert.equal(transport, 'webrtc');
      assert.ok(await tab.evaluate(() => window.before), 'the same page');
      // an attempt may come before the network does
      assert.deepEqual(tab.errors.filter((text) => !text.includes('can’t establish a connection')), []);
    });
});
