// SPDX-License-Identifier: LGPL-2.1-or-later
// The page against a server that does what a test tells it: a page of Chromium that plays the server's part (tests/lib/peer).
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { colourOf } from '../../web/player/geometry.js';
import { browsers } from '../lib/browsers.js';
import { settled, showsMore } from '../lib/exact.js';
import { root } from '../lib/paths.js';
import { PageServer, pageHeaders } from '../lib/peer/server.js';
import { decodePng } from '../lib/png.js';
import { after, afterEach, before, beforeEach, describe, test } from '../lib/test.js';
import { until } from '../lib/wait.js';

const red = [192, 32, 32];
const blue = [32, 32, 192];
const circle = { label: 'circle', confidence: 0.9, x: 280, y: 140, w: 80, h: 80 };
const desktop = { width: 1280, height: 800 };

const near = (a, b, by = 40) => a.every((value, i) => Math.abs(value - b[i]) <= by);
const assertNear = (a, b, what) => assert.ok(near(a, b), `${what}: ${a} is not about ${b}`);
const median = (values) => {
  const sorted = [...values].sort((a, b) => a - b);
  return (sorted[(sorted.length - 1) >> 1] + sorted[sorted.length >> 1]) / 2;
};

const server = new PageServer();
const started = {};
/** @type {import('../lib/tab.js').Tab} the server's part */
let peer;
before(async () => {
  await server.listen();
  for (const [name, start] of Object.entries(browsers)) started[name] = await start();
  peer = await started.Chromium.newTab();
});
after(async () => {
  for (const browser of Object.values(started)) await browser.stop();
  await server.close();
});

beforeEach(async () => {
  server.refuse = null;
  server.missing.length = 0;
  Object.assign(server, { headers: pageHeaders(), instead: {} });
  await peer.open(`${server.url}/tests/lib/peer/peer.html`);
  await until('the peer', () => peer.evaluate(() => window.peer?.ready), { state: () => peer.errors });
});
afterEach(async () => {
  const faults = await peer.evaluate(() => window.peer.faults);
  assert.deepEqual([...faults, ...peer.errors.splice(0)], [], 'what the page and its peer said to each other');
});

const set = (settings) => peer.evaluate((values) => Object.assign(window.peer, values), settings);
const tellStream = (settings) => peer.evaluate((values) => Object.assign(window.peer, values).sendStream(), settings);
const infer = (model) => set({ model });
/** What the peer knows of the viewer that came last. */
const viewer = () => peer.evaluate(() => {
  const { pings, candidates, keyframes, frames, results, rtpOffset } = window.peer.viewer;
  return { pings, candidates, keyframes, frames, results, rtpOffset };
});
const viewersAtPeer = (count) => until(`${count} viewers at the peer`, () => peer.evaluate((n) => window.peer.viewers.size === n, count));

/** What colourOf() says as red, green, blue. */
const rgb = (label) => peer.evaluate((colour) => {
  const context = new OffscreenCanvas(1, 1).getContext('2d');
  context.fillStyle = colour;
  context.fillRect(0, 0, 1, 1);
  return [...context.getImageData(0, 0, 1, 1).data.subarray(0, 3)];
}, colourOf(label, '85% 70%'));

/** Of each figure its words, with # for a number, and the numbers, each with its decimal places. */
const figuresOf = ({ latency, frames, bitrate, width, height, stream, results, packetsLost, stages, exact }) => ({
  Latency: ['# ± # ms', [latency?.median, 0], [latency && Math.ceil(latency.error), 0]],
  'Frame rate': ['# · # fps', [frames.perSecond, 1], [frames.paintedPerSecond, 0]],
  'Bit rate': bitrate < 1e6 ? ['# kbit/s', [bitrate / 1e3, 0]] : ['# Mbit/s', [bitrate / 1e6, 2]],
  Resolution: ['# × #', [width, 0], [height - (stream?.stamp?.rows ?? 0), 0]],
  'Model time': ['# ms', [results.ms, 1]],
  'Result lag': ['# ms', [results.lag, 0]],
  'Result delivery': ['# · # ms', [results.delivery?.median, 1], [results.drawn?.median, 1]],
  Results: ['# /s', [results.perSecond, 1]],
  'Dropped · lost': ['# · #', [frames.dropped, 0], [packetsLost, 0]],
  'On their frame': ['# · #', ...exact.mode === 'exact' ? [[exact.results.onFrame, 0], [exact.results.late + exact.results.unseen, 0]] : []],
  'Wrong frames': ['# of # · # · #', ...exact.mode === 'exact' ? [[exact.frames.mismatched, 0], [exact.frames.readBack, 0], [exact.frames.disagreeing, 0], [exact.frames.unreadable + exact.frames.notReadBack, 0]] : []],
  'Held back': ['# ms', ...exact.mode === 'exact' ? [[exact.delay.applied, 0]] : []],
  'Overlay error': ['# px', [exact.overlayError, 1]],
  Quality: ['# of #'],
  'Where the latency goes': ['encode # · send # · network # · decode # · display # ms', ...Object.values(stages).map((ms) => [ms, 1])],
});

