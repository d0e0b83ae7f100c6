// SPDX-License-Identifier: LGPL-2.1-or-later
// A server that wants a token, as a viewer sees it: with the address that it prints, with a part of it, and with a wrong one.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { browsers } from '../lib/browsers.js';
import { temporaryFolder } from '../lib/paths.js';
import { startServer } from '../lib/server.js';
import { after, before, describe, test } from '../lib/test.js';
import { until } from '../lib/wait.js';

const viewToken = 'only-to-watch-0123456789';

for (const [name, start] of Object.entries(browsers))
  describe(name, () => {
    let [browser, made, given] = [];
    before(async () => {
      browser = await start();
      made = await startServer({ args: ['--auth'] });
      const file = join(temporaryFolder(), 'token');
      writeFileSync(file, `view ${viewToken}\n`, { mode: 0o600 });
      given = await startServer({ args: [`--token-file=${file}`] });
    });
    after(async () => {
      await browser?.stop();
      await made?.stop();
      await given?.stop();
    });

    const newTab = async (t) => {
      const tab = await browser.newTab();
      t.after(() => tab.close());
      return tab;
    };
    const textOf = (tab, selector) => tab.evaluate((what) => document.querySelector('cv-player').shadowRoot.querySelector(what)?.textContent, selector);
    const says = (tab, words) => until(`"${words}"`, async () => (await textOf(tab, '.banner'))?.startsWith(words));
    const asks = (tab, hash) => tab.evaluate((text) => { location.hash = text; }, hash);

    test('the address that it prints shows the video, also after a reload', async (t) => {
      const tab = await newTab(t);
      const [address] = await made.says(/http:\S+#token=\S+/);
      await tab.watch(address);
      assert.deepEqual([(await tab.report()).attempt, (await tab.report()).mayControl], [1, true]);
      await tab.reload();
      await tab.playing();
      assert.equal(await tab.evaluate(() => document.referrer), '');
      assert.deepEqual(tab.errors, []);
    });

    test('without the token the page says what is missing and waits for it; with it behind the address, the video comes without a reload', async (t) => {
      const tab = await newTab(t);
      await tab.open(given.url);
      await says(tab, 'This server wants its token: open the whole address that cv-launch printed, with #token=');
      assert.deepEqual([await textOf(tab, '.status'), (await tab.report()).state], ['No video', 'failed']);
      await asks(tab, 'token=wrong');
      await says(tab, 'This is not the server\'s token: ');
      await asks(tab, `token=${viewToken}`);
      const { attempt, mayControl } = await tab.playing();
      assert.deepEqual([attempt, mayControl], [1, false]);
      assert.deepEqual(tab.errors, []);
    });

    test('by WebSocket too', async (t) => {
      const tab = await newTab(t);
      await tab.watch(`${given.url}?transport=socket#token=${viewToken}`);
      assert.equal((await tab.report()).transport, 'socket');
    });
  });
