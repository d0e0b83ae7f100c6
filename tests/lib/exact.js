// SPDX-License-Identifier: LGPL-2.1-or-later
// The exact view, looked at from outside: the ball and the circle drawn over it in screenshots of the page.
import { distance, fitCircle, thin } from './circles.js';
import { decodePng } from './png.js';
import { variant } from './server.js';
import { until } from './wait.js';

/** exact.pipe with a ring so thick that the circle drawn over it does not hide it, and fast: 20 to 40 pixels from frame to frame. */
export const fastBall = () => variant('exact', { 'ballsrc name=source': 'ballsrc name=source line-width=12 show-time=false' });
export const fastSet = { framerate: 60, speed: 0.5, bitrate: 2_000_000 };

/** A window that shows the picture at about its own size. */
export const smallWindow = { width: 660, height: 800 };

/** Where the picture is now, in pixels of the screen, and how many of those are one of CSS: what comes later above or below may move it. */
async function placeOnScreen(tab) {
  const ratio = await tab.evaluate(() => window.devicePixelRatio);
  const place = Object.entries(await tab.placeOf('.picture')).map(([name, value]) => [name, value * ratio]);
  return { ...Object.fromEntries(place), ratio };
}

/**
 * The ball and the circle drawn over it in what the page shows now, in pixels of the screen; null for what is not there.
 * @returns {Promise<{ring: object|null, drawn: object|null, off: number, share: number}>} `off`: from centre to centre;
 *   `share`: how much of the circle is drawn, which may have gaps
 */
async function look(tab) {
  const { x: left, y: top, width: w, height: h, ratio } = await placeOnScreen(tab);
  const { width, channels, data } = decodePng(await tab.screenshot());
  const bright = [];
  const coloured = [];
  for (let y = Math.ceil(top); y < Math.floor(top + h); ++y)
    for (let x = Math.ceil(left); x < Math.floor(left + w); ++x) {
      const at = (y * width + x) * channels;
      const [r, g, b] = [data[at], data[at + 1], data[at + 2]];
      if (Math.min(r, g, b) > 150) bright.push([x, y]);
      else if (Math.max(r, g, b) - Math.min(r, g, b) > 60) coloured.push([x, y]);
    }
  // Two rings of light, inside and outside of the line over them: one wide ring.
  const ring = fitCircle(bright, { width: 18 * ratio, largest: h });
  // the dot of the page's status is a circle too
  const drawn = fitCircle(thin(coloured, 3 * ratio), { width: 4 * ratio, smallest: 20 * ratio, largest: h });
  return { ring, drawn, off: ring && drawn ? distance(ring, drawn) : NaN, share: drawn ? shareOf(drawn, coloured, 2 * ratio) : 0 };
}

/** Share of a circle's degrees in which a point is near it. */
function shareOf({ x, y, r }, all, near) {
  const on = all.filter(([px, py]) => Math.abs(Math.hypot(px - x, py - y) - r) <= near);
  return new Set(on.map(([px, py]) => Math.round(Math.atan2(py - y, px - x) * 180 / Math.PI + 360) % 360)).size / 360;
}

/** A label has colours too, of which a circle may be made that is not there. */
const showsCircle = ({ drawn, share }) => drawn && share > 0.5;

/** Pictures of the page until `count` of them are `wanted`; without another wish, show a circle. */
export async function lookOften(tab, count, wanted = showsCircle) {
  const seen = [];
  let looks = 0;
  let last;
  await until(`${count} pictures of what is looked for`, async () => {
    ++looks;
    last = await look(tab);
    if (wanted(last)) seen.push(last);
    return seen.length >= count;
  }, { every: 0, state: () => ({ looks, last, seen }) });
  return seen;
}

/** Waits until the delay has been right for a while: so many results come on their frames, and of them no more than `most` badly. */
export async function settled(tab, results = 30, { most = 0, bad = ({ late, unseen }) => late + unseen } = {}) {
  let before = null;
  return tab.reports(`${results} results on their frames, not more than ${most} badly`, ({ exact }) => {
    const now = { bad: bad(exact.results), onFrame: exact.results.onFrame };
    if (before === null || now.bad - before.bad > most) before = now;
    return now.onFrame - before.onFrame >= results;
  });
}

/** Waits until the exact view has shown so many frames more. */
export async function showsMore(tab, count) {
  const { exact: { frames: { shown } } } = await tab.report();
  return tab.reports(`${count} more frames`, ({ exact }) => exact.frames.shown >= shown + count);
}

/** What was counted between two reports. */
export function counted(before, after) {
  const difference = (name) => Object.fromEntries(
    Object.entries(after.exact[name]).map(([key, value]) => [key, value - before.exact[name][key]]));
  return { frames: difference('frames'), results: difference('results') };
}
