// SPDX-License-Identifier: LGPL-2.1-or-later
// The player in a page of another site, which cv-launch lets in or does not.
import assert from 'node:assert/strict';
import { browsers } from '../lib/browsers.js';
import { startServer } from '../lib/server.js';
import { Site, pageWith } from '../lib/site.js';
import { after, before, describe, test } from '../lib/test.js';
import { until } from '../lib/wait.js';

const site = new Site();
before(() => site.listen());
after(() => site.close());

for (const [name, start] of Object.entries(browsers))
  describe(name, () => {
    let [browser, open, closed] = [];
    before(async () => {
      browser = await start();
      open = await startServer({ pipeline: 'exact', args: [`--allow-origin=${site.origin}`] });
      closed = await startServer();
    });
    after(async () => {
      await browser?.stop();
      await open?.stop();
      await closed?.stop();
    });

    async function visit(t, server, attributes, script = `${server.url}cv-player.js`) {
      site.page = pageWith(script, `src="${server.url}" controls ${attributes}`);
      const tab = await browser.newTab();
      t.after(() => tab.close());
      await tab.open(site.origin);
      return tab;
    }

    for (const transport of ['webrtc', 'socket'])
      test(`a site that is let in shows the video, with results on their frames: by ${transport}`, async (t) => {
        const tab = await visit(t, open, `transport="${transport}"`);
        await tab.playing();
        const { attempt, exact, mayControl } = await tab.reports('results on their frames', (report) => report.exact?.results.onFrame >= 30);
        assert.deepEqual([attempt, exact.mode, exact.obstacle, exact.frames.mismatched, mayControl], [1, 'exact', '', 0, null]);
        const bar = await tab.evaluate(() => getComputedStyle(document.querySelector('cv-player').shadowRoot.querySelector('.bar')).display);
        assert.equal(bar, 'flex', 'it has its style');
        assert.deepEqual([tab.errors, tab.complaints], [[], []]);
      });

    // Firefox has no such permission
    if (name === 'Chromium')
      test('a site from the internet that may not reach this machine says what keeps it', async (t) => {
        site.policy = 'treat-as-public-address';
        t.after(() => { site.policy = ''; });
        const tab = await visit(t, open, '', '/cv-player.js');
        const { error } = await tab.reports('no connection, and why', (report) => report.error?.message.includes('perhaps'));
        assert.equal(error.message, 'no connection to the server, perhaps this site may not access your local network');
        assert.ok(tab.complaints.some((text) => text.includes('ERR_BLOCKED_BY_LOCAL_NETWORK_ACCESS_CHECKS')), `the browser says ${tab.complaints}`);
      });

    test('a site that is not let in gets neither the player nor, with a copy of its own, a connection', async (t) => {
      const without = await visit(t, closed, '');
      await until('the browser to refuse it', () => without.evaluate(() => window.refused));
      assert.equal(await without.evaluate(() => customElements.get('cv-player') === undefined), true);
      const copy = await visit(t, closed, '', '/cv-player.js');
      const { state, error } = await copy.reports('no connection', (report) => report.error);
      assert.deepEqual([state, error.code], ['waiting', 'connection']);
    });
  });
