// SPDX-License-Identifier: LGPL-2.1-or-later
// The pictures of docs/images by name: each is taken of the real page, once the page shows what the picture is for.
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startChromium } from './browsers.js';
import { run } from './child.js';
import { ballAndRing } from './circles.js';
import { stillFilm } from './film.js';
import { liveAndExact } from './moving-picture.js';
import { env, root, temporaryFolder } from './paths.js';
import { decodePng } from './png.js';
import { startServer, variant } from './server.js';
import { until } from './wait.js';

const data = '/usr/share/doc/opencv-doc/examples/data';

/** Runs `work` in a tab of `size` that watches a server of `options`. */
async function watching(options, size, work) {
  const server = await startServer(options);
  try {
    const browser = await startChromium();
    try {
      const tab = await browser.newTab();
      await tab.resize(size);
      await tab.watch(server.url);
      return await work(tab);
    } finally {
      await browser.stop();
    }
  } finally {
    await server.stop();
  }
}

const choose = (tab, mode) => tab.evaluate((text) => document.querySelector('cv-player').setAttribute('mode', text), mode);

/** Takes pictures of `clip` until one is `right`, and writes that one. */
async function take(tab, path, what, right, clip) {
  let looks = 0;
  let figures;
  const png = await until(what, async () => {
    ++looks;
    const picture = await tab.screenshot(undefined, clip);
    figures = await tab.evaluate(() => [...document.querySelector('cv-player').shadowRoot.querySelectorAll('.hud div:not([hidden]) dd')].map((one) => one.textContent));
    return (await right(decodePng(picture), figures)) ? picture : null;
  }, { limit: 300_000, every: 0, state: () => ({ looks, figures }) });
  writeFileSync(path, png);
}

/** The whole page with all its figures: live first, then exact, so that the plot has both. */
const page = (path) => watching({ pipeline: 'exact', set: { runtime: 60, speed: 0.1 } }, { width: 1280, height: 960 }, async (tab) => {
  await choose(tab, 'async');
  await tab.reports('a live view', ({ exact, frames, results }) => exact.mode === 'async' && frames.decoded > 120 && results.drawn?.median > 0 && exact.overlayError > 0);
  await choose(tab, 'exact');
  await tab.reports('results on their frames', ({ exact }) => exact.results.onFrame > 30);
  const place = await tab.placeOf('.picture');
  // what is interpolated need not be on it; who looks at the picture again, without knowing its place, finds a little more
  await take(tab, path, 'all figures, and a result on the ball', (picture, figures) =>
    figures.every((text) => !text.includes('—')) && ballAndRing(picture, place).off < 2);
});

/** The player's picture and bar, at the first look that has `right` of ball and ring. */
const mode = (name, right, set = {}) => (path) => {
  const pipeline = variant(name, { 'ballsrc name=source': 'ballsrc name=source filled=true speed=0.15' });
  return watching({ pipeline, set }, { width: 640, height: 1000 }, async (tab) => {
    await tab.reports('three seconds of video', ({ frames }) => frames.decoded > 90 || (name === 'sync' && frames.decoded > 30));
    const [place, bar] = [await tab.placeOf('.picture'), await tab.placeOf('.bar')];
    const clip = { x: 0, y: 0, width: 640, height: Math.ceil(bar.y + bar.height + 8) };
    await take(tab, path, `the ball as ${name} shows it`, (picture) => right(ballAndRing(picture, place)), clip);
  });
};
const slow = { runtime: 100 };
const on = ({ ball, off }) => ball !== null && off < 5;
const off = ({ ball, off: far }) => ball !== null && far > 25 && far < 90;

/** Collects a player's results from now on, in the page. */
const collect = (tab) => tab.evaluate(() => {
  window.seenResults = [];
  document.querySelector('cv-player').addEventListener('cv-result', ({ detail }) => window.seenResults.push(detail));
});

/** hsl(h s% l%) as the page writes it, as red, green and blue. */
function rgbOf(hsl) {
  const [h, s, l] = hsl.match(/[\d.]+/g).map(Number);
  const a = (s / 100) * Math.min(l / 100, 1 - l / 100);
  return [0, 8, 4].map((n) => {
    const k = (n + h / 30) % 12;
    return 255 * (l / 100 - a * Math.max(-1, Math.min(k - 3, 9 - k, 1)));
  });
}

/** Whether `result` is drawn in the picture, in its label's own colour: its captions, and each box as far as it is inside. */
function shows({ width, channels, data: pixels }, place, result, colour) {
  const [scale, margin] = [place.width / result.width, 3];
  const is = (x, y) => colour.every((value, i) => Math.abs(value - pixels[(y * width + x) * channels + i]) < 30);
  const near = (x, y) => [-2, -1, 0, 1, 2].some((dy) => [-2, -1, 0, 1, 2].some((dx) => is(Math.round(x) + dx, Math.round(y) + dy)));
  let area = 0;
  for (let y = Math.ceil(place.y); y < Math.floor(place.y + place.height); ++y)
    for (let x = Math.ceil(place.x); x < Math.floor(place.x + place.width); ++x) area += is(x, y);
  return area > 300 * result.objects.length && result.objects.every(({ x, y, w, h }) => {
    const edge = Array.from({ length: 19 }, (_, i) => (i + 1) / 20)
      .flatMap((part) => [[x + w * part, y], [x + w * part, y + h], [x, y + h * part], [x + w, y + h * part]])
      .map(([px, py]) => [px * scale, py * scale])
      .filter(([px, py]) => px > margin && py > margin && px < place.width - margin && py < place.height - margin);
    return edge.filter(([px, py]) => near(place.x + px, place.y + py)).length >= 0.8 * edge.length;
  });
}

