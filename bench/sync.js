#!/usr/bin/env node
// SPDX-License-Identifier: LGPL-2.1-or-later
// Measures how often each way of matching results and frames names the wrong frame, and how well the exact view does over
// a long time; prints Markdown tables, and fails when a bar is missed.
//
//   node bench/sync.js [--only=methods,long,network,cost] [--seconds=20] [--frames=10000]
//
// CV_LAUNCH and GST_PLUGIN_PATH as for the tests; network needs root. Steal is the share of processor time that other
// machines took, load the processes that wanted a processor.
import { loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { browsers } from '../tests/lib/browsers.js';
import { counted, fastBall, fastSet, lookOften, settled, smallWindow } from '../tests/lib/exact.js';
import { badNetwork } from '../tests/lib/network.js';
import { cpuTimeOfOthers, steal } from '../tests/lib/proc.js';
import { startServer } from '../tests/lib/server.js';
import { pause, percentile, until } from '../tests/lib/wait.js';
import { inPage } from './peers/in-page.js';

const { values: options } = parseArgs({
  options: {
    only: { type: 'string', default: 'methods,long,network,cost' },
    seconds: { type: 'string', default: '20' },
    frames: { type: 'string', default: '10000' },
  },
});
const model = { runtime: 100, jitter: 50 };
const percent = (part, whole) => `${(100 * part / whole).toFixed(2)} %`;
let missed = 0;

/** Prints a table as it grows. */
function table(title, columns) {
  process.stdout.write(`\n${title}\n\n| ${columns.join(' | ')} | steal, load |\n|${'---|'.repeat(columns.length + 1)}\n`);
  return (cells, noise, met = true) => {
    if (!met) ++missed;
    process.stdout.write(`| ${cells.join(' | ')} | ${(100 * noise).toFixed(1)} %, ${loadavg()[0].toFixed(1)} |${met ? '' : ' **missed**'}\n`);
  };
}

/** Opens the page and gives `work` its tab once the delay is right. */
async function watch(start, setup, { size = smallWindow } = {}, work) {
  const server = await startServer(setup);
  const browser = await start();
  try {
    const tab = await browser.newTab();
    await tab.resize(size);
    await tab.watch(`${server.url}?fill=none`);
    return await work(tab, server);
  } finally {
    await browser.stop();
    await server.stop();
  }
}

/** Counts between now and the report that satisfies `condition`. */
async function count(tab, what, condition, limit) {
  const noise = steal();
  const first = await tab.report();
  const last = await tab.reports(what, (report) => condition(first, report), limit);
  return { ...counted(first, last), first, last, noise: steal(noise).share };
}

const shown = (frames) => (first, { exact }) => exact.frames.shown - first.exact.frames.shown >= frames;

/** All three ways at once, in the same page: two by a script beside the player, ours by the player's own counts. */
async function methods(name, start, row) {
  const naive = inPage();
  for (const framerate of [25, 60, 100]) {
    const setup = { pipeline: fastBall(), set: { ...fastSet, ...model, framerate } };
    await watch(start, setup, {}, async (tab) => {
      await tab.evaluate(naive);
      const seen = () => tab.evaluate(() => window.naive);
      await tab.reports('a first second', ({ exact }) => exact.frames.shown > 120 && exact.delay.applied > 50);
      await until('the frame rate learnt', async () => (await seen()).frames > 120);
      const before = await seen();
      const { frames, noise } = await count(tab, 'frames', shown(Number(options.seconds) * Math.min(40, framerate)), 300_000);
      const after = await seen();
      for (const way of ['count', 'callback']) {
        const [drawn, wrong] = [after.frames - before.frames, after[way] - before[way]];
        row([name, framerate, way, drawn, wrong, percent(wrong, drawn)], noise, drawn > 0);
      }
      row([name, framerate, 'snapshot', frames.shown, frames.mismatched, percent(frames.mismatched, frames.shown)], noise, frames.mismatched === 0);
    });
  }
}

/** Frames and results of a long run, and pictures of the page that do not trust the page. */
async function long(what, name, start, row, setup, { weather, bar = 0.999 } = {}) {
  await watch(start, setup, {}, async (tab) => {
    const { exact } = await settled(tab, 30);
    if (weather) {
      weather();
      await tab.reports('the delay adapted', (report) => report.exact.results.onFrame >= exact.results.onFrame + 100, 180_000);
    }
    const before = await tab.report();
    const running = count(tab, `${options.frames} frames`, shown(Number(options.frames)), 1_200_000);
    const pictures = [];
    let done = false;
    running.then(() => { done = true; }, () => { done = true; });
    // a picture keeps the page busy: now and then is enough
    while (!done) {
      pictures.push(...(await lookOften(tab, 1, () => true)).filter(({ drawn }) => drawn));
      await pause(1000);
    }
    const { frames, results, last, noise } = await running;
    const all = results.onFrame + results.late + results.unseen;
    const off = pictures.filter(({ ring, off: distance }) => ring && !(distance <= 2));
    const seconds = (last.frames.decoded - before.frames.decoded) / setup.set.framerate;
    row([what, name, frames.shown, frames.mismatched, frames.disagreeing, frames.unreadable, `${results.onFrame} of ${all}, ${results.late} late, ${results.unseen} never shown`,
      percent(results.onFrame, all), `${off.length} of ${pictures.length}`, `${last.exact.delay.applied.toFixed(0)} ms`,
      `${last.exact.overlayError?.toFixed(2)} px`, `${last.exact.stampMs?.toFixed(2)} ms`, `${(frames.shown / seconds).toFixed(1)} a second`],
    noise, frames.mismatched === 0 && off.length === 0 && results.onFrame >= bar * all && results.late <= 0.02 * all && last.exact.stampMs <= 0.5);
  });
}

async function network(name, start, row) {
  for (const [what, weather] of Object.entries({
    '5 % loss both ways': { loss: 5, delay: 0, jitter: 0 },
    '100 ± 30 ms both ways': { loss: 0, delay: 100, jitter: 30 },
    'both': { loss: 5, delay: 100, jitter: 30 },
  })) {
    const net = await badNetwork({ seed: 1 });
    try {
      const setup = { pipeline: fastBall(), set: { ...fastSet, ...model }, prefix: net.serverPrefix, args: [`--host=${net.serverAddress}`, '--no-auth'] };
      await long(what, name, (choice) => start({ ...choice, prefix: net.browserPrefix }), row, setup, { bar: 0, weather: () => net.set(weather) });
    } finally {
      await net.stop();
    }
  }
}

/** Runs in the page: bytes of the video, with RTP's headers, and of all. */
async function received() {
  const sums = { time: performance.now(), video: 0, all: 0 };
  for (const entry of (await window.testPeers.at(-1).getStats()).values()) {
    if (entry.type === 'inbound-rtp' && entry.kind === 'video') sums.video = entry.bytesReceived + entry.headerBytesReceived;
    if (entry.type === 'candidate-pair') sums.all += entry.bytesReceived ?? 0;
  }
  return sums;
}

/** Bits and processor time of plain and exact, interleaved. */
async function cost(name, start, row) {
  const figures = { plain: [], exact: [] };
  const noise = steal();
  for (let round = 0; round < 3; ++round)
    for (const pipeline of ['plain', 'exact'])
      await watch(start, { pipeline, set: { framerate: 30, ...(pipeline === 'exact' ? { runtime: 100 } : {}) } }, { size: { width: 1280, height: 800 } }, async (tab, server) => {
        const spent = () => cpuTimeOfOthers(server.pid);
        await tab.reports('5 s of frames', ({ frames }) => frames.decoded > 150);
        const [before, cpu] = [await tab.evaluate(received), spent()];
        await tab.reports('20 s of frames', ({ frames }) => frames.decoded > 150 + 600);
        const [after, later] = [await tab.evaluate(received), spent()];
        const seconds = (after.time - before.time) / 1000;
        figures[pipeline].push({
          video: (after.video - before.video) * 8 / seconds, all: (after.all - before.all) * 8 / seconds, cpu: (later - cpu) / seconds,
        });
      });
  const median = (pipeline, field) => percentile(figures[pipeline].map((run) => run[field]), 50);
  const ratio = median('exact', 'video') / median('plain', 'video');
  for (const [what, field, digits, unit, scale] of [['video', 'video', 0, 'kbit/s', 1e-3], ['all that is received', 'all', 0, 'kbit/s', 1e-3], ['processor time of the browser', 'cpu', 2, 'cores', 1]]) {
    const [plain, exact] = [median('plain', field) * scale, median('exact', field) * scale];
    row([name, what, `${plain.toFixed(digits)} ${unit}`, `${exact.toFixed(digits)} ${unit}`, (exact / plain).toFixed(3)],
      steal(noise).share, field !== 'video' || Math.abs(ratio - 1) <= 0.03);
  }
}

const parts = options.only.split(',');
const columns = ['what', 'browser', 'frames', 'mismatched', 'RTP and stamp disagree', 'stamp unreadable', 'results on their frame', 'share',
  'pictures with the circle off by more than 2 px', 'held back', 'overlay error', 'stamp read in', 'shown'];
const all = Object.entries(browsers);
if (parts.includes('methods')) {
  const row = table('Frames taken for another one, 640×360', ['browser', 'frames a second', 'matched by', 'frames', 'wrong', 'share']);
  for (const [name, start] of all) await methods(name, start, row);
}
if (parts.includes('long')) {
  const row = table('The exact view, 640×360 at 60 frames a second, a model of 100 ± 50 ms', columns);
  for (const [name, start] of all) await long('loopback', name, start, row, { pipeline: fastBall(), set: { ...fastSet, ...model } });
}
if (parts.includes('network')) {
  const row = table('The same on bad networks', columns);
  for (const [name, start] of all) await network(name, start, row);
}
if (parts.includes('cost')) {
  const row = table('plain.pipe and exact.pipe, 640×360 at 30 frames a second, 1 Mbit/s', ['browser', 'what', 'plain', 'exact', 'ratio']);
  for (const [name, start] of all) await cost(name, start, row);
}
if (missed > 0) process.stderr.write(`${missed} bars missed\n`);
process.exitCode = missed > 0 ? 1 : 0;
