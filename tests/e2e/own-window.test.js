// SPDX-License-Identifier: LGPL-2.1-or-later
// Picture-in-picture with what is drawn over the picture, in the page of cv-launch and in one of another site.
import assert from 'node:assert/strict';
import { browsers } from '../lib/browsers.js';
import { startServer } from '../lib/server.js';
import { Site, pageWith } from '../lib/site.js';
import { after, before, describe, test } from '../lib/test.js';
import { until } from '../lib/wait.js';

for (const [name, start] of Object.entries(browsers))
  describe(name, () => {
    let [browser, server] = [];
    const site = new Site();
    before(async () => {
      browser = await start();
      await site.listen();
      server = await startServer({ pipeline: 'exact', args: [`--allow-origin=${site.origin}`] });
    });
    after(async () => {
      await browser?.stop();
      await server?.stop();
      await site.close();
    });

    /** Runs in the page: what the player in the other window says, or null. */
    const report = () => window.documentPictureInPicture.window?.document.querySelector('cv-player')?.report?.() ?? null;
    const newTab = async (t) => {
      const tab = await browser.newTab();
      t.after(() => tab.close());
      return tab;
    };

    test('each result is on its own frame there too, and the page shows nothing meanwhile', async (t) => {
      const tab = await newTab(t);
      await tab.watch(server.url);
      await tab.click('.own-window');
      await until('results on their frames', async () => (await tab.evaluate(report))?.exact?.results.onFrame >= 10, { state: () => [tab.errors, tab.complaints] });
      assert.deepEqual(await tab.evaluate(() => {
        const { width, height } = window.documentPictureInPicture.window.document.querySelector('cv-player').getBoundingClientRect();
        const player = document.querySelector('cv-player');
        return [width > 200 && height > 100, player.paused, player.shadowRoot.querySelector('.own-window').ariaPressed];
      }), [true, true, 'true']);
      assert.equal((await tab.evaluate(report)).exact.frames.mismatched, 0);
      await until('no video for the page', async () => (await tab.report()).bitrate < 2000);
      await tab.evaluate(() => {
        window.changed = [];
        window.documentPictureInPicture.window.document.querySelector('cv-player').addEventListener('cv-state', ({ detail }) => window.changed.push(detail.state));
      });
      await tab.choose('hold', '250');
      await until('the same setting there', () => tab.evaluate(() => window.documentPictureInPicture.window.document.querySelector('cv-player').getAttribute('hold') === '250'));
      assert.deepEqual(await tab.evaluate(() => window.changed), [], 'by the same connection');
      await tab.click('.own-window');
      await until('the page goes on', async () => !(await tab.evaluate(() => document.querySelector('cv-player').paused)) && (await tab.evaluate(report)) === null);
      await tab.playing();
      assert.deepEqual([tab.errors, tab.complaints], [[], []]);
    });

    test('a page of another site has it, with its own drawing', async (t) => {
      const tab = await newTab(t);
      site.page = pageWith(`${server.url}cv-player.js`, `src="${server.url}" mode="async" controls`, `<script type="module">
        window.drawn = 0;
        document.querySelector('cv-player').draw = (context, frame, results) => { window.drawn += results.length; };
      </script>`);
      await tab.open(site.origin);
      await tab.playing();
      await tab.click('.own-window');
      await until('a picture there', async () => (await tab.evaluate(report))?.frames.shown > 10, { state: () => [tab.errors, tab.complaints] });
      await until('no video for the page', async () => (await tab.report()).bitrate < 2000);
      const before = await tab.evaluate(() => window.drawn);
      await until('more drawn there', async () => (await tab.evaluate(() => window.drawn)) > before + 5);
      await tab.evaluate(() => window.documentPictureInPicture.window.close());
      await until('the page goes on', async () => !(await tab.evaluate(() => document.querySelector('cv-player').paused)));
      assert.deepEqual([tab.errors, tab.complaints], [[], []]);
    });
  });
