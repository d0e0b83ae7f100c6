#!/usr/bin/env node
// SPDX-License-Identifier: LGPL-2.1-or-later
// A program's loop that shows its pictures, in turns: by imshow and `cv-launch run`, and as people do it today: JPEGs from a server of its own (in the order that
// examples have, and in a quicker one), the image widget of JupyterLab, OpenCV's own window by `ssh -Y`. Prints a Markdown table, and fails when a bar is missed.
// A way for which something is missing is left out, and that is said; `bench/windows` installs it.
//
//   bench/windows [--size=1280x720] [--rate=30] [--rounds=3] [--seconds=8] [--beside=mjpeg,early,widget,ssh]
//
// The picture's stamp is made right before it is shown, and read from the pixels that Chromium shows, or an X server (Xvfb); bench/latency says how. Both are looked
// at 60 times a second.
// Bits are what comes to the side that watches: video, JPEGs with their headers, all that Jupyter's server sends (a proxy before it counts), all that the ssh client
// reads. The processor's time is that of the program, which draws, and of all that it takes to send the picture: cv-launch; Jupyter's server and kernel; sshd. Browser,
// ssh client and X server are on the side that watches. All are on one machine.
// What a call of imshow takes is measured at 1920×1080 in the program, while Chromium watches.
import { existsSync } from 'node:fs';
import { loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { startChromium } from '../tests/lib/browsers.js';
import { steal } from '../tests/lib/proc.js';
import { pause, percentile, until } from '../tests/lib/wait.js';
import { ways } from './peers/window-ways.js';

const { values: options } = parseArgs({
  options: {
    size: { type: 'string', default: '1280x720' }, rate: { type: 'string', default: '30' },
    rounds: { type: 'string', default: '3' }, seconds: { type: 'string', default: '8' },
    beside: { type: 'string', default: 'mjpeg,early,widget,ssh' },
  },
});
const seconds = Number(options.seconds);

/** @param {import('../tests/lib/browsers.js').Browser} browser @param {import('./peers/window-ways.js').Way} way @param {string} size */
async function measure(browser, way, size) {
  const ends = [];
  const [width, height] = size.split('x').map(Number);
  try {
    const seen = await way.start({ after: (end) => ends.unshift(end) }, browser, { width, height, rate: Number(options.rate) });
    const state = () => [seen.wrong?.(), seen.program?.stderr.slice(-300)];
    await until('the first frames', async () => await seen.playing() > 2000, { limit: 30_000, every: 200, state });
    const counts = async () => ({ cpu: seen.cpu(), at: performance.now(), bytes: await seen.bytes() });
    const begin = await seen.begin();
    const before = await counts();
    await pause(seconds * 1000);
    const after = await counts();
    const report = await seen.end();
    const frames = report.frames.filter(({ at }) => at >= begin.at && at < report.counts.at);
    const time = (after.at - before.at) / 1000;
    return {
      latencies: frames.map(({ latency }) => latency), shown: frames.length / ((report.counts.at - begin.at) / 1000),
      bits: (after.bytes - before.bytes) * 8 / time, cpu: (after.cpu - before.cpu) / time,
      calls: [...seen.program?.stdout.matchAll(/^imshow ([\d.]+)$/gm) ?? []].slice(-Math.floor(seconds)).map(([, ms]) => Number(ms)),
    };
  } finally {
    for (const end of ends) await end();
  }
}

const chosen = ['imshow', ...options.beside.match(/\w+/g) ?? []].filter((name) => {
  const missing = (ways[name].needs ?? []).filter((path) => !existsSync(path));
  if (missing.length > 0) console.error(`${ways[name].name}: left out, ${missing.join(' and ')} is missing; bench/windows installs it`);
  return missing.length === 0;
});
const noise = steal();
const browser = await startChromium();
/** @type {Record<string, Awaited<ReturnType<typeof measure>>[]>} */
const runs = Object.fromEntries(chosen.map((name) => [name, []]));
let large;
try {
  for (let round = 0; round < Number(options.rounds); ++round)
    for (const name of round % 2 ? [...chosen].reverse() : chosen) runs[name].push(await measure(browser, ways[name], options.size));
  large = await measure(browser, ways.imshow, '1920x1080');
} finally {
  await browser.stop();
}

const row = (name, figure) => `| ${name} | ${Object.values(runs).map(figure).join(' | ')} |`;
const mean = (list, key) => list.reduce((sum, one) => sum + one[key], 0) / list.length;
const latency = (list, percent) => percentile(list.flatMap(({ latencies }) => latencies), percent);
const median = latency(runs.imshow, 50);
const call = percentile(large.calls, 50);
const bars = [[`imshow → shown, median ≤ 25 ms at ${options.size}`, median <= 25], ['a call of imshow, 1920×1080, ≤ 1 ms', call <= 1]];
console.log([
  `| ${options.size} at ${options.rate} | ${chosen.map((name) => ways[name].name).join(' | ')} |`, `|---|${'---|'.repeat(chosen.length)}`,
  row('shown → seen, median, 95 %, ms', (list) => `${latency(list, 50).toFixed(1)}, ${latency(list, 95).toFixed(1)}`),
  row('frames a second', (list) => mean(list, 'shown').toFixed(1)),
  row('Mbit/s', (list) => (mean(list, 'bits') / 1e6).toFixed(2)),
  row('processors, the program’s own drawing included', (list) => mean(list, 'cpu').toFixed(2)),
  '', `A call of imshow at 1920×1080: ${call.toFixed(2)} ms.`, `steal ${(100 * steal(noise).share).toFixed(1)} %, load ${loadavg()[0].toFixed(1)}`,
  ...bars.map(([bar, met]) => `${bar}: ${met ? 'yes' : '**no**'}`),
].join('\n'));
process.exitCode = bars.every(([, met]) => met) ? 0 : 1;
