// SPDX-License-Identifier: LGPL-2.1-or-later
// The exact view, looked at from outside: the ball and the circle drawn over it in screenshots of the page.
import { readFileSync } from 'node:fs';
import { distance, fitCircle, thin } from './circles.js';
import { pipe } from './paths.js';
import { decodePng } from './png.js';
import { pipelineFile } from './server.js';

/** exact.pipe with a ring so thick that the circle drawn over it does not hide it, and fast: 20 to 40 pixels from frame to frame. */
export const fastBall = () => pipelineFile(
  readFileSync(pipe('exact'), 'utf8').replace('ballsrc name=source', 'ballsrc name=source line-width=12 show-time=false'), 'exact-fast.pipe');
export const fastSet = { framerate: 60, speed: 0.5, bitrate: 2_000_000 };

/** A window that shows the picture at about its own size. */
export const smallWindow = { width: 660, height: 760 };

/** Where the picture stands in the page. */
const placeOf = (tab) => tab.evaluate(() => {
  const { x, y, width, height } = document.querySelector('cv-player').shadowRoot.querySelector('.picture').getBoundingClientRect();
  return { x, y, width, height };
});

/**
 * The ball and the circle drawn over it in what the page shows now, in pixels of the screen; null for what is not there.
 * @returns {Promise<{ring: object|null, drawn: object|null, off: number}>} `off`: from centre to centre
 */
export async function look(tab, place) {
  const { width, channels, data } = decodePng(Buffer.from(await tab.screenshot()));
  const bright = [];
  const coloured = [];
  for (let y = Math.ceil(place.y); y < Math.floor(place.y + place.height); ++y)
    for (let x = Math.ceil(place.x); x < Math.floor(place.x + place.width); ++x) {
      const at = (y * width + x) * channels;
      const [r, g, b] = [data[at], data[at + 1], data[at + 2]];
      if (Math.min(r, g, b) > 150) bright.push([x, y]);
      else if (Math.max(r, g, b) - Math.min(r, g, b) > 90) coloured.push([x, y]);
    }
  // Two rings of light, inside and outside of the line over them: one wide ring.
  const ring = fitCircle(bright, { width: 18, largest: place.height });
  const drawn = fitCircle(thin(coloured), { width: 4, largest: place.height });
  return { ring, drawn, off: ring && drawn ? distance(ring, drawn) : NaN };
}

/** Pictures of the page until `count` of them show a circle. */
export async function lookOften(tab, count, most = count * 12) {
  const place = await placeOf(tab);
  const seen = [];
  for (let i = 0; i < most && seen.length < count; ++i) {
    const picture = await look(tab, place);
    if (picture.drawn) seen.push(picture);
  }
  return seen;
}

/** Waits until the delay has been right for a while: so many results come on their frames, and of them no more than `most` badly. */
export async function settled(tab, results = 30, { most = 0, bad = ({ late, unseen }) => late + unseen } = {}) {
  let before = null;
  return tab.reports(`${results} results on their frames, not more than ${most} badly`, ({ exact }) => {
    const now = { bad: bad(exact.results), onFrame: exact.results.onFrame };
    if (before === null || now.bad - before.bad > most) before = now;
    return now.onFrame - before.onFrame >= results;
  }, 120_000);
}

/** What was counted between two reports. */
export function counted(before, after) {
  const difference = (name) => Object.fromEntries(
    Object.entries(after.exact[name]).map(([key, value]) => [key, value - before.exact[name][key]]));
  return { frames: difference('frames'), results: difference('results') };
}
