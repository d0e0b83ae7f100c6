// SPDX-License-Identifier: LGPL-2.1-or-later
// A viewer and a server that can't reach each other: video comes through a relay, however the relay is reached.
import assert from 'node:assert/strict';
import { browsers } from '../lib/browsers.js';
import { noNetworksBecause } from '../lib/network.js';
import { startServer } from '../lib/server.js';
import { after, before, describe, test } from '../lib/test.js';
import { apart, startDoor, startTurn } from '../lib/turn.js';

/** How the media come: of the connection that is used, this side's and the other's kind, and how this side's relay is reached. */
const usedWay = (tab) => tab.evaluate(async () => {
  const report = new Map(await window.testPeers.at(-1).getStats());
  const all = [...report.values()];
  const pair = all.find(({ type, selected }) => type === 'candidate-pair' && selected)
    ?? report.get(all.find(({ type }) => type === 'transport')?.selectedCandidatePairId);
  const [own, other] = [pair?.localCandidateId, pair?.remoteCandidateId].map((id) => report.get(id));
  return { own: own?.candidateType, other: other?.candidateType, relay: own?.relayProtocol };
});

for (const [name, start] of Object.entries(browsers))
  describe(name, { skip: noNetworksBecause || false }, () => {
    let networks, turn, browser;
    before(async () => {
      networks = await apart();
      turn = await startTurn(networks, ['--use-auth-secret', '--static-auth-secret=very-secret']);
      browser = await start({ prefix: networks.viewerPrefix, anyCertificate: true, authority: turn.authority });
    });
    after(async () => {
      await browser?.stop();
      await turn?.stop();
      await networks?.stop();
    });

    // Chromium finds no name for UDP where there is no DNS
    for (const [transport, url] of [['udp', 'turn:10.205.0.1'], ['tcp', 'turn:10.205.0.1?transport=tcp'], ['tls', 'turns:turn.example']])
      test(`relayed by ${transport}`, async (t) => {
        const server = await startServer({ prefix: networks.serverPrefix, env: { CV_LAUNCH_TURN_SECRET: 'very-secret' },
          args: [`--host=${networks.serverAddress}`, '--no-auth', `--turn=${url}`] });
        t.after(() => server.stop());
        const door = await startDoor(networks, server);
        t.after(() => door.stop());
        const tab = await browser.newTab();
        t.after(() => tab.close());
        await tab.watch(door.url);
        const report = await tab.reports('video and results', ({ frames, results }) => frames.decoded > 30 && results.drawn);
        assert.deepEqual([report.transport, report.attempt], ['webrtc', 1]);
        const { own, other, relay } = await usedWay(tab);
        assert.ok(own === 'relay' || other === 'relay', `${own} to ${other}`);
        if (transport !== 'udp') assert.deepEqual([own, relay], ['relay', transport], 'this side\'s relay');
        assert.deepEqual(tab.errors, []);
      });
  });