/** The page, or its `part`, as it shows a result that is `good`. */
async function withResult(tab, path, what, good, part) {
  const { colourOf } = await import(`${root}/web/player/geometry.js`);
  await collect(tab);
  const [place, clip] = [await tab.placeOf('.picture'), part && await tab.placeOf(part)];
  const moved = clip ? { ...place, x: place.x - clip.x, y: place.y - clip.y } : place;
  let shown;
  await take(tab, path, what, async (picture) => {
    const results = (await tab.evaluate(() => window.seenResults.splice(0, window.seenResults.length - 10) && window.seenResults)).filter(good);
    shown = results.find((result) => shows(picture, moved, result, rgbOf(colourOf(result.objects[0].label, '85% 70%'))));
    return shown;
  }, clip);
  return shown.objects.map(({ label, confidence }) => (confidence === null ? label : `${label} ${Math.round(confidence * 100)} %`)).join(', ');
}

const insideAnother = (one, all) => all.some((box) => box !== one && one.x + one.w / 2 > box.x && one.x + one.w / 2 < box.x + box.w
  && one.y + one.h / 2 > box.y && one.y + one.h / 2 < box.y + box.h);

/** Enough persons, each of them sure, and no box around another. So large that the detector finds those who are far away, so slow that it sees each frame. */
const people = (path) => watching({ pipeline: 'people', set: { framerate: '5/2', width: 960, height: 720, bitrate: 4_000_000 } }, { width: 768, height: 900 }, (tab) =>
  withResult(tab, path, 'a street with people, all found', ({ objects }) => objects.length >= 7
    && objects.every((one) => one.confidence >= 0.5 && !insideAnother(one, objects)), '.stage'));

const still = { width: 560, height: 720 };

/** The astronaut of python3-skimage (a photograph by NASA), taken out of Debian's package. */
async function astronaut() {
  const folder = temporaryFolder();
  const { code, stderr } = await run('sh', ['-c', `apt-get download -q python3-skimage && dpkg-deb --fsys-tarfile python3-skimage_*.deb |
    tar -x --wildcards --transform='s,.*/,,' '*/data/astronaut.png'`], { cwd: folder, limit: 300_000 });
  assert.equal(code, 0, stderr);
  return stillFilm(`filesrc location=${folder}/astronaut.png ! pngdec`, 20);
}

const faces = async (path) => watching({ pipeline: 'faces', set: { location: await astronaut() } }, still, async (tab) => {
  await tab.reports('results on their frames', ({ exact }) => exact.results.onFrame >= 20);
  return withResult(tab, path, 'one face, in a box', ({ objects }) => objects.length === 1);
});

const onnx = async (path) => {
  const folder = temporaryFolder();
  const { code, stderr } = await run('python3', [join(root, 'tests/models/make_onnx.py'), 'classifier', `${folder}/a.onnx`], { env });
  assert.equal(code, 0, stderr);
  writeFileSync(`${folder}/labels.txt`, 'red\ngreen\nblue\n');
  const location = await stillFilm(`filesrc location=${data}/fruits.jpg ! jpegdec`, 20);
  return watching({ pipeline: 'onnx', set: { location, network: `${folder}/a.onnx`, labels: `${folder}/labels.txt` } }, still, async (tab) => {
    await tab.reports('results on their frames', ({ exact }) => exact.results.onFrame >= 20);
    return withResult(tab, path, 'what it takes the picture for', ({ objects }) => objects.length === 1);
  });
};

/** @type {Record<string, (path: string) => Promise<string | void>>} writes the picture, and may tell what is in it */
export const pictures = {
  'live-and-exact.webp': (path) => watching(lateResults(), { width: 960, height: 312 }, (tab) => liveAndExact(tab, path)),
  'page.png': page,
  'plain.png': mode('plain', ({ ball }) => ball !== null),
  'sync.png': mode('sync', on, slow),
  'async.png': mode('async', off, slow),
  'exact.png': mode('exact', on, { ...slow, speed: 0.15 }),
  'people.png': people,
  'faces.png': faces,
  'onnx.png': onnx,
};

/** A detector that sees each frame, and whose results come 150 ms late, as from a slow network or a long queue. */
function lateResults() {
  const pipeline = variant('exact', {
    'ballsrc name=source': 'ballsrc name=source filled=true show-time=false',
    '! fakesink name=results': '! queue min-threshold-time=150000000 max-size-buffers=0 max-size-bytes=0 max-size-time=0\n! fakesink name=results',
  });
  return { pipeline, set: { speed: 0.15, framerate: 25 } };
}
