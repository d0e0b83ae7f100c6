// SPDX-License-Identifier: LGPL-2.1-or-later
// The moving picture: the live and the exact view of one video in one page, as the browser painted them.
import assert from 'node:assert/strict';
import { statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from './child.js';
import { ballAndRing, distance } from './circles.js';
import { temporaryFolder } from './paths.js';
import { decodePng } from './png.js';
import { percentile, until } from './wait.js';

const largest = 1_500_000;
const tick = 40;
/** Seconds: the longer, the better the loop. */
const recorded = 16;
/** Of them are shown. */
const [shortest, longest] = [4, 6];

/** Runs in the page: beside its player a second one, in the other mode; only the pictures are seen. */
function twoPlayers(captions) {
  const main = document.querySelector('main');
  const first = main.querySelector('cv-player');
  Object.assign(main.style, { display: 'flex', flexDirection: 'row', gap: '8px', height: 'auto' });
  for (const [mode, caption] of Object.entries(captions)) {
    const player = mode === 'exact' ? first : document.createElement('cv-player');
    player.setAttribute('mode', mode);
    const [side, head, cut] = [document.createElement('div'), document.createElement('div'), document.createElement('div')];
    head.textContent = caption;
    Object.assign(head.style, { font: '600 18px/40px system-ui, sans-serif', color: '#e6e9ee', textAlign: 'center' });
    Object.assign(side.style, { width: '476px' });
    Object.assign(cut.style, { height: '268px', overflow: 'hidden' });
    player.dataset.side = mode;
    main.append(side);
    side.append(head, cut);
    cut.append(player);
  }
}

const sides = ['async', 'exact'];
const side = (tab, mode) => tab.evaluate((wanted) => {
  const player = document.querySelector(`[data-side=${wanted}]`);
  const { x, y, width, height } = player.shadowRoot.querySelector('.picture').getBoundingClientRect();
  return { report: player.report(), place: { x, y, width, height } };
}, mode);

/** What was painted last at each tick. */
function sampled(frames) {
  const start = frames[0].time;
  const film = [];
  for (let i = 0, time = start; time <= frames.at(-1).time; time += tick / 1000) {
    while (i + 1 < frames.length && frames[i + 1].time <= time) ++i;
    film.push(frames[i].png);
  }
  return film;
}

/** The part of the film at whose end the balls are nearest to where they were at its begin. */
function loop(seen) {
  let best = { gap: Infinity };
  for (let from = 0; from < seen.length; ++from)
    for (let to = from + (shortest * 1000) / tick; to < Math.min(seen.length, from + (longest * 1000) / tick); ++to) {
      const gap = Math.max(...sides.map((mode) => distance(seen[from][mode].ball, seen[to][mode].ball)));
      if (gap < best.gap) best = { from, to, gap };
    }
  return best;
}

/** @param {import('./tab.js').Tab} tab that watches exact video with late results @param {string} path of the WebP */
export async function liveAndExact(tab, path) {
  await tab.evaluate(twoPlayers, { async: 'Live: each result when it comes', exact: 'Exact: each result on its own frame' });
  await until('both views', async () => {
    const [live, exact] = await Promise.all(sides.map((mode) => side(tab, mode)));
    return live.report.state === 'playing' && live.report.frames.decoded > 100 && exact.report.exact.mode === 'exact' && exact.report.exact.results.onFrame > 100;
  });
  const places = Object.fromEntries(await Promise.all(sides.map(async (mode) => [mode, (await side(tab, mode)).place])));
  const frames = [];
  const stop = await tab.painted((png, time) => frames.push({ png, time }));
  await until(`${recorded} s of pictures`, () => frames.length > 1 && frames.at(-1).time - frames[0].time >= recorded);
  await stop();
  const film = sampled(frames);
  const looked = new Map();
  const seen = film.map((png) => {
    if (!looked.has(png)) {
      const picture = decodePng(png);
      looked.set(png, Object.fromEntries(sides.map((mode) => [mode, ballAndRing(picture, places[mode])])));
    }
    return looked.get(png);
  });
  const lost = seen.filter((one) => !sides.every((mode) => one[mode].ball)).length;
  assert.equal(lost, 0, `pictures of ${seen.length} without a ball`);
  const { from, to, gap } = loop(seen);
  const offs = (mode) => seen.slice(from, to).map((one) => one[mode].off);
  const [live, exact] = sides.map(offs);
  const on = exact.filter((off) => off < 3).length / exact.length;
  const trail = percentile(live.filter((off) => !Number.isNaN(off)), 50);
  const folder = temporaryFolder();
  const words = [];
  for (let i = from; i < to; ++i) {
    const file = join(folder, `${i}.png`);
    writeFileSync(file, film[i]);
    words.push('-d', String(tick), file);
  }
  const { code, stderr } = await run('img2webp', ['-loop', '0', '-lossless', '-m', '6', ...words, '-o', path], { limit: 300_000 });
  assert.equal(code, 0, stderr);
  const said = `${to - from} pictures of ${tick} ms, ${(frames.length / recorded).toFixed(0)} painted a second; exact: on the ball in ${(100 * on).toFixed(1)} %, `
    + `median ${percentile(exact.filter((off) => !Number.isNaN(off)), 50).toFixed(1)} px off; live: median ${trail.toFixed(1)} px off; jump at the end ${gap.toFixed(0)} px`;
  assert.ok(on >= 0.95 && trail > 10, said);
  assert.ok(statSync(path).size < largest, `${statSync(path).size} bytes`);
  return said;
}
