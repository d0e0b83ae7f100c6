// SPDX-License-Identifier: LGPL-2.1-or-later
// Links that carry less than the best encoding, in both browsers: each viewer gets what fits, and results stay on their frames. CV_TEST_PICTURES: as in
// states.test.js.
import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { browsers } from '../lib/browsers.js';
import { counted, settled } from '../lib/exact.js';
import { limitedLink } from '../lib/link.js';
import { canMakeNetworks, noNetworksBecause } from '../lib/network.js';
import { startServer } from '../lib/server.js';
import { standsStill } from '../lib/tab.js';
import { test } from '../lib/test.js';
import { until } from '../lib/wait.js';

const options = { skip: canMakeNetworks ? false : noNetworksBecause };
const folder = process.env.CV_TEST_PICTURES;
if (folder) mkdirSync(folder, { recursive: true });
const limited = ({ link }) => link?.reason === 'network' && link.rung > 0;

/** A viewer behind a link, and the link. All ends with the test. */
async function behind(t, start, kbits, query = '') {
  const stops = [];
  t.after(async () => { while (stops.length > 0) await stops.pop()(); });
  const link = await limitedLink(kbits);
  stops.push(link.stop);
  const server = await startServer({ pipeline: 'exact', prefix: link.serverPrefix, args: [`--host=${link.serverAddress}`, '--no-auth', '--verbose'] });
  stops.push(() => server.stop());
  const browser = await start({ prefix: link.browserPrefix });
  stops.push(() => browser.stop());
  const tab = await browser.newTab();
  await tab.watch(`${server.url}?fill=none${query}`).catch((error) => assert.fail(`${error.message}; cv-launch: ${server.stderr}`));
  return { link, server, tab };
}

for (const [name, start] of Object.entries(browsers)) {
  test(`${name} behind 250 kbit/s: a smaller picture, and each result on its frame`, options, async (t) => {
    const { tab, server } = await behind(t, start, 250);
    const first = await tab.reports('the encoding that fits', limited);
    // while the encoding is looked for, a full queue of the link holds frames up for seconds: this is the time after it
    const last = await settled(tab, 150, { most: 30 });
    assert.ok(last.width < 640, `${last.width} pixels wide`);
    assert.ok(last.link.carries > 0 && last.link.carries < 500_000, `${last.link.carries} bit/s`);
    const { frames } = counted(first, last);
    assert.equal(frames.mismatched, 0);
    assert.ok(frames.readBack > 0, JSON.stringify(frames));
    assert.match(server.stderr, /viewer 1 gets encoding [2-6] of 6 \(network\), its network carries \d+ kbit\/s/);
  });

  test(`${name}, a link that falls to 200 kbit/s and recovers: the picture follows, in one connection`, options, async (t) => {
    const { tab, link } = await behind(t, start, 4000);
    await tab.reports('the best encoding', ({ link: of, width }) => of?.rung === 0 && width === 640);
    link.set(200);
    const low = await tab.reports('a lower one', (report) => limited(report) && report.width < 640);
    await tab.reports('30 frames of it', ({ frames }) => frames.decoded >= low.frames.decoded + 30);
    link.set(4000);
    const high = await tab.reports('the best encoding again', ({ link: of, width }) => of.rung === 0 && width === 640);
    assert.equal(high.attempt, 1);
    assert.equal(high.exact.frames.mismatched, 0);
  });
}

// what loads the page by such a link waits for most of a minute: one browser does
for (const [name, at] of [['Chromium', 20], ['Firefox', 4000]])
  test(`${name}, a link that ${at > 20 ? 'becomes' : 'is'} too slow for video brings single pictures, results, and words`, options, async (t) => {
    const { tab, link } = await behind(t, browsers[name], at);
    link.set(20);
    const first = await tab.reports('single pictures', ({ link: of }) => of?.reason === 'too-slow');
    const last = await tab.reports('three more, and five results', ({ frames, results }) =>
      frames.decoded >= first.frames.decoded + 3 && results.received >= first.results.received + 5);
    assert.equal(last.attempt, 1);
    const status = () => tab.evaluate(() => document.querySelector('cv-player').shadowRoot.querySelector('.status').textContent);
    await until('the words', async () => await status() === 'Live. Your network is too slow for video: single pictures');
    if (folder) await tab.screenshot(join(folder, `${name}-too-slow.png`));
  });

for (const [name, start] of Object.entries(browsers))
  test(`${name}: who does not look gets no video, and has it again when it looks`, async (t) => {
    const server = await startServer();
    t.after(() => server.stop());
    const browser = await start();
    t.after(() => browser.stop());
    const tab = await browser.newTab();
    await tab.watch(server.url);
    /** @param {'pause'|'play'} what */
    const press = (what) => tab.evaluate((how) => document.querySelector('cv-player').shadowRoot.querySelector('video')[how](), what);
    await press('pause');
    await tab.reports('no video is wanted', ({ link }) => link?.reason === 'hidden');
    await tab.reports('neither frames nor results come', standsStill(20));
    await press('play');
    const again = await tab.reports('video again', ({ link }) => link.reason === 'free');
    const last = await tab.reports('30 more frames', ({ frames }) => frames.decoded >= again.frames.decoded + 30);
    assert.equal(last.attempt, 1);
  });

test('a viewer that wants few bits gets a low encoding, and the best one when it does not mind', options, async (t) => {
  const { tab } = await behind(t, browsers.Chromium, Infinity, '&max-bitrate=150000');
  // what comes is counted, not what the encoding was told to have: that varies
  await tab.reports('a low encoding', ({ link, width, bitrate }) => link?.reason === 'limit' && width === 320 && bitrate > 0 && bitrate <= 150_000);
  await tab.evaluate(() => document.querySelector('cv-player').removeAttribute('max-bitrate'));
  await tab.reports('the best one', ({ link, width }) => link.rung === 0 && width === 640);
});
