#!/usr/bin/env node
// SPDX-License-Identifier: LGPL-2.1-or-later
// How soon after a page is opened there is a picture: the page of cv-launch, its front with Live beside Exact and the player alone, beside a page
// that only connects two of the browser's own peer connections, in turns. Prints a Markdown table, and fails when a bar is missed.
//
//   node bench/first-frame.js [--rounds=40] [--browser=Chromium,Firefox]
//
// CV_LAUNCH and GST_PLUGIN_PATH as for the tests. The time is from the beginning of the navigation to when the first frame is due on the screen, as
// the browser says; each page is opened in a tab of its own.
import { readFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { browsers } from '../tests/lib/browsers.js';
import { steal } from '../tests/lib/proc.js';
import { startServer } from '../tests/lib/server.js';
import { Site } from '../tests/lib/site.js';
import { percentile, until } from '../tests/lib/wait.js';

const { values: options } = parseArgs({ options: { rounds: { type: 'string', default: '40' }, browser: { type: 'string', default: 'Chromium,Firefox' } } });
/** What ours may take of what the bare page takes. */
const bars = { 50: 1.0, 95: 1.2 };

/** Runs in the page: from its navigation to its first frame, in ms, or null. */
function firstFrame() {
  if (window.firstFrame) return window.firstFrame;
  const { started, firstFrame: first } = document.querySelector('cv-player')?.report?.() ?? { firstFrame: null };
  return first === null ? null : started + first;
}

async function timeOf(browser, url) {
  const tab = await browser.newTab();
  try {
    await tab.open(url, { front: true });
    return await until('a first frame', () => tab.evaluate(firstFrame), { every: 50 });
  } finally {
    await tab.close();
  }
}

const site = new Site();
site.page = readFileSync(new URL('peers/bare.html', import.meta.url), 'utf8');
await site.listen();
const server = await startServer({ pipeline: 'exact' });
const pages = { 'two peer connections': site.origin, 'the front: live beside exact': server.url, 'one player, live': `${server.url}?mode=async`, 'one player, exact': `${server.url}?mode=exact` };
let missed = 0;
process.stdout.write('| browser | page | p50 | p95 | of the bare page | bar | steal, load |\n|---|---|---|---|---|---|---|\n');
try {
  for (const name of options.browser.split(',')) {
    const browser = await browsers[name]();
    const before = steal();
    const times = Object.fromEntries(Object.keys(pages).map((page) => [page, []]));
    for (const url of Object.values(pages)) await timeOf(browser, url);  // fills its caches
    for (let round = 0; round < Number(options.rounds); ++round) {
      for (const [page, url] of Object.entries(pages)) times[page].push(await timeOf(browser, url));
      process.stderr.write(`\r${name}: ${round + 1} of ${options.rounds}`);
    }
    process.stderr.write('\n');
    await browser.stop();
    const noise = `${(100 * steal(before).share).toFixed(1)} %, ${loadavg()[0].toFixed(1)}`;
    const [bare] = Object.values(times);
    for (const [page, own] of Object.entries(times)) {
      const of = Object.entries(bars).map(([p, bar]) => ({ bar, ms: percentile(own, Number(p)), ratio: percentile(own, Number(p)) / percentile(bare, Number(p)) }));
      const met = of.every(({ ratio, bar }) => ratio <= bar);
      if (!met && own !== bare) ++missed;
      process.stdout.write(`| ${name} | ${page} | ${of.map(({ ms }) => `${ms.toFixed(0)} ms`).join(' | ')} | ${of.map(({ ratio }) => ratio.toFixed(2)).join(', ')} × | ${own === bare ? '' : `${of.map(({ bar }) => `≤ ${bar}`).join(', ')}: ${met ? 'yes' : '**no**'}`} | ${noise} |\n`);
    }
  }
} finally {
  await server.stop();
  await site.close();
}
process.exitCode = missed > 0 ? 1 : 0;
