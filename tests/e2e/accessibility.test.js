// SPDX-License-Identifier: LGPL-2.1-or-later
// What axe-core finds: names, contrast, roles. It sees into the player's shadow tree.
import assert from 'node:assert/strict';
import { makeDark, violations } from '../lib/axe.js';
import { browsers } from '../lib/browsers.js';
import { pipe } from '../lib/paths.js';
import { pipelineFile, startServer } from '../lib/server.js';
import { after, before, describe, test } from '../lib/test.js';
import { until } from '../lib/wait.js';

for (const [name, start] of Object.entries(browsers))
  describe(name, () => {
    let browser, server;
    before(async () => {
      browser = await start();
      server = await startServer({ pipeline: 'exact' });
    });
    after(async () => {
      await browser?.stop();
      await server?.stop();
    });

    async function open(t) {
      const tab = await browser.newTab();
      t.after(() => tab.close());
      return tab;
    }

    test('the page with its video, exact and live', async (t) => {
      const tab = await open(t);
      await tab.watch(server.url);
      await tab.reports('results on their frames', ({ exact }) => exact?.results.onFrame >= 10);
      await tab.click('.open-chart');
      await until('the chart', () => tab.evaluate(() => document.querySelector('cv-player').shadowRoot.querySelector('.graph canvas') !== null));
      assert.deepEqual(await violations(tab), []);
      await tab.click('[data-mode="async"]');
      await tab.reports('the live view', ({ exact }) => exact?.mode === 'async');
      assert.deepEqual(await violations(tab), []);
    });

    test('Live beside Exact, with what is said of them', async (t) => {
      const tab = await open(t);
      await tab.open(server.url, { front: true });
      const said = () => tab.evaluate(() => document.querySelector('.proof')?.textContent ?? '');
      await until('the proof', async () => /^0 of/.test(await said()), { state: said });
      await tab.evaluate(() => { document.querySelector('details').open = true; });
      await until('what can be changed', () => tab.evaluate(() => document.querySelectorAll('details input').length === 4));
      assert.deepEqual(await violations(tab), []);
      await tab.evaluate(makeDark);
      assert.deepEqual(await violations(tab), [], 'where the browser is dark');
    });

    test('the page that has been paused, and one that waits for its server', async (t) => {
      const own = await startServer({ pipeline: 'plain' });
      t.after(() => own.stop());
      const tab = await open(t);
      await tab.watch(own.url);
      await tab.evaluate(() => document.querySelector('cv-player').pause());
      assert.deepEqual(await violations(tab), []);
      await tab.evaluate(() => document.querySelector('cv-player').play());
      await tab.playing();
      await own.stop();
      await tab.reports('that it waits', ({ state }) => state === 'waiting');
      assert.deepEqual(await violations(tab), []);
    });

    test('the wall of several streams, and one of them large', async (t) => {
      const several = await startServer({ pipeline: `door=${pipe('plain')}`, args: [`--pipeline=yard=${pipe('plain')}`, `--pipeline=wrong=${pipelineFile('nothing-like-this ! webrtcbin\n')}`] });
      t.after(() => several.stop());
      const tab = await open(t);
      await tab.open(several.url, { front: true });
      const playing = () => tab.evaluate(() => [...document.querySelectorAll('.tile cv-player')].filter((player) => player.report?.().state === 'playing').length);
      await until('two pictures', async () => await playing() === 2);
      assert.deepEqual(await violations(tab), []);
      await tab.evaluate(makeDark);
      assert.deepEqual(await violations(tab), [], 'where the browser is dark');
      await tab.evaluate(() => document.querySelector('[data-stream="door"] .open').click());
      await until('the large one', () => tab.evaluate(() => document.querySelector('.large cv-player')?.controls === true));
      assert.deepEqual(await violations(tab), []);
    });

    test('what is in the player without controls', async (t) => {
      const tab = await open(t);
      await tab.watch(server.url);
      await tab.evaluate(() => { document.querySelector('cv-player').controls = false; });
      assert.deepEqual(await violations(tab), []);
    });
  });