/** Whether a figure's text is what is expected; what is not known is a dash. */
function shows(text, words, ...numbers) {
  if (numbers.every(([value]) => value === null || value === undefined)) return text === '—';
  const number = /—|-?\d+(\.\d+)?/g;
  const shown = text.match(number);
  return text.replace(number, '#') === words && shown.length === numbers.length && numbers.every(([value, places], i) => {
    if (value === null || value === undefined) return shown[i] === '—';
    return (shown[i].split('.')[1] ?? '').length === places && Math.abs(shown[i] - value) <= 0.501 * 10 ** -places + 0.001 * Math.abs(value);
  });
}

/** Runs in the page: which frames its composed picture shows, and of a line from `top` to `bottom` at `x` which part is drawn over, by frame. */
async function composedFrames({ count, x, top, bottom }) {
  const { readStamp, stampTop } = await import('/web/core/stamp.js');
  const root = document.querySelector('cv-player').shadowRoot;
  const [picture, marks] = [root.querySelector('.composed'), root.querySelector('.marks')];
  const read = (canvas, left, first, width, height) => {
    const context = Object.assign(document.createElement('canvas'), { width, height }).getContext('2d');
    context.drawImage(canvas, -left, -first);
    return context.getImageData(0, 0, width, height).data;
  };
  const seen = new Map();
  while (seen.size < count) {
    await new Promise(requestAnimationFrame);
    const { width, height } = picture;
    const first = stampTop(height);
    const id = readStamp({ data: read(picture, 0, first, width, height - first), offset: 1, stride: width * 4, step: 4, width }, 8);
    const scale = marks.width / width;
    const line = read(marks, Math.round(x * scale), Math.round(top * scale), 1, Math.round((bottom - top) * scale));
    const drawn = line.filter((alpha, i) => i % 4 === 3 && alpha > 90).length;
    if (id !== null) seen.set(id, marks.hidden ? 0 : drawn / (line.length / 4));
  }
  return [...seen];
}

/** Runs in the page: of `count` frames of its composed picture the id, and when a repaint first had it, in unix time. */
async function compositions(count) {
  const { readStamp, stampTop } = await import('/web/core/stamp.js');
  const picture = document.querySelector('cv-player').shadowRoot.querySelector('.composed');
  const context = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
  const seen = new Map();
  while (seen.size < count) {
    await new Promise(requestAnimationFrame);
    const time = performance.timeOrigin + performance.now();
    const { width, height } = picture;
    const first = stampTop(height);
    Object.assign(context.canvas, { width, height: height - first });
    context.drawImage(picture, 0, -first);
    const id = readStamp({ data: context.getImageData(0, 0, width, height - first).data, offset: 1, stride: width * 4, step: 4, width }, 8);
    if (id !== null && !seen.has(id)) seen.set(id, time);
  }
  return { seen: [...seen], latency: document.querySelector('cv-player').report().latency };
}

/** Runs in the page: from now on a frame takes 100 ms more to be read. */
function readSlowly() {
  const { copyTo } = VideoFrame.prototype;
  VideoFrame.prototype.copyTo = async function slow(...args) {
    await new Promise((resolve) => { setTimeout(resolve, 100); });
    return copyTo.apply(this, args);
  };
}

