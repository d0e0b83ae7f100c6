// SPDX-License-Identifier: LGPL-2.1-or-later
// A program's windows in the browser, as `cv-launch run` shows them: its own page, and all on the wall.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeDark, violations } from '../lib/axe.js';
import { browsers } from '../lib/browsers.js';
import { request } from '../lib/http.js';
import { temporaryFolder } from '../lib/paths.js';
import { decodePng } from '../lib/png.js';
import { startServer } from '../lib/server.js';
import { after, before, describe, test } from '../lib/test.js';
import { until } from '../lib/wait.js';

const [token, viewToken] = ['all-0123456789abcdef', 'view-0123456789abcdef'];
const folder = temporaryFolder();
/** A program that says what its windows hear. Left upper quarter: blue, as OpenCV names colours; the rest: green. */
const program = join(folder, 'program.py');
writeFileSync(program, `
import sys
import cv2
import numpy

def say(*words):
  print(*words, flush=True)

for name in ['edges', 'mask', 'plain']:
  cv2.namedWindow(name)
cv2.setWindowTitle('edges', 'Edges & “more” <b>')
cv2.createTrackbar('low', 'edges', 100, 255, lambda value: say('low', value))
cv2.createTrackbar('high', 'edges', 7, 10, lambda value: say('high', value))
cv2.createButton('save', lambda state, data: say(data, state), 'save')
cv2.createButton('grey', lambda state, data: say(data, state), 'grey', cv2.QT_CHECKBOX, True)
for name in ['near', 'far']:
  cv2.createButton(name, lambda state, data: say(data, state), name, cv2.QT_RADIOBOX | (cv2.QT_NEW_BUTTONBAR if name == 'near' else 0))
cv2.setMouseCallback('edges', lambda event, x, y, flags, data: say('mouse', event, x, y, flags))
picture = numpy.zeros((240, 320, 3), numpy.uint8)
picture[:] = (0, 200, 0)
picture[:120, :160] = (200, 0, 0)
closed = False
while True:
  for name in ['edges', 'mask', 'plain']:
    if cv2.getWindowProperty(name, cv2.WND_PROP_VISIBLE) > 0:
      cv2.imshow(name, picture)
    elif name == 'mask' and not closed:
      closed = True
      say('closed', name)
  key = cv2.waitKeyEx(20)
  if key != -1:
    say('key', key)
  if key == ord('t'):
    cv2.displayOverlay('edges', 'two\\nlines')
    cv2.displayStatusBar('edges', 'busy <b>')
  if key == ord('u'):
    cv2.displayOverlay('edges', 'short', 1)
    cv2.displayStatusBar('edges', 'short', 1)
  if key == ord('q'):
    sys.exit(3)
`);
const MOVE = 0;
/** A program with a picture that no video shows as it is, and that stands still until it is told. */
const stillProgram = join(folder, 'still.py');
writeFileSync(stillProgram, `
import cv2
import numpy

picture = numpy.random.default_rng(1).integers(0, 256, (48, 64, 3), numpy.uint8)
print('picture', *picture[:, :, ::-1].flatten(), flush=True)
cv2.namedWindow('noise')
cv2.setMouseCallback('noise', lambda event, x, y, flags, data: print('mouse', event, x, y, flush=True) if event == 1 else None)
while True:
  cv2.imshow('noise', picture)
  if cv2.waitKey(20) == ord('m'):
    picture[20, 30] = (1, 2, 3)
`);

