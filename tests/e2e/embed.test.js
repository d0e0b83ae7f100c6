// SPDX-License-Identifier: LGPL-2.1-or-later
// The player as a page of somebody's own uses it: what it shows there, what the page may change, and what it gets.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { browsers } from '../lib/browsers.js';
import { ballAndRing, distance, fitCircle } from '../lib/circles.js';
import { request } from '../lib/http.js';
import { bundled, pack } from '../lib/npm.js';
import { root } from '../lib/paths.js';
import { decodePng } from '../lib/png.js';
import { startServer, variant } from '../lib/server.js';
import { Site, pageWith } from '../lib/site.js';
import { after, before, describe, test } from '../lib/test.js';
import { until } from '../lib/wait.js';

const examples = [...readFileSync(join(root, 'docs/embed.md'), 'utf8').matchAll(/^```html\n([^]*?)^```/gm)].map(([, page]) => page);
const site = new Site();
const usual = site.folder;
let server;
before(async () => {
  await site.listen();
  const pipeline = variant('exact', { 'ballsrc name=source': 'ballsrc name=source line-width=12 show-time=false' });
  server = await startServer({ pipeline, set: { speed: 0.5 }, args: [`--allow-origin=${site.origin}`] });
});
after(async () => {
  await server?.stop();
  await site.close();
});

/** @template T @param {() => T} make @returns {() => T} what it has made, once for both browsers */
function once(make) {
  let made;
  return () => made ??= make();
}
const packed = once(pack);
const applications = [['React', 'react/main.jsx'], ['Vue', 'vue/main.js']].map(([framework, path]) => ({
  framework,
  built: once(async () => bundled(readFileSync(join(root, 'examples', path), 'utf8').replace('https://camera.example', server.url), basename(path), await packed())),
}));

/** Runs in the page: what the player's snapshot() gives. */
async function snapshot() {
  const { image, frame, results } = await document.querySelector('cv-player').snapshot();
  const bytes = new Uint8Array(await image.arrayBuffer());
  return { png: btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join('')), type: image.type, frame, results };
}

/** Of a snapshot: a circle was found in it. In some pictures the model finds nothing, and says so. */
const hasCircle = ({ results }) => results.some(({ objects }) => objects.some(({ label }) => label === 'circle'));

/** Pauses it on such a picture. */
const pauseOnResult = (tab) => until('a picture with a circle that stands still', async () => {
  await tab.evaluate(() => document.querySelector('cv-player').pause());
  if (hasCircle(await tab.evaluate(snapshot))) return true;
  const { frames } = await tab.report();
  await tab.evaluate(() => document.querySelector('cv-player').play());
  await tab.reports('another frame', (report) => report.frames.decoded > frames.decoded);
  return false;
});

/** The middle of the circles whose pixels are `wanted`. */
function circleIn({ width, height, channels, data }, wanted, ring) {
  const found = [];
  for (let y = 0; y < height; ++y)
    for (let x = 0; x < width; ++x) if (wanted(...data.subarray((y * width + x) * channels, (y * width + x) * channels + 3))) found.push([x, y]);
  return fitCircle(found, { width: ring, largest: height });
}
const bright = (r, g, b) => Math.min(r, g, b) > 150;
const magenta = (r, g, b) => r > 180 && b > 180 && g < 110;

