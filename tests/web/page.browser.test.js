// SPDX-License-Identifier: LGPL-2.1-or-later
// The page in Chromium, against a real WebRTC peer: another page of the same browser that plays the server's part.

import assert from 'node:assert/strict';
import { chromium } from 'playwright-core';
import { colourOf } from '../../web/js/geometry.js';
import { after, before, beforeEach, test } from '../lib/test.js';
import { PageServer } from './server.js';

const FLAGS = [
  '--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync', '--autoplay-policy=no-user-gesture-required',
];
const RED = [192, 32, 32];
const BLUE = [32, 32, 192];
const PATIENCE = { timeout: 20_000 };

const server = new PageServer();
/** @type {import('playwright-core').Browser} */
let browser;
/** @type {import('playwright-core').Page} */
let peer;
/** @type {import('playwright-core').Page} */
let page;
let url = '';
/** @type {string[]} */
let complaints = [];

before(async () => {
  url = `http://127.0.0.1:${await server.listen()}`;
  browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: FLAGS });
});

after(async () => {
  await browser?.close();
  await server.close();
});

beforeEach(async () => {
  await page?.close();
  await peer?.close();
  server.refuse = null;
  server.missing.length = 0;
  complaints = [];
  peer = await browser.newPage();
  await peer.goto(`${url}/peer.html`);
  await peer.waitForFunction(() => window.peer?.ready);
});

/** Opens the page and waits until it plays. */
async function open({ width = 1280, height = 800, waitFor = 'playing' } = {}) {
  page = await browser.newPage({ viewport: { width, height } });
  page.on('console', (message) => { if (message.type() !== 'info') complaints.push(message.text()); });
  page.on('pageerror', (error) => complaints.push(String(error)));
  await page.addInitScript(() => {
    addEventListener('securitypolicyviolation', (event) => console.error(`CSP: ${event.violatedDirective}`));
  });
  await page.goto(url);
  await until((r, state) => r.state === state, waitFor);
}

const report = () => page.evaluate(() => document.querySelector('cv-player').report());

/** Waits until the player's report is as wanted. */
async function until(condition, argument) {
  const deadline = Date.now() + PATIENCE.timeout;
  for (;;) {
    const now = await report();
    if (condition(now, argument)) return now;
    if (Date.now() > deadline) assert.fail(`not within ${PATIENCE.timeout} ms: ${condition}; ${JSON.stringify(now)}`);
    await page.evaluate(() => new Promise(requestAnimationFrame));
  }
}

/** Where the picture stands in the page. */
const picture = () => page.evaluate(() => {
  const node = document.querySelector('cv-player').shadowRoot.querySelector('.picture');
  const { x, y, width, height } = node.getBoundingClientRect();
  return { x, y, width, height };
});

/** The page as its user sees it. */
async function look() {
  const png = (await page.screenshot()).toString('base64');
  const { width, data } = await peer.evaluate(async (base64) => {
    const bitmap = await createImageBitmap(await (await fetch(`data:image/png;base64,${base64}`)).blob());
    const context = new OffscreenCanvas(bitmap.width, bitmap.height).getContext('2d');
    context.drawImage(bitmap, 0, 0);
    const pixels = context.getImageData(0, 0, bitmap.width, bitmap.height).data;
    let text = '';
    for (let i = 0; i < pixels.length; i += 8192) text += String.fromCharCode(...pixels.subarray(i, i + 8192));
    return { width: bitmap.width, data: btoa(text) };
  }, png);
  const pixels = Buffer.from(data, 'base64');
  return {
    pixels,
    at: (x, y) => [...pixels.subarray((Math.floor(y) * width + Math.floor(x)) * 4).subarray(0, 3)],
  };
}

const near = (a, b, by = 40) => a.every((value, i) => Math.abs(value - b[i]) <= by);
const assertNear = (a, b, what) => assert.ok(near(a, b), `${what}: ${a} is not about ${b}`);

/** What colourOf() says as red, green, blue. */
const rgb = (label) => peer.evaluate((colour) => {
  const context = new OffscreenCanvas(1, 1).getContext('2d');
  context.fillStyle = colour;
  context.fillRect(0, 0, 1, 1);
  return [...context.getImageData(0, 0, 1, 1).data.subarray(0, 3)];
}, colourOf(label));

const resultOf = (frame, ...objects) =>
  ({ type: 'result', frame, model: 'test', ms: 12.5, width: 640, height: 360, objects });
