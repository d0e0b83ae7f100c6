#!/usr/bin/env node
// SPDX-License-Identifier: LGPL-2.1-or-later
// Measures what viewers get, prints a Markdown table, and fails when a bar is missed.
//
//   node bench/viewers.js [--only=loads,rates,pipes,returns] [--loads=200] [--seconds=30]
//
// CV_LAUNCH and GST_PLUGIN_PATH as for the tests. Steal is the share of processor time that other machines took, load
// the processes that wanted a processor: with more than a few per cent of the one, or a load above the processors there
// are, figures say little.
import { loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { browsers, startChromium } from '../tests/lib/browsers.js';
import { film, filmSize } from '../tests/lib/film.js';
import { growth, loadPages } from '../tests/lib/loads.js';
import { descriptors, resident, steal, threads } from '../tests/lib/proc.js';
import { startServer } from '../tests/lib/server.js';
import { backAt, baseOf } from '../tests/lib/viewer.js';
import { percentile } from '../tests/lib/wait.js';

const { values: options } = parseArgs({
  options: {
    only: { type: 'string', default: 'loads,rates,pipes,returns' },
    loads: { type: 'string', default: '200' },
    seconds: { type: 'string', default: '30' },
  },
});

const rows = [];
let missed = 0;

/** A line of the table; `met` is null where nothing was promised. */
function row(what, figure, bar, met, noise) {
  if (met === false) ++missed;
  const line = `| ${what} | ${figure} | ${bar} | ${{ true: 'yes', false: '**no**', null: '' }[String(met)]} | ${(100 * noise).toFixed(1)} % | ${loadavg()[0].toFixed(1)} |`;
  rows.push(line);
  process.stderr.write(`${line}\n`);
}

/** Runs `work` and says how much of the machine others took meanwhile. */
async function measured(work) {
  const before = steal();
  const value = await work();
  return { value, noise: steal(before).share };
}

async function withServer(setup, work) {
  const server = await startServer(setup);
  try {
    return await work(server);
  } finally {
    await server.stop();
  }
}

async function benchLoads(count) {
  await withServer({ pipeline: 'async' }, async (server) => {
    const base = await baseOf(server);
    const browser = await startChromium();
    const start = resident(server.pid);
    const { value: loads, noise } = await measured(() => loadPages(browser, server, count,
      (done) => process.stderr.write(`\r${done + 1} of ${count} loads`)));
    process.stderr.write('\n');
    await browser.stop();
    await backAt(server, base).catch(() => {});
    const times = loads.filter((load) => !load.error).map((load) => load.firstFrame);
    const black = loads.length - times.length;
    row(`${count} loads in Chromium: without a picture`, black, '0', black === 0, noise);
    const navigated = loads.filter((load) => !load.error).map((load) => load.started + load.firstFrame);
    const [p50, p95] = [50, 95].map((p) => percentile(times, p));
    row('from connecting to the first frame, p50', `${p50.toFixed(0)} ms`, '≤ 150 ms', p50 <= 150, noise);
    row('from connecting to the first frame, p95', `${p95.toFixed(0)} ms`, '≤ 300 ms', p95 <= 300, noise);
    row('from opening the page to the first frame, p50, p95', `${[50, 95].map((p) => percentile(navigated, p).toFixed(0)).join(', ')} ms`, '', null, noise);
    const [threadsNow, descriptorsNow] = [threads(server.pid), descriptors(server.pid)];
    row('threads afterwards', `${threadsNow}, base ${base.threads}`, 'base', threadsNow <= base.threads, noise);
    row('descriptors afterwards', `${descriptorsNow}, base ${base.descriptors}`, 'base', descriptorsNow <= base.descriptors, noise);
    const slope = growth(loads, Math.floor(count / 4));
    const course = [0.25, 0.5, 0.75, 1].map((part) => loads[Math.ceil(part * count) - 1].resident);
    row('memory growth a load, from the first quarter on', `${slope.toFixed(1)} kB (${start} kB before, then ${course.join(', ')} kB)`, '< 20 kB', slope < 20, noise);
    for (const { error } of loads.filter((load) => load.error)) process.stderr.write(`${error}\n`);
  });
}

/** Frames decoded a second by one browser for one pipeline; must be `rate` within `tolerance`. */
async function benchRate(browser, what, setup, rate, seconds, tolerance) {
  await withServer(setup, async (server) => {
    const tab = await browser.newTab();
    try {
      const { firstFrame } = await tab.watch(server.url);
      const { value, noise } = await measured(() => tab.decodedPerSecond(seconds));
      const { frames, latency, results } = await tab.report();
      const met = Math.abs(value.perSecond / rate - 1) <= tolerance;
      const extras = [`first frame ${firstFrame.toFixed(0)} ms`, `${frames.paintedPerSecond.toFixed(0)} painted a second`, `${value.dropped} dropped`, `${value.lost} packets lost`,
        ...(latency ? [`shown ${latency.median.toFixed(0)} ± ${latency.error.toFixed(0)} ms after capture`] : []),
        ...(results.received ? [`results ${results.lag?.toFixed(0)} ms after capture`] : [])];
      if (results.delivery)
        row(`${what} in ${browser.name}: from the end of an inference to its result, p95`, `${results.delivery.p95.toFixed(1)} ms; drawn after ${results.drawn?.median.toFixed(1)} ms, p95 ${results.drawn?.p95.toFixed(1)} ms`,
          '≤ 5 ms', results.delivery.p95 <= 5, noise);
      row(`${what} in ${browser.name}, ${value.seconds.toFixed(0)} s`, `${value.perSecond.toFixed(2)} fps; ${extras.join(', ')}`,
        `${rate} fps ± ${100 * tolerance} %`, met, noise);
    } catch (error) {
      row(`${what} in ${browser.name}`, error.message.split('\n')[0], `${rate} fps`, false, 0);
    } finally {
      await tab.close();
    }
  });
}

/** In the page: nobody looks for a while; how long it takes after that until a new frame is shown, in ms. */
async function hideAndLook() {
  const video = document.querySelector('cv-player').shadowRoot.querySelector('video');
  const hide = (hidden) => {
    Object.defineProperty(document, 'hidden', { value: hidden, configurable: true });
    document.dispatchEvent(new Event('visibilitychange'));
  };
  const frame = () => new Promise((resolve) => { video.requestVideoFrameCallback(resolve); });
  const still = () => new Promise((resolve) => { setTimeout(resolve, 200, 'still'); });
  hide(true);
  await new Promise((resolve) => { setTimeout(resolve, 2500); });
  if (await Promise.race([frame(), still()]) !== 'still') throw new Error('the video goes on though nobody looks');
  const start = performance.now();
  hide(false);
  await frame();
  return performance.now() - start;
}

/** The only viewer: so the encoder sleeps meanwhile. */
async function benchReturns(browser) {
  await withServer({ pipeline: 'async', set: ball }, async (server) => {
    const tab = await browser.newTab();
    await tab.watch(server.url);
    const { value: times, noise } = await measured(async () => {
      const each = [];
      for (let i = 0; i < 20; ++i) each.push(await tab.evaluate(hideAndLook));
      return each;
    });
    await tab.close();
    const [p50, p95] = [50, 95].map((p) => percentile(times, p));
    row(`from looking again to a new frame in ${browser.name}, ${times.length} times, p50, p95`, `${p50.toFixed(0)}, ${p95.toFixed(0)} ms`, '≤ 200 ms', p95 <= 200, noise);
  });
}

const { frames: _, ...filmSet } = filmSize;
const ball = { width: 640, height: 360, framerate: 30 };

async function benchBrowser(start, parts) {
  const browser = await start();
  const seconds = Number(options.seconds);
  try {
    if (parts.includes('rates'))
      for (const framerate of [25, 60, 100, 120, 240])
        await benchRate(browser, `640×360 at ${framerate} fps`, { pipeline: 'plain', set: { ...ball, framerate } }, framerate, seconds, 0.01);
    if (parts.includes('returns')) await benchReturns(browser);
    if (parts.includes('pipes')) {
      for (const pipeline of ['plain', 'sync', 'async'])
        await benchRate(browser, `${pipeline}.pipe`, { pipeline, set: ball }, ball.framerate, seconds, 0.02);
      // Firefox fetches its H.264 decoder from the network
      for (const codec of browser.name === 'Firefox' ? ['vp9'] : ['vp9', 'h264', 'openh264'])
        await benchRate(browser, `plain.pipe in ${codec}`, { pipeline: 'plain', set: { ...ball, codec } }, ball.framerate, seconds, 0.02);
      await benchRate(browser, 'file.pipe', { pipeline: 'file', set: { ...filmSet, location: await film() } }, filmSet.framerate, seconds, 0.02);
    }
  } finally {
    await browser.stop();
  }
}

const parts = options.only.split(',');
if (parts.includes('loads')) await benchLoads(Number(options.loads));
if (['rates', 'pipes', 'returns'].some((part) => parts.includes(part)))
  for (const start of Object.values(browsers)) await benchBrowser(start, parts);

process.stdout.write(['| what | measured | bar | met | steal | load |', '|---|---|---|---|---|---|', ...rows, ''].join('\n'));
if (missed > 0) process.stderr.write(`${missed} of ${rows.length} bars missed\n`);
process.exitCode = missed > 0 ? 1 : 0;
