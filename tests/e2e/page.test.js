// SPDX-License-Identifier: LGPL-2.1-or-later
// The page as people use it: two browsers, reloads, a server that goes and comes, windows of all sizes.
import assert from 'node:assert/strict';
import { browsers, startChromium, startFirefox } from '../lib/browsers.js';
import { startServer } from '../lib/server.js';
import { after, before, describe, test } from '../lib/test.js';

const started = [];
before(async () => {
  for (const start of Object.values(browsers)) started.push(await start());
});
after(() => Promise.all(started.map((browser) => browser.stop())));

test('two browsers watch at once, and one that leaves does not disturb the other', async (t) => {
  const server = await startServer();
  t.after(() => server.stop());
  const tabs = await Promise.all(started.map((browser) => browser.newTab()));
  await Promise.all(tabs.map((tab) => tab.watch(server.url)));
  const rates = await Promise.all(tabs.map((tab) => tab.decodedPerSecond(2)));
  rates.forEach(({ perSecond }) => assert.ok(perSecond > 15, `${perSecond} frames a second`));
  await tabs[1].close();
  const { lost, perSecond } = await tabs[0].decodedPerSecond(2);
  assert.equal(lost, 0);
  assert.ok(perSecond > 15, `${perSecond} frames a second`);
  await tabs[0].close();
});

for (const [i, name] of Object.keys(browsers).entries())
  describe(name, () => {
    let server;
    before(async () => { server = await startServer(); });
    after(() => server.stop());

    test('shows the picture after every one of five reloads', async (t) => {
      const tab = await started[i].newTab();
      t.after(() => tab.close());
      await tab.watch(server.url);
      for (let n = 0; n < 5; ++n) {
        await tab.reload();
        const report = await tab.playing();
        assert.equal(report.attempt, 1, 'at the first attempt');
      }
    });

    test('reconnects by itself when the server goes away and comes back', async (t) => {
      let mine = await startServer();
      t.after(() => mine.stop());
      const { port, url } = mine;
      const tab = await started[i].newTab();
      t.after(() => tab.close());
      await tab.watch(url);
      await mine.stop();
      const waiting = await tab.reports('that the server is away', (report) => report.state !== 'playing' && report.error);
      assert.ok(waiting.error.code, 'an error with a code');
      mine = await startServer({ port });
      const again = await tab.playing();
      assert.ok(again.attempt > 1, 'a new attempt');
      assert.equal(again.error, null);
      await tab.decodedPerSecond(1);
    });

    test('reconnects by itself when the server is killed', async (t) => {
      const first = await startServer();
      const { port, url } = first;
      const tab = await started[i].newTab();
      t.after(() => tab.close());
      await tab.watch(url);
      first.signal('SIGKILL');
      await first.end();
      await tab.reports('that the server is away', (report) => report.state !== 'playing');
      const second = await startServer({ port });
      t.after(() => second.stop());
      await tab.playing();
    });

    for (const [what, size] of Object.entries({ 'a phone': { width: 360, height: 740 }, 'a phone on its side': { width: 740, height: 360 }, 'a desktop': { width: 1920, height: 1080 } }))
      test(`fits the window of ${what}`, async (t) => {
        const tab = await started[i].newTab();
        t.after(() => tab.close());
        await tab.resize(size);
        await tab.watch(server.url);
        const { page, video } = await tab.evaluate(() => {
          const stage = document.querySelector('cv-player').shadowRoot.querySelector('.picture').getBoundingClientRect();
          return { page: document.documentElement.scrollWidth, video: { left: stage.left, right: stage.right, width: stage.width, height: stage.height, top: stage.top } };
        });
        assert.ok(page <= size.width, `${page} px of page in a window of ${size.width}: nothing to scroll sideways`);
        assert.ok(video.left >= 0 && video.right <= size.width + 1, JSON.stringify(video));
        assert.ok(video.width > 0.5 * Math.min(size.width, size.height), `the picture is large: ${JSON.stringify(video)}`);
        assert.ok(Math.abs(video.width / video.height - 16 / 9) < 0.02, `${video.width} × ${video.height}: not distorted`);
        assert.ok(video.top < size.height / 2, 'seen without scrolling');
      });
  });

for (const [name, start] of Object.entries({ Chromium: startChromium, Firefox: startFirefox }))
  test(`${name} with its own defaults plays without a click`, async (t) => {
    const server = await startServer();
    t.after(() => server.stop());
    const browser = await start({ defaults: true });
    t.after(() => browser.stop());
    const tab = await browser.newTab();
    await tab.watch(server.url);
    const { perSecond } = await tab.decodedPerSecond(2);
    assert.ok(perSecond > 15, `${perSecond} frames a second`);
    const paused = await tab.evaluate(() => document.querySelector('cv-player').shadowRoot.querySelector('video').paused);
    assert.equal(paused, false);
  });