const CIRCLE = { label: 'circle', confidence: 0.9, x: 280, y: 140, w: 80, h: 80 };
const send = (message) => peer.evaluate((m) => window.peer.send(m), message);
const viewersAtPeer = (count) => peer.waitForFunction((n) => window.peer.viewers.size === n, count, PATIENCE);
const banner = () => page.evaluate(() => {
  const node = document.querySelector('cv-player').shadowRoot.querySelector('.banner');
  return node.hidden ? '' : node.textContent;
});

/** Looks until what is seen is as wanted: a result is drawn at the next repaint, not at once. */
async function lookUntil(condition, message) {
  const deadline = Date.now() + PATIENCE.timeout;
  for (;;) {
    const seen = await look();
    if (condition(seen)) return seen;
    if (Date.now() > deadline) assert.fail(message);
  }
}

test('plays without a click, under a strict CSP without a complaint', async () => {
  await open();
  const { frames, width, height, firstFrame, attempt, error } =
    await until((r) => r.frames.decoded > 5 && r.bitrate > 0);
  assert.ok(frames.shown > 0 && frames.perSecond > 0);
  assert.deepEqual([width, height, attempt, error], [640, 360, 1, null]);
  assert.ok(firstFrame > 0 && firstFrame < 5000, `${firstFrame}`);
  const seen = await look();
  const { x, y, width: w, height: h } = await picture();
  assertNear(seen.at(x + w * 0.25, y + h * 0.6), RED, 'left half');
  assertNear(seen.at(x + w * 0.75, y + h * 0.6), BLUE, 'right half');
  assert.ok(await peer.evaluate(() => [...window.peer.viewers.values()].every((v) => v.candidates > 0 && v.pings > 2)));
  assert.deepEqual(server.missing, []);
  assert.deepEqual(complaints, []);
});

test('a result is drawn where it belongs, and goes when no new one comes', async () => {
  await open();
  const { x, y, width, height } = await picture();
  const edge = [x + width * (360 / 640), y + height * 0.5];
  const truth = [x + width * (200 / 640), y + height * (240 / 360)];
  const colour = await rgb('circle');
  await page.evaluate(() => {
    document.querySelector('cv-player').addEventListener('cv-result', (event) => { window.seen = event.detail; });
  });
  const sent = resultOf(900, CIRCLE, { ...CIRCLE, label: 'truth', x: 200, y: 200 });
  await peer.evaluate((result) => window.peer.repeat(result), sent);
  const drawn = await lookUntil((seen) => near(seen.at(...edge), colour), 'the circle is drawn');
  assertNear(drawn.at(x + width * (300 / 640), y + height * 0.5), RED, 'inside the circle');
  assertNear(drawn.at(...truth), RED, 'the truth is not drawn');
  const { results } = await until((r) => r.results.perSecond > 5);
  assert.deepEqual([results.ms, results.last.objects], [12.5, sent.objects]);
  await peer.evaluate(() => window.peer.repeat(null));
  await lookUntil((seen) => near(seen.at(...edge), BLUE), 'the circle is gone');
  const end = await report();
  assert.deepEqual(await page.evaluate(() => window.seen), end.results.last);
  assert.equal(end.results.last.frame, 900 + (end.results.received - 1) * 9000);
});

test('an older frame never replaces a newer one, also over the wrap', async () => {
  await open();
  await send(resultOf(5, CIRCLE));
  await send(resultOf(2 ** 32 - 5));
  await send('{"type":"result","frame":"bad"}');
  const { results } = await until((r) => r.results.received === 2);
  assert.equal(results.last.frame, 5);
});

test('latency: none before the offset is known, then what an own measurement says', async () => {
  await peer.evaluate(() => { window.peer.tellOffset = false; });
  await open();
  const { clock } = await until((r) => r.frames.shown > 20 && r.clock !== null);
  assert.equal((await report()).latency, null);
  assert.ok(clock.error > 0 && clock.error < 25 && clock.rtt > 0, JSON.stringify(clock));

  await page.evaluate(() => {
    const video = document.querySelector('cv-player').shadowRoot.querySelector('video');
    window.shown = [];
    video.requestVideoFrameCallback(function next(now, { rtpTimestamp, expectedDisplayTime }) {
      window.shown.push({ rtp: rtpTimestamp, time: performance.timeOrigin + expectedDisplayTime });
      video.requestVideoFrameCallback(next);
    });
  });
  await page.waitForFunction(() => window.shown.length > 40, null, PATIENCE);
  const sent = await peer.evaluate(() => [...window.peer.viewers.values()][0].log);
  const shown = await page.evaluate(() => window.shown);
  const wire = mostCommon(shown.flatMap((a) => sent.map((b) => (a.rtp - b.rtp) >>> 0)));
  await peer.evaluate((offset) => {
    window.peer.tellOffset = true;
    window.peer.wireOffset = offset;
    window.peer.sendStream();
  }, wire);
  await until((r) => r.latency?.samples > 20);
  // The two pages share one clock, so that the test needs no pings.
  const epoch = (await report()).stream.epoch - await peer.evaluate(() => window.peer.clockAhead);
  const { latency, frames } = await page.evaluate(() => {
    const { latency: { median, error, samples } } = document.querySelector('cv-player').report();
    return { latency: { median, error }, frames: window.shown.slice(-samples) };
  });
  const expected = median(frames.map((f) => f.time - (epoch + ((f.rtp - sent[0].rtp - wire) >>> 0) / 90)));
  assert.ok(latency.error < 25, JSON.stringify(latency));
  const off = Math.abs(latency.median - expected);
  assert.ok(off < latency.error + 1, `${JSON.stringify(latency)}, measured ${expected}`);
});

