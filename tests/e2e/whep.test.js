// SPDX-License-Identifier: LGPL-2.1-or-later
// Past one machine by WHIP and WHEP: cv-launch publishes to an SFU, the player watches there, and has the results from cv-launch.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { browsers } from '../lib/browsers.js';
import { settled } from '../lib/exact.js';
import { loud, startLoudspeaker, withSound } from '../lib/loudspeaker.js';
import { root } from '../lib/paths.js';
import { startServer } from '../lib/server.js';
import { Sfu } from '../lib/sfu.js';
import { Site, pageWith } from '../lib/site.js';
import { after, before, describe, test } from '../lib/test.js';
import { until } from '../lib/wait.js';

/** The page of docs/scale.md. */
const [, page] = [...readFileSync(join(root, 'docs/scale.md'), 'utf8').matchAll(/^```html\n([^]*?)^```$/gm)].map(([, text]) => text);
const token = 'token-of-the-results';
let [sfu, site, server, loudspeaker] = [];
before(async () => {
  loudspeaker = await startLoudspeaker();
  [sfu, site] = [new Sfu(), new Site()];
  await sfu.listen();
  await site.listen();
  server = await startServer({ pipeline: withSound('exact'), set: { runtime: 100 }, args: [`--publish=${sfu.whip}`, `--allow-origin=${site.origin}`], env: { CV_LAUNCH_TOKEN: token } });
  await until('the SFU has the stream', () => sfu.packets > 0);
});
after(async () => {
  await server?.stop();
  await sfu?.close();
  await site?.close();
  await loudspeaker?.stop();
});

for (const [name, start] of Object.entries(browsers))
  describe(name, () => {
    let browser;
    before(async () => { browser = await start(); });
    after(() => browser?.stop());
    async function visit(t, attributes, text = pageWith('/cv-player.js', attributes)) {
      site.page = text;
      const tab = await browser.newTab();
      t.after(() => tab.close());
      await tab.open(site.origin, { front: true });
      return tab;
    }

    test('each result is on its frame', async (t) => {
      const changes = { 'https://camera.example/cv-player.js': '/cv-player.js', 'whep:https://sfu.example/whep': sfu.whep, 'https://camera.example/#token=TOKEN': `${server.url}#token=${token}`, 'mode="exact"': 'mode="exact" fill="none"' };
      for (const from of Object.keys(changes)) assert.ok(page.includes(from), `docs/scale.md has a page with ${from}`);
      const tab = await visit(t, '', Object.entries(changes).reduce((all, [from, to]) => all.replace(from, to), page));
      await tab.playing();
      const { attempt, transport, width, height, exact, latency } = await settled(tab, 60, { most: 12 });
      assert.deepEqual([attempt, transport, width, height], [1, 'webrtc', 640, 384]);
      assert.deepEqual([exact.mode, exact.obstacle, exact.frames.mismatched, exact.frames.disagreeing], ['exact', '', 0, 0]);
      assert.ok(exact.frames.readBack > 0 && exact.overlayError < 2, JSON.stringify(exact));
      assert.ok(latency.median > 0, 'whoever sends results tells the time');
      assert.deepEqual([tab.errors, tab.complaints], [[], []]);
      const before = sfu.of('DELETE').length;
      await tab.evaluate(() => document.querySelector('cv-player').remove());
      await until('the SFU is told of the end', () => sfu.of('DELETE').length === before + 1);
    });

    test('sound comes too, when its viewer wants to hear it', async (t) => {
      const tab = await visit(t, `src="${sfu.whep}" controls`);
      await tab.playing();
      await tab.click('.sound');
      await until('the sound', () => tab.heard().then(loud));
    });

    test('video without results is live; in the exact view words say why', async (t) => {
      const plain = await visit(t, `src="${sfu.whep}"`);
      await plain.playing();
      assert.equal((await plain.reports('the view', ({ exact }) => exact !== null)).exact.mode, 'async');
      const lost = await visit(t, `src="${sfu.whep}" results="http://127.0.0.1:9" mode="exact" controls`);
      await lost.playing();
      const { exact } = await lost.reports('why', (report) => report.exact?.obstacle.startsWith('No results'));
      assert.deepEqual([exact.mode, exact.obstacle], ['async', 'No results come: no connection to the server']);
    });

    test('what is not published yet is shown when it is', async (t) => {
      let asked = 0;
      sfu.intercept = ({ method, url }, response) => method === 'POST' && url === '/whep' && ++asked < 3 && response.writeHead(404).end();
      t.after(() => { sfu.intercept = () => false; });
      const tab = await visit(t, `src="${sfu.whep}"`);
      await tab.playing();
      assert.ok(asked >= 3, `${asked} requests`);
    });

    test('an endpoint that wants a token gets that of the player, and says that it wants one', async (t) => {
      sfu.intercept = ({ method, headers }, response) => method === 'POST' && headers.authorization !== 'Bearer open-sesame' && response.writeHead(401).end();
      t.after(() => { sfu.intercept = () => false; });
      const tab = await visit(t, `src="${sfu.whep}"`);
      const { error } = await tab.reports('it is refused', ({ state }) => state === 'failed');
      assert.deepEqual([error.code, error.message], ['unauthorized', 'the WHEP endpoint: 401 Unauthorized']);
      await tab.evaluate(() => { document.querySelector('cv-player').token = 'open-sesame'; });
      await tab.playing();
    });
  });