/** Runs in the page: its window, as it is seen. */
const seen = () => {
  const player = document.querySelector('cv-player');
  const root = player?.shadowRoot;
  return {
    heading: document.querySelector('h1').textContent, title: document.title, state: player?.report?.().state, error: player?.report?.().error, window: player?.window ?? null,
    words: root?.querySelector('.told')?.textContent ?? '', banner: root && root.querySelector('.banner').checkVisibility() ? root.querySelector('.banner').textContent : '',
    sliders: [...root?.querySelectorAll('.trackbars label') ?? []].map((label) => [label.querySelector('span').textContent, label.querySelector('input').value, label.querySelector('output').textContent, label.querySelector('input').disabled]),
    texts: ['.over-text', '.status-text'].map((name) => { const text = root?.querySelector(name); return text?.checkVisibility() ? text.innerText : null; }),
    pressable: [...root?.querySelectorAll('.buttons div') ?? []].map((row) => [...row.children].map((one) => [one.textContent, (one.querySelector('input') ?? one).checked ?? null, (one.querySelector('input') ?? one).disabled])),
    close: root?.querySelector('.close')?.disabled ?? null, buttons: [...root?.querySelectorAll('button') ?? []].filter((button) => button.checkVisibility()).map(({ textContent }) => textContent),
    focused: root?.activeElement?.className ?? '',
  };
};