const median = (values) => {
  const sorted = values.sort((a, b) => a - b);
  return (sorted[(sorted.length - 1) >> 1] + sorted[sorted.length >> 1]) / 2;
};

function mostCommon(values) {
  const counts = new Map();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  const [[value, count]] = [...counts].sort((a, b) => b[1] - a[1]);
  assert.ok(count > 10, 'the timestamps have one difference in common');
  return value;
}

test('the rows of a stamp are never seen, and coordinates are of the whole picture', async () => {
  await peer.evaluate(() => { window.peer.stamp = true; });
  await open();
  await until((r) => r.height === 376);
  const green = (seen) => {
    let count = 0;
    for (let i = 0; i < seen.pixels.length; i += 4) {
      if (seen.pixels[i + 1] > 150 && seen.pixels[i] < 100 && seen.pixels[i + 2] < 100) count++;
    }
    return count;
  };
  const seen = await look();
  const place = await picture();
  assert.ok(Math.abs(place.width / place.height - 640 / 360) < 0.01, JSON.stringify(place));
  assertNear(seen.at(place.x + place.width * 0.25, place.y + place.height - 3), RED, 'the lower edge');
  assert.equal(green(seen), 0);
  const colour = await rgb('dog');
  const dog = { label: 'dog', confidence: null, x: 400, y: 180, w: 80, h: 100 };
  await peer.evaluate((result) => window.peer.repeat(result), { ...resultOf(1, dog), height: 376 });
  const side = [place.x + place.width * (480 / 640), place.y + place.height * (270 / 360)];
  await lookUntil((now) => near(now.at(...side), colour), 'the box is drawn');
});

test('a connection that breaks is made again, over the last picture', async () => {
  await open();
  server.refuse = { type: 'error', code: 'full', message: '8 viewers are there' };
  server.dropViewers();
  await until((r) => r.state === 'waiting' && r.error.code === 'full');
  assert.match(await banner(), /^The server is full: reconnecting in \d s$/);
  const { x, y, width, height } = await picture();
  await lookUntil((seen) => {
    const [red, , blue] = seen.at(x + width * 0.25, y + height * 0.3);
    return red > 80 && blue < 60;
  }, 'the last picture stays');
  await viewersAtPeer(0);
  server.refuse = null;
  const { attempt } = await until((r) => r.state === 'playing' && r.frames.shown > 3);
  assert.ok(attempt >= 3, `${attempt}`);
  assert.equal(await banner(), '');
  await viewersAtPeer(1);
});

test('a waiting player tries at once when the browser is online again', async () => {
  await open();
  server.refuse = { type: 'error', code: 'full', message: '' };
  server.dropViewers();
  await until((r) => r.error?.code === 'full' && r.state === 'waiting');
  server.refuse = null;
  const [before, after] = await page.evaluate(() => {
    const player = document.querySelector('cv-player');
    const { attempt, state } = player.report();
    dispatchEvent(new Event('online'));
    return [{ attempt, state }, player.report()];
  });
  assert.deepEqual([before.state, after.state, after.attempt], ['waiting', 'connecting', before.attempt + 1]);
  await until((r) => r.state === 'playing');
});

test('an error that is a bug is shown and not tried again soon, by nothing', async () => {
  server.refuse = { type: 'error', code: 'malformed', message: 'not JSON' };
  await open({ waitFor: 'waiting' });
  assert.match(await banner(), /^Error \(malformed\): not JSON; reconnecting in (1|2)\d s$/);
  await page.evaluate(() => dispatchEvent(new Event('online')));
  const { attempt, error } = await report();
  assert.deepEqual([attempt, error], [1, { code: 'malformed', message: 'not JSON' }]);
});