for (const name of Object.keys(browsers))
  describe(name, () => {
    /** @type {import('../lib/tab.js').Tab} */
    let tab;
    before(async () => { tab = await started[name].newTab(); });
    after(() => tab.close());
    afterEach(() => {
      assert.deepEqual(tab.errors.splice(0), []);
      assert.deepEqual(tab.complaints.splice(0), []);
    });

    /** Opens the page and waits until it plays. */
    const open = async ({ query = '', state = 'playing' } = {}) => {
      await tab.open(`${server.url}/${query}`);
      return tab.reports(state, (report) => report.state === state);
    };

    /** The element's place; false where it is not there or something else is in front of it. */
    const visible = (selector) => tab.evaluate((wanted) => {
      const root = document.querySelector('cv-player').shadowRoot;
      const node = root.querySelector(wanted);
      if (!node) return false;
      const { x, y, width, height } = node.getBoundingClientRect();
      return width > 0 && root.elementFromPoint(x + width / 2, y + height / 2) === node;
    }, selector);
    const click = async (selector) => {
      assert.ok(await visible(selector), `${selector} can be clicked`);
      await tab.evaluate((wanted) => document.querySelector('cv-player').shadowRoot.querySelector(wanted).click(), selector);
    };
    const banner = () => tab.evaluate(() => {
      const node = document.querySelector('cv-player').shadowRoot.querySelector('.banner');
      return node.hidden ? '' : node.textContent;
    });
    const dispatch = (type) => tab.evaluate((what) => dispatchEvent(new PageTransitionEvent(what, { persisted: true })), type);

    /** Where the picture stands in the page. */
    const picture = () => tab.evaluate(() => {
      const { x, y, width, height } = document.querySelector('cv-player').shadowRoot.querySelector('.picture').getBoundingClientRect();
      return { x, y, width, height };
    });
    /** What the page's user sees: `at` has the colour at a place of the picture, whose width and height are 1. */
    const look = async () => {
      let place = await picture();
      let before, png;
      do {
        before = place;
        png = await tab.screenshot();
        place = await picture();
      } while (!isDeepStrictEqual(before, place));
      const { width, channels, data } = decodePng(png);
      const at = (x, y) => {
        const [column, row] = [place.x + x * place.width, place.y + y * place.height].map(Math.floor);
        return [...data.subarray((row * width + column) * channels).subarray(0, 3)];
      };
      return { at };
    };
    /** Looks until what is seen is as wanted: a result is drawn at the next repaint, not at once. */
    const lookUntil = async (what, condition) => {
      let seen;
      await until(what, async () => condition(seen = await look()));
      return seen;
    };

    test('plays without a click, under the policy of cv-launch without a complaint', async () => {
      await open();
      const { frames, width, height, firstFrame, attempt, error } = await tab.reports('frames', (r) => r.frames.decoded > 5 && r.bitrate > 0);
      assert.ok(frames.shown > 0 && frames.perSecond > 0);
      assert.deepEqual([width, height, attempt, error], [640, 360, 1, null]);
      assert.ok(firstFrame > 0);
      const seen = await look();
      assertNear(seen.at(0.25, 0.6), red, 'left half');
      assertNear(seen.at(0.75, 0.6), blue, 'right half');
      await until('pings', async () => (await viewer()).pings > 2);
      assert.ok((await viewer()).candidates > 0);
      assert.deepEqual(server.missing, []);
    });

    test('a result is drawn where it belongs, can be hidden, and goes when no new one comes', async () => {
      await open();
      const edge = [360 / 640, 0.5];
      const truth = [200 / 640, 240 / 360];
      const colour = await rgb('circle');
      await tab.evaluate(() => document.querySelector('cv-player').addEventListener('cv-result', (event) => { window.seen = event.detail; }));
      const objects = [circle, { ...circle, label: 'truth', x: 200, y: 200 }];
      await infer({ every: 3, lag: 0, objects });
      const drawn = await lookUntil('the circle', (seen) => near(seen.at(...edge), colour));
      assertNear(drawn.at(300 / 640, 0.5), red, 'inside the circle');
      assertNear(drawn.at(...truth), red, 'the truth is not drawn');
      const { results } = await tab.reports('results', (r) => r.results.perSecond > 1);
      assert.deepEqual([results.ms, results.last.objects], [12.5, objects]);
      await click('.results[aria-pressed=true]');
      await lookUntil('no circle', (seen) => near(seen.at(...edge), blue));
      await click('.results[aria-pressed=false]');
      await lookUntil('the circle again', (seen) => near(seen.at(...edge), colour));
      await infer(null);
      await lookUntil('the circle gone', (seen) => near(seen.at(...edge), blue));
      const end = await tab.report();
      assert.deepEqual(await tab.evaluate(() => window.seen), end.results.last);
      assert.equal(end.results.last.frame, (await viewer()).results.at(-1));
      assert.equal(end.results.received, (await viewer()).results.length);
    });

    test('an older frame never replaces a newer one, also over the wrap, and what is no message does no harm', async () => {
      await open();
      await peer.evaluate((one) => {
        window.peer.sendResult(5, [one]);
        window.peer.sendResult(2 ** 32 - 5, []);
        window.peer.viewer.sendRaw('{"type":"result","frame":"bad"}');
      }, circle);
      const { results } = await tab.reports('two results', (r) => r.results.received === 2);
      assert.equal(results.last.frame, 5);
      await until('a complaint', () => tab.complaints.length > 0);
      assert.match(tab.complaints.pop(), /"frame" of result/);
    });

    test('the latency is none before the offset is known, then what an own measurement says', async () => {
      await set({ tellOffset: false });
      await open();
      const { clock, latency: none } = await tab.reports('a clock', (r) => r.frames.shown > 20 && r.clock?.error < 25);
      assert.equal(none, null);
      assert.ok(clock.error > 0 && clock.rtt >= 0, JSON.stringify(clock));
      await tab.evaluate(() => {
        window.shown = [];
        const video = document.querySelector('cv-player').shadowRoot.querySelector('video');
        video.requestVideoFrameCallback(function next(now, { rtpTimestamp, expectedDisplayTime }) {
          window.shown.push({ rtp: rtpTimestamp, time: performance.timeOrigin + expectedDisplayTime });
          video.requestVideoFrameCallback(next);
        });
      });
      await tellStream({ tellOffset: true });
      await tab.reports('a latency', (r) => r.latency?.samples > 20);
      const { latency, shown } = await tab.evaluate(() => {
        const { latency } = document.querySelector('cv-player').report();
        return { latency, shown: window.shown.slice(-latency.samples) };
      });
      // The two browsers share one clock, so that the test needs no pings.
      const { frames, rtpOffset } = await viewer();
      const start = await peer.evaluate(() => performance.timeOrigin);
      const captured = new Map(frames.map(({ id, time }) => [id, start + time]));
      const expected = median(shown.map(({ rtp, time }) => time - captured.get((rtp - rtpOffset) >>> 0)));
      assert.ok(latency.error < 25, JSON.stringify(latency));
      assert.ok(Math.abs(latency.median - expected) < latency.error + 1, `${JSON.stringify(latency)}, measured ${expected}`);
    });

    test('a connection that breaks is made again', async () => {
      await open();
      server.dropViewers();
      const { attempt } = await tab.reports('a second attempt', (r) => r.attempt === 2 && r.state === 'playing' && r.frames.shown > 3);
      assert.equal(attempt, 2);
      assert.equal(await banner(), '');
      await viewersAtPeer(1);
    });

    test('where the server is full the last picture stays, and the browser online again is a reason to try at once', async () => {
      await open();
      server.refuse = { type: 'error', code: 'full', message: '8 viewers are there' };
      server.dropViewers();
      await tab.reports('a full server', (r) => r.state === 'waiting' && r.error.code === 'full');
      assert.match(await banner(), /^The server is full: reconnecting in \d s$/);
      await lookUntil('the last picture', (seen) => {
        const [r, , b] = seen.at(0.25, 0.3);
        return r > 80 && b < 60;
      });
      await viewersAtPeer(0);
      server.refuse = null;
      const [waiting, trying] = await tab.evaluate(() => {
        const player = document.querySelector('cv-player');
        const before = player.report();
        dispatchEvent(new Event('online'));
        return [before, player.report()].map(({ state, attempt }) => ({ state, attempt }));
      });
      assert.deepEqual([waiting.state, trying.state, trying.attempt], ['waiting', 'connecting', waiting.attempt + 1]);
      await tab.playing();
    });

    test('an error that is a bug is shown and not tried again soon, by nothing', async () => {
      server.refuse = { type: 'error', code: 'malformed', message: 'not JSON' };
      await open({ state: 'waiting' });
      assert.match(await banner(), /^Error \(malformed\): not JSON; reconnecting in (1|2)\d s$/);
      await tab.evaluate(() => dispatchEvent(new Event('online')));
      const { attempt, error } = await tab.report();
      assert.deepEqual([attempt, error], [1, { code: 'malformed', message: 'not JSON' }]);
    });

    test("a server's message that is none ends the session", async () => {
      await open();
      server.sendViewers('{"type":"candidate"');
      const { error } = await tab.reports('the end', (r) => r.state === 'waiting');
      assert.equal(error.code, 'protocol');
      await viewersAtPeer(0);
    });

    test('says by events what state it and the models are in', async () => {
      await open();
      await tab.evaluate(() => {
        window.events = [];
        for (const type of ['cv-state', 'cv-model']) document.querySelector('cv-player').addEventListener(type, ({ detail }) => window.events.push(detail));
      });
      const failed = { type: 'model', model: 'test', state: 'failed', message: 'no such file', since: 1 };
      await peer.evaluate((message) => window.peer.send(message), failed);
      await until('the model below the picture', () => visible('.models [data-state=failed] pre'));
      server.sendViewers(JSON.stringify({ type: 'error', code: 'internal', message: 'm' }));
      await until('the states', () => tab.evaluate(() => window.events.at(-1).state === 'playing'));
      const error = { code: 'internal', message: 'm' };
      assert.deepEqual(JSON.parse(await tab.evaluate(() => JSON.stringify(window.events))),
        [failed, { state: 'waiting', error }, { state: 'connecting', error }, { state: 'playing', error: null }]);
    });

    test('a lost source is told, and its end too', async () => {
      await open();
      await tellStream({ lost: 'the camera is gone' });
      await tab.reports('the source lost', (r) => r.state === 'lost');
      assert.equal(await banner(), 'Source lost, retrying: the camera is gone');
      await tellStream({ lost: null });
      await tab.reports('the source back', (r) => r.state === 'playing');
      assert.equal(await banner(), '');
    });

    test('video that stops coming is told, and then a reason to connect again', async () => {
      await open();
      await set({ paused: true });
      await until('that video is missing', async () => await banner() === 'Waiting for video…');
      const { error } = await tab.reports('the end', (r) => r.state === 'waiting');
      assert.equal(error.code, 'media');
      await set({ paused: false });
      await tab.playing();
    });

    test('packets without a picture, at the start or later: the page asks for a key frame', async () => {
      await set({ undecodable: true });
      await open({ state: 'connecting' });
      await until('a request', async () => await peer.evaluate(() => window.peer.viewer?.keyframes) > 0);
      assert.equal((await tab.report()).frames.decoded, 0);
      await set({ undecodable: false });
      await tab.playing();
      const { keyframes } = await viewer();
      await set({ undecodable: true });
      await until('a request for another', async () => (await viewer()).keyframes > keyframes);
      await set({ undecodable: false });
      const { frames, attempt } = await tab.report();
      await tab.reports('more frames', (r) => r.frames.decoded > frames.decoded + 5);
      assert.equal(attempt, 1);
    });

    test('a page that is left lets go of its connection, and takes it up when it comes back', async () => {
      await open();
      await dispatch('pagehide');
      assert.equal((await tab.report()).state, 'closed');
      await viewersAtPeer(0);
      await dispatch('pageshow');
      await tab.playing();
      await tab.evaluate(() => document.querySelector('cv-player').remove());
      await viewersAtPeer(0);
    });

    test('a video that the browser has paused can be started by its user', async () => {
      await open();
      assert.equal(await visible('.play'), false);
      await tab.evaluate(() => document.querySelector('cv-player').shadowRoot.querySelector('video').pause());
      await until('the button', () => visible('.play'));
      await click('.play');
      await until('no button', async () => !await visible('.play'));
      const { frames } = await tab.report();
      await tab.reports('more frames', (r) => r.frames.shown > frames.shown + 5);
    });

    test('a page that takes the player out as soon as it connects has no connection left', async () => {
      await open();
      await tab.evaluate(() => {
        document.querySelector('cv-player').remove();
        const player = document.createElement('cv-player');
        player.addEventListener('cv-state', () => player.remove());
        document.body.append(player);
        window.gone = player;
      });
      assert.equal(await tab.evaluate(() => window.gone.report().state), 'closed');
      await tab.evaluate(() => document.querySelector('main').append(document.createElement('cv-player')));
      await tab.playing();
      await viewersAtPeer(1);
      const said = [...tab.complaints.splice(0), ...tab.errors.splice(0)];
      assert.ok(said.every((text) => /ws:/.test(text)), `what the browser itself says of a WebSocket that is closed so soon: ${said}`);
      assert.equal(await tab.evaluate(() => window.testPeers.filter(({ connectionState }) => connectionState !== 'closed').length), 1);
    });

    /** The page in a browser that lacks something. @param {string} what */
    const lacking = (what) => {
      const html = readFileSync(join(root, 'web/demo/index.html'), 'utf8');
      server.instead['/index.html'] = html.replace('<script ', '<script src="lacking.js"></script>\n  <script ');
      server.instead['/lacking.js'] = `delete ${what};`;
    };

    test('without RTCPeerConnection, and without the other way, it says so, and tries nothing', async () => {
      lacking('window.RTCPeerConnection; delete window.VideoDecoder');
      await open({ state: 'failed' });
      assert.match(await banner(), /^This browser has no WebRTC \(RTCPeerConnection\): use another one/);
      assert.ok(await visible('.banner'));
      assert.equal((await tab.report()).attempt, 0);
    });

    test('without requestVideoFrameCallback it shows live video and results, and says why there is no exact view', async () => {
      lacking('HTMLVideoElement.prototype.requestVideoFrameCallback');
      await set({ stamped: true });
      await infer({ every: 3, lag: 0, objects: [circle] });
      await open();
      const colour = await rgb('circle');
      const seen = await lookUntil('the circle', (now) => near(now.at(360 / 640, 180 / 360), colour));
      assertNear(seen.at(0.25, 0.6), red, 'left half');
      const { frames, latency, exact } = await tab.reports('frames', (r) => r.frames.decoded > 60 && r.state === 'playing');
      assert.deepEqual([frames.paintedPerSecond, latency, exact.mode], [null, null, 'async']);
      assert.match(exact.obstacle, /requestVideoFrameCallback/);
      assert.equal(await banner(), '', 'it does not take the picture for one that stands still');
    });

    test('src names the server; one that is no address is an error in words', async () => {
      await open();
      const go = (src) => tab.evaluate((value) => document.querySelector('cv-player').setAttribute('src', value), src);
      await go('http://[');
      const { error } = await tab.reports('an error', (r) => r.state === 'waiting');
      assert.equal(error.code, 'connection');
      assert.match(await banner(), /reconnecting in \d s$/);
      await go(`${server.url.replace('http', 'ws')}/ws`);
      const { attempt } = await tab.playing();
      assert.equal(attempt, 1);
    });

    test('in windows of all sizes everything is on the page, nothing beside it', async () => {
      await open();
      for (const size of [{ width: 360, height: 740 }, { width: 740, height: 360 }, { width: 1920, height: 1080 }, desktop]) {
        await tab.resize(size);
        const { width, height } = size;
        const place = await until(`a picture that fits ${width} × ${height}`, async () => {
          const now = await picture();
          const inside = now.x >= 0 && now.x + now.width <= width && Math.abs(now.width / now.height - 16 / 9) < 0.02;
          return inside && await tab.evaluate(() => innerWidth) === width ? now : null;
        });
        assert.ok(width > height * 1.2 || place.width === width, 'as wide as a phone');
        const { scroll, cells, status } = await tab.evaluate(() => {
          const root = document.querySelector('cv-player').shadowRoot;
          return {
            scroll: document.scrollingElement.scrollWidth, status: root.querySelector('.status').textContent,
            cells: [...root.querySelectorAll('.hud div:not([hidden])')].map((cell) => {
              const { left, right, bottom } = cell.getBoundingClientRect();
              return { left, right, bottom, cut: cell.scrollWidth > cell.clientWidth };
            }),
          };
        });
        assert.deepEqual([scroll, status, cells.length], [width, 'Live', 11]);
        for (const cell of cells)
          assert.ok(cell.left >= 0 && cell.right <= width && cell.bottom <= height && !cell.cut, `${width} × ${height}: ${JSON.stringify(cell)}`);
      }
    });

    describe('stamped video', () => {
      const dog = { label: 'dog', confidence: null, x: 400, y: 100, w: 80, h: 160 };
      /** A line along the left edge of the dog's box. */
      const edge = { x: dog.x, top: dog.y + 10, bottom: dog.y + dog.h - 10 };
      const kindOf = (part) => part < 0.05 ? 'nothing' : part < 0.5 ? 'dotted' : part < 0.9 ? 'dashed' : 'solid';

      /** What `count` frames show: of each its id, what is drawn, and whether it had a result. */
      const frames = async (count) => {
        const seen = await tab.evaluate(composedFrames, { count, ...edge });
        const results = new Set((await viewer()).results);
        return seen.map(([id, part]) => ({ id, part, kind: kindOf(part), own: results.has(id) }));
      };
      /** Looks at frames until there are enough that `enough` names. */
      const framesUntil = async (what, enough) => {
        const seen = [];
        await until(what, async () => {
          seen.push(...await frames(10));
          return enough.every(([count, wanted]) => seen.filter(wanted).length >= count);
        }, { state: () => seen });
        return seen;
      };
      const openStamped = async (query) => {
        await set({ stamped: true });
        await infer({ every: 3, lag: 100, objects: [dog] });
        return open({ query });
      };
      /** The video goes on at the first attempt, with results, and only the exact view is off: its button says that of the worker. */
      const playsWithoutExact = async () => {
        const { attempt, exact } = await tab.reports('results over live video', (r) => r.frames.decoded > 30 && r.results.drawn?.median > 0);
        assert.deepEqual([attempt, exact.mode], [1, 'async']);
        assert.match(exact.obstacle, /^The worker .*video-delay-worker\.js did not start: /);
        const button = await tab.evaluate(() => {
          const { disabled, title } = document.querySelector('cv-player').shadowRoot.querySelector('[data-mode=exact]');
          return { disabled, title };
        });
        assert.deepEqual(button, { disabled: true, title: exact.obstacle });
        const said = [...tab.complaints.splice(0), ...tab.errors.splice(0)];
        assert.ok(said.every((text) => /worker/i.test(text)), `what the browser itself says of it: ${said}`);
      };

      test('its last rows are never seen, and coordinates are of the whole picture', async () => {
        const colour = await rgb('dog');
        await openStamped();
        for (const mode of ['exact', 'async']) {
          await click(`[data-mode=${mode}]`);
          await tab.reports('the whole height', (r) => r.height === 384 && r.exact.mode === mode);
          const { width, height } = await picture();
          assert.ok(Math.abs(width / height - 640 / 360) < 0.01, JSON.stringify({ width, height }));
          const seen = await lookUntil('the box', (now) => near(now.at(480 / 640, 180 / 360), colour));
          for (let i = 1; i < 52; i++) assertNear(seen.at(i / 104, 0.994), red, 'the lower edge');
        }
      });

      test('each result is drawn on its own frame and on no other, and can be hidden', async () => {
        await openStamped('?fill=none');
        const before = await settled(tab, 5);
        assert.equal(before.exact.mode, 'exact', 'by itself, where the video is stamped');
        const seen = await framesUntil('results on their frames', [[5, ({ own, kind }) => own && kind === 'solid'], [10, ({ own }) => !own]]);
        const wrong = seen.filter(({ kind, own }) => kind !== (own ? 'solid' : 'nothing'));
        assert.ok(wrong.every(({ kind, own }) => own && kind === 'nothing'), JSON.stringify(wrong));
        const missed = ({ exact: { results } }) => results.late + results.unseen;
        const { exact } = await tab.reports('a look at what was shown, and each result that is not there counted', (r) =>
          r.exact.frames.readBack > 0 && missed(r) - missed(before) >= wrong.length);
        assert.deepEqual([exact.frames.mismatched, exact.frames.disagreeing, exact.rtp], [0, 0, name === 'Chromium' ? 'of the frame' : 'not told']);
        assert.ok(exact.frames.matched > 5 && exact.results.onFrame > 5);
        await click('.results');
        const { exact: { results, frames: { matched } } } = await showsMore(tab, 3);
        const hidden = await framesUntil('frames with results', [[5, ({ own }) => own]]);
        assert.ok(hidden.every(({ kind }) => kind === 'nothing'), JSON.stringify(hidden));
        const still = (await tab.report()).exact;
        assert.deepEqual([still.results, still.frames.matched], [results, matched], 'what is not drawn does not count');
        await click('.results');
        await framesUntil('results again', [[1, ({ kind }) => kind === 'solid']]);
        await settled(tab, 3);
      });

      test('its latency is of the picture that is drawn, not of the video behind it', async () => {
        await openStamped();
        await settled(tab, 5);
        if (name === 'Chromium') await tab.evaluate(readSlowly);  // Firefox draws at once
        const { seen, latency } = await until('a latency of frames that were looked at', async () => {
          const looked = await tab.evaluate(compositions, 90);
          return looked.latency?.samples <= 80 ? looked : null;
        });
        // The two browsers share one clock, so that the test needs no pings.
        const start = await peer.evaluate(() => performance.timeOrigin);
        const captured = new Map((await viewer()).frames.map(({ id, time }) => [id, start + time]));
        // The look comes before the player's own in the same repaint, and takes its time: of the last one the player does not know yet.
        const expected = median(seen.slice(-latency.samples - 1, -1).map(([id, time]) => time - captured.get(id)));
        assert.ok(latency.median > expected - latency.error - 1, `${JSON.stringify(latency)}, measured ${expected}`);
      });

      test('its results are as sharp as the screen is, however coarse the video', async (t) => {
        await set({ stamped: true });
        await infer({ every: 1, lag: 100, objects: [dog] });
        const fine = await started[name].newTab({ scale: 2 });
        t.after(() => fine.close());
        await fine.open(`${server.url}/`);
        await fine.playing();
        /** Across the left edge of the dog's box, some pixels of the screen each way. */
        const across = async () => {
          const place = await fine.placeOf('.picture');
          const { width, channels, data } = decodePng(await fine.screenshot());
          const [column, row] = [place.x + dog.x / 640 * place.width, place.y + (dog.y + dog.h / 2) / 360 * place.height].map((at) => Math.round(at * 2));
          return Array.from({ length: 24 }, (_, i) => [...data.subarray((row * width + column - 12 + i) * channels).subarray(0, 3)]);
        };
        const colour = await rgb('dog');
        const profile = async (mode) => {
          await fine.click(`[data-mode=${mode}]`);
          await fine.reports(mode, ({ exact }) => exact.mode === mode && (mode === 'async' || exact.results.onFrame > 5));
          return until(`the box in ${mode}`, async () => {
            const seen = await across();
            return seen.some((pixel) => near(pixel, colour, 20)) ? seen : null;
          });
        };
        const [live, exact] = [await profile('async'), await profile('exact')];
        live.forEach((pixel, i) => assertNear(exact[i], pixel, `pixel ${i} of ${JSON.stringify({ live, exact })}`));
        const { marks, picture: shown } = await fine.evaluate(() => {
          const find = (selector) => document.querySelector('cv-player').shadowRoot.querySelector(selector);
          const { width, height } = find('.marks');
          return { marks: { width, height }, picture: { width: find('.picture').clientWidth, height: find('.picture').clientHeight } };
        });
        assert.ok(Math.abs(marks.width - 2 * shown.width) <= 2 && Math.abs(marks.height - 2 * shown.height) <= 2, JSON.stringify({ marks, shown }));
      });

      test('a policy that forbids the worker turns off the exact view only, in words', async () => {
        server.headers['Content-Security-Policy'] += "; worker-src 'none'";
        await openStamped();
        await playsWithoutExact();
      });

      test('skipped frames show the last result dotted, or a position between two dashed', async () => {
        await openStamped();
        for (const [fill, kind] of [['last', 'dotted'], ['interpolated', 'dashed']]) {
          await tab.evaluate((value) => document.querySelector('cv-player').setAttribute('fill', value), fill);
          await settled(tab, 5);
          const skipped = ({ own, kind: drawn }) => !own && drawn !== 'nothing';
          const seen = await framesUntil(`frames with and without results: ${fill}`, [[10, skipped], [1, ({ own, kind: drawn }) => own && drawn === 'solid']]);
          assert.deepEqual(seen.filter((one) => skipped(one) && one.kind !== kind), [], fill);
        }
      });

      test('a result whose frame has passed counts as late, one whose frame never came as unseen: neither is drawn', async () => {
        await set({ stamped: true });
        await open({ query: '?hold=0&fill=none' });
        const exact = async () => (await tab.report()).exact;
        const shown = () => tab.evaluate(composedFrames, { count: 1, ...edge });
        await tab.reports('the exact view', (r) => r.exact.frames.shown > 10);
        await set({ paused: true });
        const ids = (await viewer()).frames.map(({ id }) => id);
        await until('the last frame', async () => (await shown())[0][0] === ids.at(-1));
        const { results: before } = await exact();
        await peer.evaluate(([one, passed, none]) => {
          window.peer.sendResult(passed, [one]);
          window.peer.sendResult(none, [one]);
          window.peer.paused = false;
        }, [dog, ids.at(-3), ids.at(-1) + 1]);
        const after = await tab.evaluate(composedFrames, { count: 20, ...edge });
        await until('one late and one unseen', async () => isDeepStrictEqual((await exact()).results, { ...before, late: before.late + 1, unseen: before.unseen + 1 }));
        assert.deepEqual(after.filter(([, part]) => kindOf(part) !== 'nothing'), []);
      });

      test('the figures show what the player reports, each of them', async () => {
        await set({ stamped: true });
        await infer({ every: 3, lag: 100, objects: [dog, { ...dog, label: 'truth', x: 410 }] });
        await open({ query: '?mode=async' });
        await tab.evaluate(() => {
          const player = document.querySelector('cv-player');
          const hud = player.shadowRoot.querySelector('.hud');
          // Told when the figures have changed, before any other work: the report is of the same moment.
          new MutationObserver(() => {
            const cells = [...hud.querySelectorAll('div:not([hidden])')].map((cell) => [...cell.children].map(({ textContent }) => textContent));
            window.figures = { cells: Object.fromEntries(cells), report: player.report() };
          }).observe(hud, { subtree: true, childList: true, characterData: true });
        });
        const agree = (what, known) => {
          let last;
          return until(what, async () => {
            last = await tab.evaluate(() => window.figures);
            if (!last || !known(last.report)) return false;
            last.expected = figuresOf(last.report);
            assert.deepEqual(Object.keys(last.cells).sort(), Object.keys(last.expected).sort());
            last.wrong = Object.entries(last.cells).filter(([label, text]) => !shows(text, ...last.expected[label]));
            return last.wrong.length === 0;
          }, { state: () => last });
        };
        const known = (r) => r.latency && r.bitrate && r.results.lag !== null && r.results.delivery && Object.values(r.stages).every((ms) => ms !== null);
        await agree('the figures of the live view', (r) => known(r) && r.results.drawn);
        await click('[data-mode=exact]');
        await agree('the figures of the exact view', (r) => known(r) && r.exact.results.onFrame > 5 && r.exact.delay.applied > 0 && r.exact.overlayError !== null);
      });
    });
  });