for (const [name, start] of Object.entries(browsers))
  describe(name, () => {
    let browser;
    before(async () => { browser = await start(); });
    after(() => browser?.stop());

    async function show(t, page) {
      site.page = page;
      const tab = await browser.newTab();
      t.after(() => tab.close());
      await tab.open(site.origin);
      await tab.playing();
      return tab;
    }
    const visit = (t, attributes, more) => show(t, pageWith(`${server.url}cv-player.js`, `src="${server.url}" ${attributes}`, more));
    /** In one of the page's players. */
    const onTheirFrames = (tab) => until('results on their frames', () => tab.evaluate(() => [...document.querySelectorAll('cv-player')].some((one) => one.report().exact?.results.onFrame >= 10)), { state: () => tab.report() });

    for (const example of examples)
      test(`the example ${example.match(/<title>(.*)<\/title>/)[1]} of docs/embed.md works`, async (t) => {
        const tab = await show(t, example.replaceAll('https://camera.example', server.url.slice(0, -1)).replace('<title>', '<link rel="icon" href="data:,"><title>'));
        await onTheirFrames(tab);
        if (example.includes('<button>')) {
          await tab.evaluate(() => document.querySelector('button').click());
          await until('a picture and what is in it', () => tab.evaluate(() => document.querySelector('img').naturalWidth === 640 && document.querySelector('span').textContent.includes('circle')));
        }
        if (example.includes('this.parentElement.pause()')) {
          await tab.evaluate(() => document.querySelector('button').click());
          assert.equal(await tab.evaluate(() => document.querySelector('cv-player').paused), true);
        }
        assert.deepEqual([tab.errors, tab.complaints], [[], []]);
      });

    for (const { framework, built } of applications)
      test(`the example of ${framework} is built and runs`, async (t) => {
        t.after(() => { site.folder = usual; });
        site.folder = await built();
        const tab = await show(t, '<!DOCTYPE html><html lang="en"><link rel="icon" href="data:,"><title>An application</title><main></main><script type="module" src="main.js"></script></html>');
        await onTheirFrames(tab);
        const output = () => tab.evaluate(() => document.querySelector('output').textContent);
        await until('state and results', async () => /^playing: .*circle/.test(await output()), { state: () => tab.errors });
        await tab.evaluate(() => document.querySelector('button').click());
        await until('what the click changed', () => tab.evaluate(() => document.querySelector('cv-player').paused && document.querySelector('button').textContent === 'Go on'));
        assert.deepEqual([tab.errors, tab.complaints], [[], []]);
      });

    for (const workers of [false, true])
      test(`a page with a strict policy has the player, with its style; ${workers ? 'with' : 'without'} workers`, async (t) => {
        const socket = server.url.replace('http', 'ws');
        site.policy = `default-src 'none'; script-src ${server.url}; connect-src ${server.url} ${socket}; img-src data:; worker-src ${workers ? `blob: ${server.url}` : "'none'"}`;
        t.after(() => { site.policy = ''; });
        const tab = await show(t, pageWith(`${server.url}cv-player.js`, `src="${server.url}" controls`).replace(/ onerror="[^"]*"/, ''));
        const bar = await tab.evaluate(() => getComputedStyle(document.querySelector('cv-player').shadowRoot.querySelector('.bar')).display);
        assert.equal(bar, 'flex');
        if (workers) {
          await onTheirFrames(tab);
          assert.deepEqual([tab.errors, tab.complaints], [[], []]);
        } else {
          const { exact } = await tab.reports('why there is no exact view', (report) => report.exact?.obstacle);
          assert.match(exact.obstacle, /policy \(CSP worker-src\)/);
          assert.equal(exact.mode, 'async');
        }
      });

    test('without controls there is the picture alone; with them, what is below it', async (t) => {
      const tab = await visit(t, '');
      const shown = () => tab.evaluate(() => ['.stage', '.bar', '.hud', '.choices'].map((part) => document.querySelector('cv-player').shadowRoot.querySelector(part)?.getClientRects().length > 0));
      assert.deepEqual(await shown(), [true, false, false, false]);
      await tab.evaluate(() => { document.querySelector('cv-player').controls = true; });
      await until('the controls', async () => (await shown()).every(Boolean), { state: () => tab.errors });
      assert.deepEqual([tab.errors, tab.complaints], [[], []]);
    });

    test('several views of one video: one before the player that it follows, one that goes when it is told; and that player is paused while the server is away', async (t) => {
      const options = { pipeline: 'exact', args: [`--allow-origin=${site.origin}`] };
      const own = await startServer(options);
      t.after(() => own.alive && own.stop());
      const tab = await show(t, `<!DOCTYPE html><html lang="en"><link rel="icon" href="data:,"><title>Views</title>
        <cv-player id="camera" src="${own.url}" mode="async"></cv-player><cv-player id="before" of="last" mode="exact"></cv-player>
        <cv-player id="gone" of="camera" mode="exact"></cv-player><cv-player id="last" src="${own.url}" mode="async"></cv-player>
        <script>
          window.told = { before: [], gone: [], inCallback: 0 };
          // Firefox may not repaint a page any more that takes a video out in its own callback
          const { requestVideoFrameCallback } = HTMLVideoElement.prototype;
          let inCallback = false;
          HTMLVideoElement.prototype.requestVideoFrameCallback = function (call) {
            return requestVideoFrameCallback.call(this, (...frame) => {
              inCallback = true;
              call(...frame);
              inCallback = false;
            });
          };
          const [before, gone] = ['before', 'gone'].map((id) => document.getElementById(id));
          before.addEventListener('cv-error', ({ detail }) => window.told.before.push(detail.message));
          gone.addEventListener('cv-state', ({ detail }) => {
            window.told.gone.push(detail.state);
            window.told.inCallback += inCallback;
            if (detail.state === 'playing') gone.remove();
          });
          window.seen = gone;
          gone.addEventListener('cv-result', () => { if (!gone.isConnected) window.told.gone.push('a result'); });
        </script>
        <script type="module" src="${own.url}cv-player.js"></script></html>`);
      const matched = (count) => until(`${count} results on their frames`, async () => (await tab.evaluate(() => document.querySelector('#before').report().exact?.results.onFrame)) >= count, { state: () => tab.errors });
      await matched(5);
      assert.deepEqual(await tab.evaluate(() => [window.testPeers.length, window.told.before]), [2, []], 'connections, and no error');
      await until('that one has gone', async () => (await tab.evaluate(() => window.told.gone)).includes('closed'));
      assert.deepEqual(await tab.evaluate(() => [window.told.gone, window.told.inCallback, window.seen.report().state]), [['connecting', 'playing', 'closed'], 0, 'closed']);
      await tab.evaluate(() => document.querySelector('#last').pause());
      await own.stop();
      await until('that it waits', () => tab.evaluate(() => document.querySelector('#before').report().state !== 'playing'));
      const again = await startServer({ ...options, args: [...options.args, `--port=${own.port}`] });
      t.after(() => again.stop());
      await until('that it plays', () => tab.evaluate(() => document.querySelector('#before').report().state === 'playing'), { state: () => tab.errors });
      await matched(5);
      assert.equal(await tab.evaluate(() => document.querySelector('#last').paused), true);
      assert.deepEqual(tab.errors.filter((error) => !/establish a connection/.test(error)), [], 'while the server was away Firefox says so');
    });

    test('colours and parts are the page’s, and what it puts into the slots is seen', async (t) => {
      const tab = await visit(t, 'controls', '<style>cv-player { --cv-text: rgb(1, 2, 3); --cv-label: 100% 50%; } cv-player::part(status) { letter-spacing: 3px; }</style>');
      await onTheirFrames(tab);
      const seen = await tab.evaluate(() => {
        const player = document.querySelector('cv-player');
        for (const slot of ['over', 'controls']) player.append(Object.assign(document.createElement('b'), { slot, textContent: slot }));
        const { color, letterSpacing } = getComputedStyle(player.shadowRoot.querySelector('.status'));
        return { color, letterSpacing, slots: [...player.children].map((child) => child.getClientRects().length) };
      });
      assert.deepEqual(seen, { color: 'rgb(1, 2, 3)', letterSpacing: '3px', slots: [1, 1] });
      // of what is drawn: a colour as strong as it can be, which the player's own are not
      const { png } = await until('a circle in the picture', async () => {
        const taken = await tab.evaluate(snapshot);
        return hasCircle(taken) && taken;
      });
      const { channels, data } = decodePng(Buffer.from(png, 'base64'));
      let strong = 0;
      for (let at = 0; at < data.length; at += channels) strong += Math.max(...data.subarray(at, at + 3)) > 220 && Math.min(...data.subarray(at, at + 3)) < 30;
      assert.ok(strong > 100, `${strong} pixels`);
    });

    test('taken out of the page and put in again a hundred times it leaves nothing behind', async (t) => {
      const count = `<script>
        window.left = { workers: 0, sockets: 0, peers: 0 };
        for (const [name, of, end] of [['Worker', 'workers', 'terminate'], ['WebSocket', 'sockets', 'close']])
          window[name] = class extends window[name] {
            constructor(...args) { super(...args); window.left[of]++; }
            [end](...args) { if (!this.ended) window.left[of]--; this.ended = true; super[end](...args); }
          };
      </script>`;
      const tab = await visit(t, 'controls', count);
      await tab.evaluate(() => { window.player = document.querySelector('cv-player'); });
      /** Each is taken out at another moment, every tenth while it plays. */
      const rounds = (from, to) => tab.evaluate(async ([first, last]) => {
        for (let i = first; i < last; i++) {
          window.player.remove();
          window.left.peers += window.testPeers.splice(0).filter((peer) => peer.connectionState !== 'closed').length;
          document.body.append(window.player);
          const state = i % 10 === 0 ? 'playing' : 'connecting';
          while (window.player.report().state !== state && window.player.report().state !== 'playing') await new Promise((resolve) => { setTimeout(resolve, 10); });
          if (state === 'connecting') await new Promise((resolve) => { setTimeout(resolve, 7 * i % 100); });
        }
      }, [from, to]);
      await rounds(0, 40);
      const before = name === 'Chromium' ? await tab.heap() : 0;
      await rounds(40, 140);
      await tab.playing();
      const left = await tab.evaluate(() => window.left);
      assert.deepEqual(left, { workers: 1, sockets: 1, peers: 0 }, 'those of the one that plays');
      if (name === 'Chromium') {
        const grown = await tab.heap() - before;
        assert.ok(grown < 100 * 5000, `${grown} bytes more`);
        t.diagnostic(`${grown} bytes more`);
      }
      await tab.close();
      await until('no viewer', async () => /^cv_launch_viewers 0$/m.test((await request(server, 'GET', '/metrics')).body.toString()));
    });

    for (const transport of ['webrtc', 'socket'])
      test(`a page draws results itself, and a snapshot is of one frame, its results and what is drawn: by ${transport}`, async (t) => {
        const tab = await visit(t, `transport="${transport}" fill="none"`);
        await tab.evaluate(() => {
          const player = document.querySelector('cv-player');
          player.draw = (context, frame, results) => {
            window.drawn = { id: frame.id, results: results.length };
            for (const result of results)
              for (const { 'center-x': x, 'center-y': y, radius } of result.objects) {
                if (radius === undefined) continue;
                const scale = frame.scale(result);
                context.strokeStyle = 'magenta';
                context.lineWidth = 4;
                context.beginPath();
                context.ellipse(x * scale.x, y * scale.y, radius * scale.x, radius * scale.y, 0, 0, 7);
                context.stroke();
              }
          };
        });
        await onTheirFrames(tab);
        const taken = await until('a snapshot with a circle', async () => {
          const one = await tab.evaluate(snapshot);
          const picture = decodePng(Buffer.from(one.png, 'base64'));
          const drawn = one.results.length > 0 && circleIn(picture, magenta, 4);
          return drawn && { ...one, picture, drawn };
        }, { state: () => tab.errors });
        const ring = circleIn(taken.picture, bright, 18);
        assert.deepEqual([taken.type, taken.picture.width, taken.picture.height], ['image/png', 640, 360], 'without its stamp');
        assert.ok(ring && distance(ring, taken.drawn) <= 2, JSON.stringify({ ring, drawn: taken.drawn }));
        assert.deepEqual(taken.results.map(({ frame }) => frame), taken.results.map(() => taken.frame));
        assert.equal(typeof await tab.evaluate(() => window.drawn.id), 'number');
      });

    for (const mode of ['async', 'exact'])
      test(`what was found can be pointed at, and selected with the mouse and with keys: ${mode}`, async (t) => {
        const tab = await visit(t, `controls mode="${mode}"`);
        await tab.reports('results', ({ results }) => results.received > 10);
        await tab.evaluate(() => {
          document.querySelector('cv-player').append(Object.assign(document.createElement('b'), { slot: 'over', textContent: 'a title' }));
          window.selected = [];
          document.querySelector('cv-player').addEventListener('cv-select', ({ detail }) => window.selected.push(detail && { label: detail.object.label, model: detail.result.model }));
        });
        const selected = () => tab.evaluate(() => window.selected);
        const details = () => tab.evaluate(() => document.querySelector('cv-player').shadowRoot.querySelector('.details').textContent.trim());
        const ball = { label: 'circle', model: 'circledetect' };
        // it moves: where it is when the mouse is pressed, is known only roughly
        const selectBall = () => until('the ball selected', async () => {
          const place = await tab.placeOf('.picture');
          const found = await tab.evaluate(async () => {
            const { results } = await document.querySelector('cv-player').snapshot();
            const object = results[0]?.objects.find(({ label }) => label === 'circle');
            return object && { x: object['center-x'] / results[0].width, y: object['center-y'] / results[0].width };
          });
          if (!found) return false;
          await tab.press(place.x + found.x * place.width, place.y + found.y * place.width);
          return (await selected()).some((one) => one !== null);
        });
        // where few frames come it moves too far between two of them to be known again
        await until('the details of the frames that come', async () => {
          await tab.evaluate(() => { window.selected.length = 0; });
          await selectBall();
          const before = await details();
          if (before === '') return false;
          assert.match(before, /^circle \d+ % · at .* px · .* · by circledetect · frame \d+$/);
          await until('others, or none', async () => await details() !== before);
          return await details() !== '';
        });
        assert.deepEqual((await selected()).find((one) => one !== null), ball);
        await tab.evaluate(() => { window.selected.length = 0; });
        await tab.key('Escape');
        await until('nothing selected', async () => (await selected()).length > 0);
        assert.deepEqual([await selected(), await details()], [[null], '']);
        await until('the ball selected by a key', async () => {
          await tab.key('ArrowRight');  // the detector may have missed it just now
          return (await selected()).length > 1;
        });
        assert.deepEqual((await selected())[1], ball);
        await pauseOnResult(tab);
        // what was selected before may have moved too far to be known again
        await tab.key('Escape');
        const still = await until('the ball selected in a picture that stands still', async () => {
          await tab.key('ArrowRight');
          return details();
        });
        const { length } = await selected();
        await until('no video asked for any more', async () => (await tab.report()).bitrate < 2000);
        assert.deepEqual([await details(), (await selected()).length], [still, length], 'what was selected stays so');
        assert.deepEqual(tab.errors, []);
      });

    test('picture and results can be saved, of the same frame where it is paused', async (t) => {
      const tab = await visit(t, 'controls');
      await onTheirFrames(tab);
      // what a browser does with a file that is saved is not the player's: its name and its content are
      await tab.evaluate(() => {
        window.saved = [];
        const { createObjectURL } = URL;
        URL.createObjectURL = (file) => {
          const href = createObjectURL(file);
          window.saved.push({ file, href });
          return href;
        };
        HTMLAnchorElement.prototype.click = function () { Object.assign(window.saved.at(-1), { name: this.download, same: this.href === window.saved.at(-1).href }); };
      });
      await pauseOnResult(tab);
      for (const [i, part] of ['.save-picture', '.save-results'].entries()) {
        await tab.click(part);
        await until('a file', () => tab.evaluate((n) => window.saved[n]?.name, i));
      }
      const { png, frame, results } = await tab.evaluate(snapshot);
      const [picture, data] = await tab.evaluate(async () => [
        { ...window.saved[0], png: btoa(Array.from(new Uint8Array(await window.saved[0].file.arrayBuffer()), (byte) => String.fromCharCode(byte)).join('')) },
        { ...window.saved[1], text: await window.saved[1].file.text() },
      ]);
      assert.match(picture.name, new RegExp(`^\\d{4}-\\d\\d-\\d\\dT\\d\\d-\\d\\d-\\d\\d-${frame}\\.png$`));
      assert.ok(data.name.endsWith(`-${frame}.json`));
      assert.deepEqual([picture.same, data.same, picture.png, JSON.parse(data.text)], [true, true, png, { frame, results }]);
    });

    for (const transport of ['webrtc', 'socket'])
      test(`who has paused goes back and on, frame by frame, each with its own results: by ${transport}`, async (t) => {
        const tab = await visit(t, `controls fill="none" transport="${transport}"`);
        await tab.reports('enough to go back to', ({ exact }) => exact?.results.onFrame >= 40);
        await pauseOnResult(tab);
        const now = async () => {
          const { png, frame, results } = await tab.evaluate(snapshot);
          const picture = decodePng(Buffer.from(png, 'base64'));
          return { frame, results, ...ballAndRing(picture, { x: 0, y: 0, width: picture.width, height: picture.height }) };
        };
        const seen = [await now()];
        for (let n = 0; n < 8; ++n) {
          await tab.click('.back');
          seen.push(await now());
        }
        for (let n = 1; n < seen.length; ++n) assert.ok(((seen[n - 1].frame - seen[n].frame) | 0) > 0, `${seen.map(({ frame }) => frame)}`);
        const measured = seen.filter(({ results }) => results.length > 0);
        assert.ok(measured.length >= 4, 'most have results');
        for (const { frame, results, ball, ring, off } of measured) {
          assert.equal(results[0].frame, frame);
          if (ball && ring) assert.ok(off < 4, `${off} px`);
        }
        const ago = () => tab.evaluate(() => document.querySelector('cv-player').shadowRoot.querySelector('.ago').textContent);
        assert.match(await ago(), /^0\.\d\d s before$/);
        await tab.key('.');
        await until('one on', async () => (await now()).frame === seen[7].frame);
        await tab.click('.on');
        assert.equal((await now()).frame, seen[6].frame);
        assert.deepEqual((await tab.report()).exact.frames.mismatched, 0);
        await tab.click('.play');
        await until('a picture that goes on', async () => ((await now()).frame - seen[0].frame | 0) > 0);
        assert.equal(await tab.evaluate(() => document.querySelector('cv-player').shadowRoot.querySelector('.steps').hidden), true);
        assert.deepEqual(tab.errors, []);
      });

    for (const [transport, mode] of [['webrtc', 'async'], ['webrtc', 'exact'], ['socket', 'async'], ['socket', 'exact']])
      test(`one that is paused stands still, costs nothing after a while, and goes on: ${mode}, by ${transport}`, async (t) => {
        const tab = await visit(t, `controls mode="${mode}" transport="${transport}"`);
        const picture = async () => (await tab.evaluate(snapshot)).png;
        await tab.evaluate(() => document.querySelector('cv-player').pause());
        await until('a picture that stands still', async () => await picture() === await picture());
        const still = await picture();
        const before = await tab.report();
        assert.equal(before.state, 'playing');
        // it asks for none after two seconds, and what was on its way comes still
        await until('no bits for it', async () => (await tab.report()).bitrate < 2000);
        assert.equal(await picture(), still);
        await tab.click('.play');
        await until('another picture', async () => await picture() !== still);
        await tab.reports('no standstill', ({ frames }) => frames.decoded > before.frames.decoded + 10);
        assert.deepEqual([(await tab.report()).attempt, tab.errors], [1, []]);
      });
  });
