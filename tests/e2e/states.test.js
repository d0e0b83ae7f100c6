// SPDX-License-Identifier: LGPL-2.1-or-later
// Each state of the player as a person sees it: a light, a word, and where something is wrong a sentence that says what. CV_TEST_PICTURES names
// a folder for pictures of all of them, to be looked at. (A slow network: links.test.js. A site that may not connect: other-site.test.js.)
import { mkdirSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { browsers } from '../lib/browsers.js';
import { decodePng } from '../lib/png.js';
import { pipelineFile, startServer, variant } from '../lib/server.js';
import { Site, pageWith } from '../lib/site.js';
import { after, before, describe, test } from '../lib/test.js';
import { until } from '../lib/wait.js';

const folder = process.env.CV_TEST_PICTURES;
if (folder) mkdirSync(folder, { recursive: true });
/** A server that takes connections and never says anything. */
const silent = createServer(() => {});
const site = new Site();
before(async () => {
  await site.listen();
  await new Promise((resolve) => { silent.listen(0, '127.0.0.1', resolve); });
});
after(async () => {
  silent.closeAllConnections();
  await new Promise((resolve) => { silent.close(resolve); });
  await site.close();
});

for (const [name, start] of Object.entries(browsers))
  describe(name, () => {
    let browser;
    before(async () => { browser = await start(); });
    after(() => browser?.stop());

    const newTab = async (t) => {
      const tab = await browser.newTab();
      t.after(() => tab.close());
      await tab.resize({ width: 700, height: 800 });
      return tab;
    };
    const serving = async (t, options) => {
      const server = await startServer(options);
      t.after(() => server.alive && server.stop());
      return server;
    };

    /** What is seen of a state: its word, its sentence or none, and the colour of its light. */
    async function shows(tab, state, word, sentence, light) {
      const seen = () => tab.evaluate(() => {
        const root = document.querySelector('cv-player').shadowRoot;
        const banner = root.querySelector('.banner');
        // a sentence comes a little later than what it is about
        const appears = banner.getAnimations().some(({ playState }) => playState !== 'finished');
        return { word: root.querySelector('.status').textContent, sentence: banner.hidden || appears ? '' : banner.textContent };
      });
      const matches = (text, wanted) => (wanted instanceof RegExp ? wanted.test(text) : text === wanted);
      await until(`"${word}", "${sentence}"`, async () => {
        const now = await seen();
        return matches(now.word, word) && matches(now.sentence, sentence);
      }, { state: () => tab.errors });
      const place = await tab.placeOf('.status');
      // as the page's colours, dark or light, have it
      const colour = await tab.evaluate((of) => getComputedStyle(document.querySelector('cv-player')).getPropertyValue(`--cv-${of}`).match(/[\da-f]{2}/g).map((hex) => parseInt(hex, 16)), light);
      await until(`a light that is ${light}`, async () => {
        const { width, channels, data } = decodePng(await tab.screenshot());
        const at = (Math.round(place.y + place.height / 2) * width + Math.round(place.x + 5)) * channels;
        return colour.every((value, i) => Math.abs(value - data[at + i]) < 60);
      });
      if (folder) await tab.screenshot(join(folder, `${name}-${state}.png`));
    }

    test('connecting', async (t) => {
      site.page = pageWith('/cv-player.js', `controls src="ws://127.0.0.1:${silent.address().port}/ws"`);
      const tab = await newTab(t);
      await tab.open(site.origin);
      await shows(tab, 'connecting', 'Connecting', 'Connecting…', 'busy');
    });

    test('live, paused, live again, and the server gone', async (t) => {
      const server = await serving(t);
      const tab = await newTab(t);
      await tab.watch(server.url);
      await shows(tab, 'live', 'Live', '', 'good');
      await tab.click('.pause');
      await shows(tab, 'paused', 'Paused', '', 'busy');
      await tab.click('.play');
      await shows(tab, 'live-again', 'Live', '', 'good');
      await server.stop();
      await shows(tab, 'gone', /^(Disconnected|Reconnecting)$/, /^(The server has ended|No connection to the server): reconnecting in \d s$/, 'bad');
    });

    test('the source lost', async (t) => {
      const server = await serving(t, { pipeline: pipelineFile('videotestsrc is-live=true num-buffers=60 ! video/x-raw,width=320,height=180 ! vp8enc deadline=1 ! rtpvp8pay ! webrtcbin\n'), env: { CV_LAUNCH_RETRY_MS: '3600000', CV_LAUNCH_LAST_RETRY_MS: '3600000' } });
      const tab = await newTab(t);
      await tab.open(server.url);
      await shows(tab, 'lost', 'Source lost', /^Source lost, retrying: \S/, 'bad');
    });

    /** What is said of models below one player, and where two views are beside each other; both are photographed. */
    async function modelSays(t, server, state, below, beside) {
      const one = await newTab(t);
      await one.open(server.url);
      const listed = () => one.evaluate(() => document.querySelector('cv-player').shadowRoot.querySelector('.models')?.textContent.trim());
      await until(`${below}`, async () => below.test(await listed()), { state: () => one.errors });
      if (folder) await one.screenshot(join(folder, `${name}-${state}.png`));
      await one.close();
      const two = await browser.newTab();
      t.after(() => two.close());
      await two.open(server.url, { front: true });
      await until(`${beside}`, async () => beside.test(await two.evaluate(() => document.querySelector('.notice')?.textContent)), { state: () => two.errors });
      if (folder) await two.screenshot(join(folder, `${name}-${state}-beside.png`));
    }

    test('a model that starts', async (t) => {
      const server = await serving(t, { pipeline: 'model', set: { command: 'sleep 1000' } });
      await modelSays(t, server, 'model-starting', /^sleep starting…$/, /^The model sleep is starting$/);
    });

    test('a model that has failed', async (t) => {
      const server = await serving(t, { pipeline: 'model', set: { command: 'sh -c "echo no weights here >&2; false"' } });
      await modelSays(t, server, 'model-failed', /^sh failed.*no weights here/s, /^The model sh has failed: .*no weights here/s);
    });

    test('a model whose results have ceased to come', async (t) => {
      const pipeline = variant('exact', { '! circledetect': '! valve name=tap ! circledetect', 'adjustable source': 'adjustable tap.drop\nadjustable source' });
      const server = await serving(t, { pipeline });
      const who = await newTab(t);
      await who.watch(server.url);
      await who.reports('results', ({ results }) => results.received > 10);
      const says = (tab, words) => until(`${words}`, async () => words.test(await tab.evaluate(() => document.querySelector('cv-player').shadowRoot.querySelector('.models')?.textContent.trim())));
      await says(who, /^$/);
      await who.evaluate(() => document.querySelector('cv-player').setProperty('tap.drop', true));
      await says(who, /^circledetect no results now$/);
      if (folder) await who.screenshot(join(folder, `${name}-model-silent.png`));
      await who.evaluate(() => document.querySelector('cv-player').setProperty('tap.drop', false));
      await says(who, /^$/);
    });

    test('full', async (t) => {
      const server = await serving(t, { args: ['--max-viewers=1'] });
      await (await newTab(t)).watch(server.url);
      const tab = await newTab(t);
      await tab.open(server.url);
      await shows(tab, 'full', 'Disconnected', /^The server is full: reconnecting in \d s$/, 'bad');
    });

    test('the token missing, and wrong', async (t) => {
      const server = await serving(t, { args: ['--auth'] });
      const tab = await newTab(t);
      await tab.open(server.url.split('#')[0]);
      await shows(tab, 'locked', 'No video', /^This server wants its token: open the whole address that cv-launch printed/, 'bad');
      await tab.evaluate(() => { location.hash = 'token=wrong'; });
      await shows(tab, 'wrong-token', 'No video', /^This is not the server's token: /, 'bad');
    });

    test('a browser that will not play unasked, and one that can’t show anything', async (t) => {
      const server = await serving(t, { args: [`--allow-origin=${site.origin}`] });
      const visit = async (script) => {
        site.page = pageWith(`${server.url}cv-player.js`, `controls src="${server.url}"`, `<script>${script}</script>`);
        const tab = await newTab(t);
        await tab.open(site.origin);
        return tab;
      };
      const asks = await visit(`window.play = HTMLMediaElement.prototype.play; HTMLMediaElement.prototype.play = () => Promise.reject(new DOMException('', 'NotAllowedError'));
        customElements.whenDefined('cv-player').then(() => { document.querySelector('cv-player').shadowRoot.querySelector('video').autoplay = false; });`);
      await until('the button', () => asks.evaluate(() => document.querySelector('cv-player')?.shadowRoot?.querySelector('.play').hidden === false));
      await shows(asks, 'asks', 'Press Play', 'Your browser plays no video unasked: press Play', 'busy');
      await asks.evaluate(() => { HTMLMediaElement.prototype.play = window.play; });
      await asks.click('.play');
      await asks.playing();
      const none = await visit('delete window.RTCPeerConnection; delete window.VideoDecoder;');
      await shows(none, 'unsupported', 'No video', /^This browser has no WebRTC \(RTCPeerConnection\): use another one/, 'bad');
    });
  });