for (const [name, start] of Object.entries(browsers))
  describe(name, () => {
    let browser;
    before(async () => { browser = await start(); });
    after(() => browser?.stop());

    const run = async (t, { args = [], env = {} } = {}) => {
      const server = await startServer({ command: ['python3', program], args, env: { CV_LAUNCH_RETRY_MS: '100', ...env } });
      t.after(() => server.stop());
      return server;
    };
    const open = async (t, address) => {
      const tab = await browser.newTab();
      t.after(() => tab.close());
      await tab.open(address, { front: true });
      return tab;
    };
    /** Waits until the page is as it should be. */
    const shows = async (tab, what, condition) => {
      let last;
      return until(what, async () => {
        last = await tab.evaluate(seen);
        return condition(last) ? last : null;
      }, { every: 100, state: () => [last, tab.errors] });
    };
    const playing = ({ state, window, words }) => state === 'playing' && window?.width === 320 && words !== '';
    /** Waits until the program has heard a line. */
    const hears = (server, line, from) => until(`the program hears ${line}`, () => server.lines.slice(from).some((one) => line.test(one)), { state: () => server.lines });
    /** The colour in the page at a place of the picture, from 0 to 1, as it is seen. */
    const colourAt = async (tab, x, y) => {
      const place = await tab.placeOf('.picture');
      const { width, channels, data } = decodePng(await tab.screenshot());
      const at = (Math.round(place.y + place.height * y) * width + Math.round(place.x + place.width * x)) * channels;
      return [...data.subarray(at, at + 3)];
    };
    const isGreen = ([red, green, blue]) => green > 150 && red < 60 && blue < 60;
    const isBlue = ([red, green, blue]) => blue > 150 && red < 60 && green < 60;

    test('a window has a page of its own: its title, its picture and its trackbars, and nothing else', async (t) => {
      const server = await run(t);
      const tab = await open(t, `${server.url}edges/`);
      const now = await shows(tab, 'the window', playing);
      assert.deepEqual([now.heading, now.title], ['Edges & “more” <b>', 'Edges & “more” <b> – cv-launch']);
      assert.deepEqual(now.sliders, [['low', '100', '100', false], ['high', '7', '7', false]]);
      assert.deepEqual([now.words, now.banner, now.buttons], ['Keys go to the program while the picture has the focus.', '', ['−', '+', 'Fit', 'Pixels', 'Save', 'save', 'Close the window']]);
      assert.deepEqual(now.pressable, [[['save', null, false], ['grey', true, false]], [['near', false, false], ['far', false, false]]]);
      assert.deepEqual(now.texts, [null, null]);
      await until('its picture', async () => isBlue(await colourAt(tab, 0.25, 0.25)) && isGreen(await colourAt(tab, 0.75, 0.75)));
      const { width, height } = await tab.placeOf('.picture');
      assert.ok(Math.abs(width / height - 320 / 240) < 0.02, `${width} × ${height}`);
      assert.ok(height > 400, 'it is as large as fits');
      assert.equal(await tab.evaluate(() => getComputedStyle(document.querySelector('cv-player').shadowRoot.querySelector('video')).imageRendering), 'auto', 'video is not made of squares');
      assert.deepEqual(await violations(tab), []);
      await tab.evaluate(makeDark);
      assert.deepEqual(await violations(tab), [], 'where the browser is dark');
      assert.deepEqual([tab.errors, tab.complaints], [[], []]);
    });

    for (const transport of ['webrtc', 'socket'])
      test(`keys, the mouse and trackbars reach the program, by ${transport}`, async (t) => {
        const server = await run(t);
        const tab = await open(t, `${server.url}edges/?transport=${transport}`);
        await shows(tab, 'the window', playing);
        const place = await tab.placeOf('.picture');
        const at = (x, y) => [place.x + x / 320 * place.width, place.y + y / 240 * place.height];
        const mouse = () => server.lines.filter((line) => line.startsWith('mouse')).map((line) => line.split(' ').slice(1).map(Number));
        /** What the mouse's events were, but for moves. */
        const clicks = () => mouse().filter(([event]) => event !== MOVE);
        const near = ([, x, y], wanted) => Math.abs(x - wanted[0]) <= 1 && Math.abs(y - wanted[1]) <= 1;

        await tab.mouse('click', ...at(50, 60));
        const [down, up] = await until('a click', () => clicks().length === 2 && clicks(), { state: () => server.lines });
        assert.deepEqual([down[0], down[3], up[0], up[3]], [1, 1, 4, 0]);
        assert.ok(near(down, [50, 60]) && near(up, [50, 60]), `${down}, ${up}`);
        assert.equal((await tab.evaluate(seen)).focused, 'stage', 'a click gives the picture the focus');

        for (const key of ['a', 'A', 'Enter', 'ArrowLeft', 'Escape', ' ']) await tab.key(key);
        const keys = () => server.lines.filter((line) => line.startsWith('key')).map((line) => Number(line.split(' ')[1]));
        await until('keys', () => keys().at(-1) === 32, { state: keys });
        // Firefox says that Shift is pressed for a capital letter, Chromium not
        assert.deepEqual(keys().filter((code) => code !== 0xffe1), [97, 65, 13, 0xff51, 27, 32]);

        await tab.mouse('move', ...at(10, 10));
        await hears(server, /^mouse 0 (9|10|11) (9|10|11) 0$/, 0);
        await tab.mouse('down');
        await tab.mouse('move', ...at(100, 100));
        await tab.mouse('move', place.x + place.width + 30, place.y + place.height / 2);
        await hears(server, /^mouse 0 319 1(19|20|21) 1$/, 0);
        await tab.mouse('up');
        await hears(server, /^mouse 4 319 1(19|20|21) 0$/, 0);
        await tab.mouse('move', place.x - 20, place.y + 5);

        const before = server.lines.length;
        await tab.mouse('move', ...at(200, 200));
        await tab.hold('Shift', 'down');
        await tab.mouse('down', { button: 'right' });
        await tab.mouse('up', { button: 'right' });
        await tab.hold('Shift', 'up');
        await hears(server, /^mouse 2 (199|200|201) (199|200|201) 18$/, before);
        await hears(server, /^mouse 5 (199|200|201) (199|200|201) 16$/, before);
        await tab.wheel(0, -120);
        await hears(server, /^mouse 10 (199|200|201) (199|200|201) [1-9]\d*$/, before);
        await tab.mouse('click', ...at(160, 120), { clickCount: 2, count: 2 });
        await hears(server, /^mouse 7 (159|160|161) (119|120|121) 1$/, before);

        const keysBefore = keys();
        const focus = () => tab.evaluate(() => document.querySelector('cv-player').shadowRoot.querySelector('.trackbars input').focus());
        await focus();
        await tab.key('End');
        await hears(server, /^low 255$/, before);
        await tab.key('ArrowLeft');
        await hears(server, /^low 254$/, before);
        await shows(tab, 'where it is', ({ window, sliders }) => window.trackbars[0].value === 254 && sliders[0][1] === '254' && sliders[0][2] === '254');
        await tab.evaluate(() => document.querySelector('cv-player').shadowRoot.querySelector('.stage').focus());
        await tab.key('z');
        await until('the picture\'s key', () => keys().at(-1) === 122, { state: keys });
        assert.deepEqual(keys(), [...keysBefore, 122], 'a slider\'s keys are its own');
        assert.deepEqual([tab.errors, tab.complaints], [[], []]);
      });

    test('buttons call the program, and are as it says in each page', async (t) => {
      const server = await run(t);
      const [tab, other] = [await open(t, `${server.url}edges/`), await open(t, `${server.url}mask/`)];
      await shows(other, 'the other window', playing);
      await shows(tab, 'the window', playing);
      assert.deepEqual(server.lines.filter((line) => /^(save|grey|near|far)/.test(line)), ['grey 1']);
      await tab.click('.buttons button');
      await hears(server, /^save 0$/, 0);
      await tab.click('.buttons [type=checkbox]');
      await hears(server, /^grey 0$/, 0);
      await tab.click('.buttons div:last-child label:first-child');
      await hears(server, /^near 1$/, 0);
      await tab.click('.buttons div:last-child label:last-child input');
      await hears(server, /^far 1$/, 0);
      assert.deepEqual(server.lines.filter((line) => /^(save|grey|near|far)/.test(line)), ['grey 1', 'save 0', 'grey 0', 'near 1', 'near 0', 'far 1']);
      for (const one of [tab, other])
        await shows(one, 'them as they are', ({ pressable }) => JSON.stringify(pressable.map((row) => row.map(([, on]) => on))) === '[[null,false],[false,true]]');
      assert.deepEqual([tab.errors, tab.complaints], [[], []]);
    });

    test('a program\'s texts are over the picture and below it, and go when their time is over', async (t) => {
      const server = await run(t);
      const tab = await open(t, `${server.url}edges/`);
      await shows(tab, 'the window', playing);
      await tab.evaluate(() => document.querySelector('cv-player').shadowRoot.querySelector('.stage').focus());
      await tab.key('t');
      await shows(tab, 'the texts', ({ texts }) => texts[0] === 'two\nlines' && texts[1] === 'busy <b>');
      const [over, stage, below] = [await tab.placeOf('.over-text'), await tab.placeOf('.stage'), await tab.placeOf('.status-text')];
      assert.ok(Math.abs(over.y - stage.y) < 1 && Math.abs(over.width - stage.width) < 1 && over.height < stage.height / 2, JSON.stringify([over, stage]));
      assert.ok(below.y >= stage.y + stage.height, JSON.stringify([below, stage]));
      assert.deepEqual(await violations(tab), []);
      await tab.key('u');
      await shows(tab, 'no text', ({ texts }) => texts[0] === null && texts[1] === null);
      assert.deepEqual([tab.errors, tab.complaints], [[], []]);
    });

    test('who may only watch sees it all, and nothing of what they do arrives', async (t) => {
      const file = join(temporaryFolder(), 'token');
      writeFileSync(file, `${token}\nview ${viewToken}\n`, { mode: 0o600 });
      const server = await run(t, { args: [`--token-file=${file}`] });
      const watching = await open(t, `${server.url}edges/#token=${viewToken}`);
      const now = await shows(watching, 'the window', playing);
      assert.deepEqual([now.words, now.close, now.sliders], ['You may watch, but not operate it: that takes another token.', true, [['low', '100', '100', true], ['high', '7', '7', true]]]);
      const { x, y, width, height } = await watching.placeOf('.picture');
      await watching.mouse('click', x + width / 2, y + height / 2);
      await watching.key('a');
      await watching.wheel(0, 100);
      assert.deepEqual(await violations(watching), []);
      const operating = await open(t, `${server.url}edges/#token=${token}`);
      await shows(operating, 'the window', playing);
      await operating.evaluate(() => document.querySelector('cv-player').shadowRoot.querySelector('.stage').focus());
      await operating.key('z');
      await hears(server, /^key 122$/, 0);
      assert.deepEqual(server.lines.filter((line) => /^(key|mouse)/.test(line)), ['key 122']);
      assert.equal((await watching.evaluate(seen)).state, 'playing', 'the server has not sent it away');
      assert.deepEqual([watching.errors, watching.complaints], [[], []]);
    });

    test('a picture that stands still is the very pixels: it is zoomed to, read, and saved', async (t) => {
      const server = await startServer({ command: ['python3', stillProgram] });
      t.after(() => server.stop());
      const tab = await open(t, `${server.url}noise/`);
      const look = () => tab.evaluate(() => {
        const root = document.querySelector('cv-player')?.shadowRoot;
        const [player, stage, values] = ['.player', '.stage', '.pixel-values'].map((selector) => root?.querySelector(selector));
        return { exact: player?.dataset.exact, words: root?.querySelector('.pixel')?.textContent, zoomed: stage?.dataset.zoomed, values: values && !values.hidden, save: root?.querySelector('.save')?.disabled };
      });
      let last;
      const sees = async (what, condition) => until(what, async () => {
        last = await look();
        return condition(last) && last;
      }, { state: () => last });
      const now = await sees('the very pixels', ({ exact }) => exact === 'true');
      assert.deepEqual([now.words, now.zoomed, now.values, now.save], ['The very pixels of the program’s picture', 'false', false, false]);
      const values = server.lines.find((line) => line.startsWith('picture')).split(' ').slice(1).map(Number);
      const valueAt = (x, y) => values.slice((y * 64 + x) * 3, (y * 64 + x) * 3 + 3);
      for (const [x, y] of [[0, 0], [63, 47], [30, 20], [31, 20], [7, 40]]) assert.deepEqual(await colourAt(tab, (x + 0.5) / 64, (y + 0.5) / 48), valueAt(x, y), `${x}, ${y}`);

      const text = (x, y) => `x ${x}, y ${y}: R ${valueAt(x, y)[0]} G ${valueAt(x, y)[1]} B ${valueAt(x, y)[2]}`;
      const point = async (x, y) => {
        const place = await tab.placeOf('.picture');
        const at = [place.x + (x + 0.5) / 64 * place.width, place.y + (y + 0.5) / 48 * place.height];
        await tab.mouse('move', ...at);
        return at;
      };
      const at = await point(30, 20);
      await sees('its value', ({ words }) => words === text(30, 20));
      await tab.hold('Control', 'down');
      for (let i = 0; i < 8; ++i) await tab.wheel(0, -120);
      await tab.hold('Control', 'up');
      await sees('pixels with their values', (page) => page.zoomed === 'true' && page.values && page.words === text(30, 20));
      await tab.mouse('click', ...at);
      await hears(server, /^mouse 1 30 20$/, 0);
      assert.deepEqual(await violations(tab), []);
      await point(33, 21);
      await sees('the value of another one', ({ words }) => words === text(33, 21));
      await tab.click('.fit');
      await sees('all of it', (page) => page.zoomed === 'false' && !page.values);
      await tab.click('.values');
      await sees('the values in the middle', (page) => page.zoomed === 'true' && page.values);
      await tab.click('.fit');

      const saved = await tab.evaluate(async () => {
        let [blob, name] = [null, ''];
        URL.createObjectURL = (object) => { blob = object; return 'blob:'; };
        HTMLAnchorElement.prototype.click = function click() { name = this.download; };
        document.querySelector('cv-player').shadowRoot.querySelector('.save').click();
        return { name, bytes: [...new Uint8Array(await blob.arrayBuffer())] };
      });
      const file = decodePng(Buffer.from(saved.bytes));
      assert.deepEqual([saved.name, file.width, file.height, [...file.data]], ['noise.png', 64, 48, values]);

      await tab.evaluate(() => document.querySelector('cv-player').shadowRoot.querySelector('.stage').focus());
      await tab.key('m');
      await point(30, 20);
      await sees('what the program has changed', ({ words }) => words === 'x 30, y 20: R 3 G 2 B 1');
      assert.deepEqual([tab.errors, tab.complaints], [[], []]);
    });

    test('a sample of OpenCV\'s own, unchanged, is operated by mouse, sliders and keys', async (t) => {
      const examples = '/usr/share/doc/opencv-doc/examples';
      const server = await startServer({ command: ['python3', `${examples}/python/floodfill.py`], env: { OPENCV_SAMPLES_DATA_PATH: `${examples}/data` } });
      t.after(() => server.stop());
      const tab = await open(t, `${server.url}floodfill/`);
      /** Of the very pixels: how many are white, of all, and that in the middle. */
      const look = () => tab.evaluate(() => {
        const root = document.querySelector('cv-player')?.shadowRoot;
        if (root?.querySelector('.player').dataset.exact !== 'true') return null;
        const still = root.querySelector('.still');
        const { width, height } = still;
        const context = Object.assign(document.createElement('canvas'), { width, height }).getContext('2d');
        context.drawImage(still, 0, 0);
        const { data } = context.getImageData(0, 0, width, height);
        let white = 0;
        for (let i = 0; i < data.length; i += 4) if (data[i] + data[i + 1] + data[i + 2] === 765) ++white;
        return { white: white / (width * height), middle: [...context.getImageData(width / 2, height / 2, 1, 1).data].slice(0, 3) };
      });
      let last;
      const sees = (what, condition) => until(what, async () => {
        last = await look();
        return last && condition(last) && last;
      }, { state: () => last });
      const before = await sees('its picture', () => true);
      const { x, y, width, height } = await tab.placeOf('.picture');
      // a bit beside it, for the dot that marks it is five pixels wide
      await tab.mouse('click', x + width / 2 + 1, y + height / 2 + 1);
      const filled = await sees('what is filled, and the dot', ({ white, middle }) => white > before.white && `${middle}` === '255,0,0');
      for (const slider of [0, 1]) {
        await tab.evaluate((index) => document.querySelector('cv-player').shadowRoot.querySelectorAll('.trackbars input')[index].focus(), slider);
        await tab.key('End');
      }
      const all = await sees('all of it white, by sliders', ({ white }) => white > 0.99);
      assert.ok(filled.white < 0.9 && all.white < 1, `${filled.white}, ${all.white}`);
      await tab.evaluate(() => document.querySelector('cv-player').shadowRoot.querySelector('.stage').focus());
      await tab.key('f');
      await hears(server, /^using floating range$/, 0);
      await tab.key('Escape');
      assert.deepEqual(await server.end(), { code: 0, signal: null });
    });

    test('a window that a viewer closes is closed for the program, and says so', async (t) => {
      const server = await run(t);
      const tab = await open(t, `${server.url}mask/`);
      await shows(tab, 'the window', playing);
      await tab.click('.close');
      await hears(server, /^closed mask$/, 0);
      const now = await shows(tab, 'that it is closed', ({ window }) => window?.state === 'closed');
      assert.deepEqual([now.words, now.close], ['The window was closed. It comes back when the program shows it again.', true]);
    });

    test('when the program ends its last picture stays, with words of how, and it comes back by itself', async (t) => {
      const server = await run(t);
      const tab = await open(t, `${server.url}edges/`);
      await shows(tab, 'the window', playing);
      await until('its picture', async () => isGreen(await colourAt(tab, 0.75, 0.75)));
      await tab.evaluate(() => document.querySelector('cv-player').shadowRoot.querySelector('.stage').focus());
      await tab.key('q');
      assert.deepEqual(await server.end(), { code: 3, signal: null });
      const words = 'The program has ended with exit code 3. The last picture stays; it comes back by itself when the program is started again.';
      const now = await shows(tab, 'a page without a server', ({ state }) => state === 'waiting');
      assert.deepEqual([now.words, now.banner, now.window.state, now.heading], [words, '', 'ended', 'Edges & “more” <b>']);
      // it fades as it would for any other stream, unless it is told not to
      await until('its last picture, as bright as it was', async () => isGreen(await colourAt(tab, 0.75, 0.75)) && isBlue(await colourAt(tab, 0.25, 0.25)));
      assert.deepEqual(await violations(tab), []);
      await run(t, { args: [`--port=${server.port}`] });
      const again = await shows(tab, 'the window again', (page) => playing(page) && page.window.state === 'open');
      assert.deepEqual(again.sliders, [['low', '100', '100', false], ['high', '7', '7', false]]);
      assert.deepEqual(tab.errors.filter((error) => !/connection to the server|The connection to/.test(error)), [], 'Firefox tells of each attempt');
    });

    test('all windows are on the wall, by their titles; one that is large is operated there', async (t) => {
      const server = await run(t);
      const tab = await open(t, server.url);
      /** Runs in the page: each tile. */
      const tiles = () => [...document.querySelectorAll('.tile')].map((tile) => {
        const player = tile.querySelector('cv-player');
        const slider = player?.shadowRoot?.querySelector('.trackbars');
        return { name: tile.dataset.stream, title: tile.querySelector('h2').textContent, words: tile.querySelector('.below p').textContent, state: player?.report?.().state, inert: player?.inert, sliders: slider?.checkVisibility() ?? false, controls: player?.controls };
      });
      let last;
      const wall = (what, condition) => until(what, async () => {
        last = await tab.evaluate(tiles);
        return condition(last) ? last : null;
      }, { state: () => [last, tab.errors] });
      const all = await wall('three windows', (list) => list.filter(({ state }) => state === 'playing').length === 3);
      assert.deepEqual(all.map(({ title }) => title).sort(), ['Edges & “more” <b>', 'mask', 'plain']);
      assert.deepEqual(all.map(({ inert, sliders, words }) => [inert, sliders, words]), [[true, false, 'Live'], [true, false, 'Live'], [true, false, 'Live']]);
      assert.deepEqual(await violations(tab), []);
      await tab.evaluate(() => document.querySelector('[data-stream="edges"] .open').click());
      await wall('the large one', (list) => list.some(({ name: one, inert, sliders, controls }) => one === 'edges' && !inert && sliders && !controls));
      assert.match(await tab.evaluate(() => document.title), /^Edges & “more” <b>/);
      assert.deepEqual(await violations(tab), []);
      await tab.evaluate(() => document.querySelector('.large cv-player').shadowRoot.querySelector('.stage').focus());
      for (const key of ['Escape', 'ArrowRight', 'x']) await tab.key(key);
      await hears(server, /^key 120$/, 0);
      assert.deepEqual(server.lines.filter((line) => line.startsWith('key')), ['key 27', 'key 65363', 'key 120'], 'they are not the wall\'s');
      await tab.evaluate(() => document.querySelector('.back').click());
      await wall('all again', (list) => list.every(({ inert, sliders }) => inert && !sliders));
      assert.deepEqual([tab.errors, tab.complaints], [[], []]);
      await tab.evaluate(() => document.querySelector('[data-stream="edges"] .open').click());
      await wall('the large one', (list) => list.some(({ sliders }) => sliders));
      await tab.evaluate(() => document.querySelector('.large cv-player').shadowRoot.querySelector('.stage').focus());
      await tab.key('q');
      assert.equal((await server.end()).code, 3);
      await wall('that it has ended', (list) => list.some(({ name: one, words, state }) => one === 'edges' && words === 'Ended' && state === 'waiting'));
    });
  });
