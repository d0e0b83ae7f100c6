#!/usr/bin/env node
// SPDX-License-Identifier: LGPL-2.1-or-later
// A program's loop that shows its pictures: by imshow and `cv-launch run`, and as people do it today, JPEGs from a server of its own, in turns. Prints a Markdown
// table, and fails when a bar is missed.
//
//   node bench/windows.js [--size=1280x720] [--rate=30] [--rounds=3] [--seconds=8]
//
// The picture's stamp is made right before it is shown, and read from the pixels that Chromium shows; bench/latency says how. The processor's time is that of the program, which draws,
// and of all that it takes to send the picture. What a call of imshow takes is measured at 1920×1080 in the program, while Chromium watches.
import { loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { startChromium } from '../tests/lib/browsers.js';
import { join } from 'node:path';
import { root } from '../tests/lib/paths.js';
import { cpuTimeOfTree, steal } from '../tests/lib/proc.js';
import { startServer, variant } from '../tests/lib/server.js';
import { pause, percentile, until } from '../tests/lib/wait.js';
import { servePage } from './peers/page_server.js';
import { startPeer } from './peers/start.js';

const { values: options } = parseArgs({
  options: { size: { type: 'string', default: '1280x720' }, rate: { type: 'string', default: '30' }, rounds: { type: 'string', default: '3' }, seconds: { type: 'string', default: '8' } },
});
const seconds = Number(options.seconds);
const program = (how, size) => ['/usr/bin/python3', join(root, 'bench/peers/window_program.py'), how, ...size.split('x'), options.rate];
// the program's own stamp is read, so there is no second one
const pipeline = variant('window', { 'ladder.pipe stamp=framestamp ': 'ladder.pipe ' });

const ways = {
  imshow: (size) => startServer({ args: [`--pipeline=${pipeline}`], command: program('imshow', size) }),
  mjpeg: (size) => startPeer(['/usr/bin/python3'], 'window_program.py', 'mjpeg', ...size.split('x'), options.rate),
};

/** @param {import('../tests/lib/browsers.js').Browser} browser @param {keyof typeof ways} way @param {string} size */
async function measure(browser, way, size) {
  const server = await ways[way](size);
  try {
    if (way === 'imshow') await server.says(/^imshow /m);
    const tab = await browser.newTab();
    try {
      await tab.open(`${page}?${new URLSearchParams({ peer: way, server: server.url, cell: Number(size.split('x')[0]) >= 832 ? 16 : 8 })}`);
      await until('the first frames', () => tab.evaluate(() => window.bench.playing() > 2000), { limit: 30_000, every: 200 })
        .catch((error) => { throw new Error([error.message, ...tab.errors, server.stderr.slice(-300)].join('; ')); });
      const begin = await tab.evaluate(() => window.bench.begin());
      const counts = async () => ({ cpu: cpuTimeOfTree(server.pid), at: performance.now(), bytes: way === 'mjpeg' ? Number(await (await fetch(`${server.url}/sent`)).text()) : 0 });
      const before = await counts();
      await pause(seconds * 1000);
      const after = await counts();
      const report = JSON.parse(await tab.evaluate(() => window.bench.end()));
      const frames = report.frames.filter(({ at }) => at >= begin.at && at < report.counts.at);
      const time = (after.at - before.at) / 1000;
      const bytes = way === 'mjpeg' ? after.bytes - before.bytes : (report.counts.bytes - begin.bytes) * time / ((report.counts.at - begin.at) / 1000);
      return {
        latencies: frames.map(({ latency }) => latency), shown: frames.length / ((report.counts.at - begin.at) / 1000), bits: bytes * 8 / time, cpu: (after.cpu - before.cpu) / time,
        calls: [...server.stdout.matchAll(/^imshow ([\d.]+)$/gm)].slice(-Math.floor(seconds)).map(([, ms]) => Number(ms)),
      };
    } finally {
      await tab.close();
    }
  } finally {
    await server.stop();
  }
}

const page = await servePage();
const noise = steal();
const browser = await startChromium();
/** @type {Record<string, Awaited<ReturnType<typeof measure>>[]>} */
const runs = { imshow: [], mjpeg: [] };
let large;
try {
  for (let round = 0; round < Number(options.rounds); ++round)
    for (const way of /** @type {(keyof typeof ways)[]} */ (round % 2 ? ['mjpeg', 'imshow'] : ['imshow', 'mjpeg'])) runs[way].push(await measure(browser, way, options.size));
  large = await measure(browser, 'imshow', '1920x1080');
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
  `| ${options.size} at ${options.rate} | imshow, cv-launch run | JPEGs over HTTP |`, '|---|---|---|',
  row('shown → seen, median, 95 %, ms', (list) => `${latency(list, 50).toFixed(1)}, ${latency(list, 95).toFixed(1)}`),
  row('frames a second', (list) => mean(list, 'shown').toFixed(1)),
  row('Mbit/s', (list) => (mean(list, 'bits') / 1e6).toFixed(2)),
  row('processors, the program’s own drawing included', (list) => mean(list, 'cpu').toFixed(2)),
  '', `A call of imshow at 1920×1080: ${call.toFixed(2)} ms.`, `steal ${(100 * steal(noise).share).toFixed(1)} %, load ${loadavg()[0].toFixed(1)}`,
  ...bars.map(([bar, met]) => `${bar}: ${met ? 'yes' : '**no**'}`),
].join('\n'));
process.exitCode = bars.every(([, met]) => met) ? 0 : 1;