test("a server's message that is none ends the session", async () => {
  await open();
  server.sendViewers('{"type":"candidate"');
  const { error } = await until((r) => r.state === 'waiting');
  assert.equal(error.code, 'protocol');
  await viewersAtPeer(0);
});

test('a lost source is told, and its end too', async () => {
  await open();
  await peer.evaluate(() => { window.peer.lost = 'the camera is gone'; window.peer.sendStream(); });
  await until((r) => r.state === 'lost');
  assert.equal(await banner(), 'Source lost, retrying: the camera is gone');
  await peer.evaluate(() => { window.peer.lost = null; window.peer.sendStream(); });
  await until((r) => r.state === 'playing');
  assert.equal(await banner(), '');
});

test('video that stops coming is a reason to connect again', async () => {
  await open();
  await peer.evaluate(() => window.peer.pause(true));
  await page.locator('cv-player .banner', { hasText: 'Waiting for video…' }).waitFor(PATIENCE);
  const { error } = await until((r) => r.state === 'waiting');
  assert.equal(error.code, 'media');
  await peer.evaluate(() => window.peer.pause(false));
  await until((r) => r.state === 'playing');
});

test('a page that is left lets go of its connection, and takes it up when it comes back', async () => {
  await open();
  await page.evaluate(() => dispatchEvent(new PageTransitionEvent('pagehide', { persisted: true })));
  assert.equal((await report()).state, 'closed');
  await viewersAtPeer(0);
  await page.evaluate(() => dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true })));
  await until((r) => r.state === 'playing');
  await page.evaluate(() => document.querySelector('cv-player').remove());
  await viewersAtPeer(0);
});

test('a video that the browser has paused can be started by its user', async () => {
  await open();
  const play = page.getByRole('button', { name: 'Play' });
  assert.equal(await play.isVisible(), false);
  await page.evaluate(() => document.querySelector('cv-player').shadowRoot.querySelector('video').pause());
  await play.click();
  await play.waitFor({ state: 'hidden' });
  const { frames } = await report();
  await until((r, shown) => r.frames.shown > shown + 5, frames.shown);
});

test('results can be hidden and shown again', async () => {
  await open();
  const overlay = page.locator('cv-player .overlay');
  const button = page.getByRole('button', { name: 'Results', pressed: true });
  assert.equal(await overlay.isVisible(), true);
  await button.click();
  assert.equal(await overlay.isVisible(), false);
  assert.equal(await button.count(), 0);
  await page.getByRole('button', { name: 'Results', pressed: false }).click();
  assert.equal(await overlay.isVisible(), true);
});

test('src names the server; one that is no address is an error in words', async () => {
  await open();
  const go = (src) => page.evaluate((value) => document.querySelector('cv-player').setAttribute('src', value), src);
  await go('http://[');
  const { error } = await until((r) => r.state === 'waiting');
  assert.equal(error.code, 'connection');
  assert.match(await banner(), /reconnecting in \d s$/);
  await go(`${url.replace('http', 'ws')}/ws`);
  const { attempt } = await until((r) => r.state === 'playing');
  assert.equal(attempt, 1);
});

for (const [width, height] of [[360, 740], [740, 360], [1280, 800], [1920, 1080]]) {
  test(`${width} × ${height}: everything is on the page, nothing beside it`, async () => {
    await open({ width, height });
    const { scroll, cells, status } = await page.evaluate(() => {
      const root = document.querySelector('cv-player').shadowRoot;
      const cells = [...root.querySelectorAll('.hud div:not([hidden])')].map((cell) => {
        const { left, right, bottom } = cell.getBoundingClientRect();
        return { left, right, bottom, cut: cell.scrollWidth > cell.clientWidth };
      });
      const status = root.querySelector('.status').textContent;
      return { scroll: document.scrollingElement.scrollWidth, cells, status };
    });
    assert.equal(scroll, width);
    assert.equal(status, 'Live');
    assert.equal(cells.length, 10);
    for (const cell of cells) {
      assert.ok(cell.left >= 0 && cell.right <= width && cell.bottom <= height && !cell.cut, JSON.stringify(cell));
    }
    const place = await picture();
    assert.ok(place.x >= 0 && place.x + place.width <= width && Math.abs(place.width / place.height - 16 / 9) < 0.02);
    assert.ok(width > height * 1.2 || place.width === width, 'as wide as a phone');
  });
}
