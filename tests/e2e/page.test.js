// SPDX-License-Identifier: LGPL-2.1-or-later
// The page as people use it: two browsers, reloads, a server that goes and comes, windows of all sizes.
import assert from 'node:assert/strict';
import { browsers } from '../lib/browsers.js';
import { startProxy } from '../lib/proxy.js';
import { startServer } from '../lib/server.js';
import { after, before, describe, test } from '../lib/test.js';
import { until } from '../lib/wait.js';

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
  await Promise.all(tabs.map((tab) => tab.decodes(30)));
  await tabs[1].close();
  assert.equal((await tabs[0].decodes(30)).lost, 0);
  assert.equal((await tabs[0].report()).attempt, 1);
  await tabs[0].close();
});

/** Notes the player's events of some kinds from now on; a function that tells them. */
async function eventsOf(tab, ...kinds) {
  await tab.evaluate((types) => {
    window.seenEvents = [];
    for (const type of types)
      document.querySelector('cv-player').addEventListener(type, ({ detail }) => window.seenEvents.push(detail));
  }, kinds);
  return () => tab.evaluate(() => window.seenEvents);
}

for (const [i, name] of Object.keys(browsers).entries())
  describe(name, () => {
    let server;
    before(async () => { server = await startServer(); });
    after(() => server?.stop());

    const newTab = async (t, size) => {
      const tab = await started[i].newTab();
      t.after(() => tab.close());
      if (size) await tab.resize(size);
      return tab;
    };

    test('shows the picture after every one of five reloads', async (t) => {
      const tab = await newTab(t);
      await tab.watch(server.url);
      for (let n = 0; n < 5; ++n) {
        await tab.reload();
        const report = await tab.playing();
        assert.equal(report.attempt, 1, 'at the first attempt');
      }
    });

    test('reconnects by itself when the server goes away and comes back, and when it is killed', async (t) => {
      const proxy = await startProxy();
      t.after(() => proxy.stop());
      const tab = await newTab(t);
      const servers = [];
      const come = async () => {
        const mine = await startServer();
        t.after(() => mine.alive && mine.stop());
        proxy.to(mine.port);
        servers.push(mine);
      };
      await come();
      await tab.watch(`http://127.0.0.1:${proxy.port}/`);
      const states = await eventsOf(tab, 'cv-state');
      await servers[0].stop();
      const waiting = await tab.reports('that the server is away', (report) => report.state !== 'playing' && report.error);
      assert.ok(waiting.error.code, 'an error with a code');
      await come();
      const again = await tab.playing();
      assert.ok(again.attempt > 1, 'a new attempt');
      assert.equal(again.error, null);
      await tab.decodes(20);
      servers[1].signal('SIGKILL');
      await servers[1].end();
      await tab.reports('that the server is away', (report) => report.state !== 'playing');
      await come();
      await tab.playing();

      const seen = await states();
      const first = seen.findIndex(({ state }) => state === 'playing');
      assert.deepEqual(seen[0], { state: 'waiting', error: { code: 'shutdown', message: seen[0].error?.message } });
      assert.deepEqual([seen[first - 1].state, seen[first]], ['connecting', { state: 'playing', error: null }]);
      assert.deepEqual([seen[first + 1].state, seen.at(-1)], ['waiting', { state: 'playing', error: null }]);
    });

    test('tells the page around it of each state, and of what its viewer chose', async (t) => {
      const tab = await newTab(t);
      await tab.watch(server.url);
      const events = await eventsOf(tab, 'cv-state', 'cv-setting');
      await tab.evaluate(() => document.querySelector('cv-player').setAttribute('src', '/ws'));
      await tab.playing();
      await tab.click('[data-mode=async]');
      await tab.choose('fill', 'last');
      assert.deepEqual(await events(), [
        ...['closed', 'connecting', 'playing'].map((state) => ({ state, error: null })), { name: 'mode', text: 'async' }, { name: 'fill', text: 'last' }]);
    });

    test('draws where the latency goes, for who wants to see it, and saves its figures', async (t) => {
      const tab = await newTab(t);
      await tab.watch(server.url);
      await tab.evaluate(() => {
        window.saved = [];
        URL.createObjectURL = (file) => `blob:${window.saved.push(file)}`;
        HTMLAnchorElement.prototype.click = function () { window.saved.at(-1).called = this.download; };
      });
      const loaded = () => tab.evaluate(() => performance.getEntriesByType('resource').some(({ name: url }) => url.endsWith('/chart.js')));
      await tab.reports('the latency', ({ latency }) => latency);
      assert.equal(await loaded(), false);
      await tab.click('.open-chart');
      const shown = () => tab.evaluate(() => {
        const chart = document.querySelector('cv-player').shadowRoot.querySelector('.chart');
        const painted = [...chart.querySelectorAll('.graph')].map((graph) => {
          const canvas = graph.querySelector('canvas');
          // a copy: Chromium complains of a canvas that is read often, if the page did not say that it would be
          const copy = new OffscreenCanvas(canvas.width || 1, canvas.height || 1).getContext('2d', { willReadFrequently: true });
          if (canvas.width > 0) copy.drawImage(canvas, 0, 0);
          return new Uint32Array(copy.getImageData(0, 0, copy.canvas.width, copy.canvas.height).data.buffer).filter((pixel) => pixel !== 0).length;
        });
        const [words, ...legends] = ['figcaption', '.graphs p'].flatMap((place) => [...chart.querySelectorAll(place)]).map(({ textContent }) => textContent.replace(/\s+/g, ' ').trim());
        return { hidden: chart.hidden, painted, words, legends };
      });
      const seen = await until('a chart', async () => {
        const now = await shown();
        return now.painted.length === 4 && now.painted.every((pixels) => pixels > 1000) && /median/.test(now.words) ? now : null;
      }, { state: shown });
      assert.match(seen.words, /^Latency by stage, last minute: median \d+ ms, 95 % below \d+ ms encode send network decode display$/);
      assert.deepEqual(seen.legends, ['Frames and packets a second decoded painted dropped packets lost', 'Bit rate video the network carries', 'Results lag model time']);
      assert.equal(await loaded(), true);
      for (const part of ['.save-csv', '.save-json']) await tab.click(part);
      const [csv, json] = await tab.evaluate(() => Promise.all(window.saved.map(async (file) => ({ name: file.called, type: file.type, text: await file.text() }))));
      assert.match(csv.name, /^\d{4}-.*-figures\.csv$/);
      assert.match(csv.text, /^time,latency,framesPerSecond,.*,display\n([\d.]+,[\d.]*,.*\n)+$/);
      assert.ok(JSON.parse(json.text).every(({ time, stages }) => time > 0 && 'display' in stages), json.text.slice(0, 200));
      await tab.click('.open-chart');
      assert.equal((await shown()).hidden, true);
      assert.deepEqual([tab.errors, tab.complaints], [[], []]);
    });

    test('the picture keeps its part of the window: what is below it scrolls, and is never behind it', async (t) => {
      const tab = await newTab(t);
      await tab.watch(server.url);
      await tab.resize({ width: 1000, height: 700 });
      await tab.click('.open-chart');
      await until('the chart', () => tab.evaluate(() => document.querySelector('cv-player').shadowRoot.querySelectorAll('.graph canvas').length > 4));
      for (const [part, scrolled] of [['.save-csv', 0], ['.pause', 1000], ['.pause', 60]]) {
        await tab.evaluate(([selector, by]) => {
          const root = document.querySelector('cv-player').shadowRoot;
          root.querySelector('.player').scrollTop = by;
          root.querySelector(selector).focus();
          root.querySelector(selector).blur();
        }, [part, scrolled]);
        await until(`${part} in sight, below the picture`, async () => {
          const [stage, button] = [await tab.placeOf('.stage'), await tab.placeOf(part)];
          return Math.abs(stage.height - 0.45 * 700) < 2 && stage.y === 0 && button.y >= stage.height && button.y + button.height <= 700;
        }, { state: async () => [await tab.placeOf('.stage'), await tab.placeOf(part)] });
      }
    });

    test('fills the screen with the picture, and the window again', async (t) => {
      const tab = await newTab(t);
      await tab.watch(server.url);
      const full = () => tab.evaluate(() => document.fullscreenElement?.localName ?? '');
      const window = await tab.placeOf('.picture');
      await tab.click('button.full');
      await until('full screen', async () => await full() === 'cv-player');
      const [player, picture] = await until('the picture in it', async () => {
        const places = [await tab.placeOf('.player'), await tab.placeOf('.picture')];
        const screen = await tab.evaluate(() => [innerWidth, innerHeight]);
        return places[0].width === screen[0] && places[0].height === screen[1] ? places : null;
      });
      assert.ok(Math.abs(picture.width / picture.height - 16 / 9) < 0.02, `${picture.width} × ${picture.height}: not distorted`);
      assert.ok(picture.x >= 0 && picture.x + picture.width <= player.width + 1 && picture.height > 0.5 * player.height, JSON.stringify(picture));
      await tab.click('button.full');
      await until('the window', async () => await full() === '' && (await tab.placeOf('.picture')).width === window.width);
      await tab.decodes(10);
    });

    for (const [what, size] of Object.entries({ 'a phone': { width: 360, height: 740 }, 'a phone on its side': { width: 740, height: 360 }, 'a desktop': { width: 1920, height: 1080 } }))
      test(`fits the window of ${what}`, async (t) => {
        const tab = await newTab(t, size);
        await tab.watch(server.url);
        const page = await tab.evaluate(() => document.documentElement.scrollWidth);
        const video = await tab.placeOf('.picture');
        assert.ok(page <= size.width, `${page} px of page in a window of ${size.width}: nothing to scroll sideways`);
        assert.ok(video.x >= 0 && video.x + video.width <= size.width + 1, JSON.stringify(video));
        assert.ok(video.width > 0.5 * Math.min(size.width, size.height), `the picture is large: ${JSON.stringify(video)}`);
        assert.ok(Math.abs(video.width / video.height - 16 / 9) < 0.02, `${video.width} × ${video.height}: not distorted`);
        assert.ok(video.y < size.height / 2, 'seen without scrolling');
      });
  });

for (const [name, start] of Object.entries(browsers))
  test(`${name} with its own defaults plays without a click`, async (t) => {
    const server = await startServer();
    t.after(() => server.stop());
    const browser = await start({ defaults: true });
    t.after(() => browser.stop());
    const tab = await browser.newTab();
    await tab.watch(server.url);
    await tab.decodes(20);
    const paused = await tab.evaluate(() => document.querySelector('cv-player').shadowRoot.querySelector('video').paused);
    assert.equal(paused, false);
  });
