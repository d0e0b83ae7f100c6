#!/usr/bin/env node
// SPDX-License-Identifier: LGPL-2.1-or-later
// Measures what a viewer gets through a slow link, of cv-launch and of a libwebrtc sender in turns. Prints a Markdown table and the
// goals, writes all runs as CSV and a plot of one link's (`--plot`) as SVG beside it, and fails when a goal is missed.
//
//   node bench/links.js [--only=free,400,250,120,60,steps] [--peers=ours,socket,libwebrtc,exact] [--browsers=Chromium,Firefox]
//                       [--pipeline=ball|people] [--seconds=20] [--rounds=1] [--csv=bench/results/links.csv] [--plot=steps]
//
// Needs root: servers and browser are in network namespaces, with a link between them that carries so many kbit/s from the server
// to the browser (tbf with `burst 10kb latency 300ms`: its queue holds 300 ms and 10 kB, 0.5 s at 400 kbit/s and 1.7 s at 60). `free`
// is not limited; `steps` falls from 2000 to 300 and rises again, after half of `seconds` each; `changes` (not by default) falls and
// rises in turns, every 5 s, for 10,000 frames. Else a connection is measured for `seconds` from its opening; of both senders the
// first 2 s are left out.
//
// `ours` is exact.pipe, its frames shown live by the page of bench/latency; `exact` is its exact view, in cv-launch's own player;
// `socket` is `ours` by WebSocket, for where no UDP passes; `told` is `ours` for a viewer that says what its link carries when it
// joins, as one does that was here before. `libwebrtc` begins
// where it likes to, and goes up to the same bit rate. The pages come past the link: so nothing is known of it when a connection
// opens, and what is measured is the video. Signalling, results and all else go through it. `people` is a street film, with a model
// that takes no time.
//
// A frame's capture time is its stamp, and it is shown when requestVideoFrameCallback calls (see bench/latency.js). Frames shown are
// those that the browser calls for, readable or not. A result's age is the time from its frame's capture to its arrival in the page;
// those that the server leaves out, because the link carries no more, have none. Mismatched are frames of the exact view whose RTP
// timestamp and stamp name different ones, or that were shown instead of others (once a second a stamp is read back). Which rung a viewer
// gets is what the server's `link` messages say, when they arrive; changes are counted from the 5th second on. kbit/s are of video that
// comes, probes too.
// CV_LAUNCH and GST_PLUGIN_PATH as for the tests; CV_FRAME_WRITER: the program of bench/peers.
import { appendFileSync, writeFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { browsers } from '../tests/lib/browsers.js';
import { limitedLink } from '../tests/lib/link.js';
import { steal } from '../tests/lib/proc.js';
import { pause } from '../tests/lib/wait.js';
import { CHANGES_FRAMES, LEFT_OUT_MS, exactFigures, figures } from './peers/link-figures.js';
import { sent, startLibwebrtc, startOurs, startPages } from './peers/link-peers.js';
import { linkSummary } from './peers/link-summary.js';
import { plotCourse } from './peers/plot-course.js';

const { values: options } = parseArgs({
  options: {
    only: { type: 'string', default: 'free,400,250,120,60,steps' },
    peers: { type: 'string', default: 'ours,socket,libwebrtc,exact' },
    browsers: { type: 'string', default: Object.keys(browsers).join() },
    pipeline: { type: 'string', default: 'ball' },
    seconds: { type: 'string', default: '20' },
    rounds: { type: 'string', default: '1' },
    csv: { type: 'string', default: 'bench/results/links.csv' },
    plot: { type: 'string', default: 'steps' },
  },
});
const length = Number(options.seconds) * 1000;
/** How often the page counts what came, in ms. */
const COURSE_MS = 200;
const columns = ['browser', 'link', 'round', 'peer', 'firstFrame', 'shown', 'p50', 'p95', 'gap', 'unreadable', 'bits', 'rung', 'changes', 'top', 'fall', 'rise',
  'results', 'age', 'onFrame', 'frames', 'mismatched', 'readBack', 'steal', 'load', 'failure'];

/** From one change to the next of a link that changes all the time, in ms. */
const CHANGES_MS = 5000;

/** What a link carries, in kbit/s, and from when on, in ms after the connection's opening. @param {string} name */
function courseOf(name) {
  if (name === 'changes') {
    const count = Math.ceil((LEFT_OUT_MS + 1.1 * CHANGES_FRAMES / 30 * 1000) / CHANGES_MS);
    return { rates: Array.from({ length: count }, (_, i) => ({ kbits: i % 2 ? 300 : 2000, from: i * CHANGES_MS })), length: count * CHANGES_MS };
  }
  const rates = { free: [Infinity], steps: [2000, 300, 2000] }[name] ?? [Number(name)];
  return { rates: rates.map((kbits, i) => ({ kbits, from: i * length / 2 })), length: rates.length > 1 ? rates.length * length / 2 : length };
}

const servers = { ours: startOurs, socket: startOurs, told: startOurs, exact: startOurs, libwebrtc: startLibwebrtc };

/** Changes the link as its course has it; when that was, in unix ms. @param {number} opened unix ms */
async function follow(link, { rates, length }, opened) {
  const turns = [];
  for (const { kbits, from } of rates.slice(1)) {
    await pause(opened + from - Date.now());
    link.set(kbits);
    turns.push(Date.now());
  }
  await pause(opened + length - Date.now());
  return turns;
}

/** Waits for the opening of the page's connection; when that was, in unix ms. */
async function openingOf(tab) {
  const { connect, now } = await tab.evaluate(() => window.bench.start());
  return Date.now() - (now - connect);
}

async function watchLive(tab, link, course) {
  const turns = await follow(link, course, await openingOf(tab));
  const report = JSON.parse(await tab.evaluate(() => window.bench.report()));
  const pageTurns = turns.map((time) => time - report.zero);
  return { ...figures(report, course.length, pageTurns), report, opened: report.first.connect };
}

async function watchExact(tab, link, course) {
  const opened = await openingOf(tab);
  const followed = follow(link, course, opened);
  await pause(opened + LEFT_OUT_MS - Date.now());
  const begin = await tab.report();
  await followed;
  return exactFigures(begin, await tab.report(), course.length - LEFT_OUT_MS);
}

/** One peer behind a link, in a tab of its own. */
async function measure(place, browser, peer, name) {
  const { link, pages } = place;
  const course = courseOf(name);
  const [{ kbits }] = course.rates;
  link.set(kbits);
  const server = await servers[peer](options.pipeline, link);
  try {
    await pause(1000);  // its source runs then
    const tab = await browser.newTab();
    try {
      const query = new URLSearchParams({
        peer: peer === 'libwebrtc' || peer === 'socket' ? peer : 'ours', server: server.url, cell: 8, address: link.browserAddress, course: COURSE_MS,
        ...(peer === 'libwebrtc' && { sent }), ...(peer === 'told' && { downlink: Math.min(kbits, 1e6) * 1000 }),
      });
      await tab.open(`${pages.url}/bench/peers/${peer === 'exact' ? 'exact' : 'page'}.html?${query}`);
      const result = await (peer === 'exact' ? watchExact : watchLive)(tab, link, course);
      if (tab.errors.length > 0) throw new Error(tab.errors.join('; '));
      return result;
    } finally {
      await tab.close();
    }
  } finally {
    await server.stop();
  }
}

/** The browser that runs; after a failure a new one, since it may have been the browser's. */
class Runner {
  #browser = null;

  constructor(name, place) {
    this.name = name;
    this.place = place;
  }

  async run(peer, link) {
    const noise = steal();
    let result;
    try {
      this.#browser ??= await browsers[this.name]({ prefix: this.place.link.browserPrefix });
      result = await measure(this.place, this.#browser, peer, link);
    } catch (error) {
      result = { failure: error.message.replaceAll(/[\s",]+/g, ' ').slice(0, 400) };
      await this.stop();
    }
    return { ...result, steal: 100 * steal(noise).share, load: loadavg()[0] };
  }

  async stop() {
    await this.#browser?.stop().catch(() => {});
    this.#browser = null;
  }
}

const text = (value) => (typeof value === 'number' ? (Number.isFinite(value) ? String(Math.round(value * 1000) / 1000) : '') : value ?? '');

/** All peers in turns, each time beginning with another one. */
async function* runs(name, place) {
  const runner = new Runner(name, place);
  const order = options.peers.split(',');
  try {
    for (const link of options.only.split(','))
      for (let round = 1; round <= Number(options.rounds); ++round) {
        for (const peer of order) yield { browser: name, link, round, peer, ...await runner.run(peer, link) };
        order.push(order.shift());
      }
  } finally {
    await runner.stop();
  }
}

async function all(place) {
  const done = [];
  writeFileSync(options.csv, `${columns}\n`);
  for (const name of options.browsers.split(','))
    for await (const run of runs(name, place)) {
      done.push(run);
      appendFileSync(options.csv, `${columns.map((column) => text(run[column]))}\n`);
      process.stderr.write(`${name} ${run.link} ${run.peer}: ${run.failure ?? `${run.shown.toFixed(1)} a second, ${text(run.p50)}, ${text(run.p95)} ms`}\n`);
    }
  return done;
}

for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(1));  // so that what it started ends too
const link = await limitedLink();
try {
  const pages = await startPages(link);
  const done = await all({ link, pages });
  await pages.stop();
  const { markdown, missed } = linkSummary(done, (name) => courseOf(name).length);
  const plotted = done.filter(({ link: name, report }) => name === options.plot && report);
  if (plotted.length > 0) writeFileSync(options.csv.replace(/(\.csv)?$/, '.svg'), plotCourse(plotted, courseOf(options.plot)));
  process.stdout.write(markdown);
  if (missed.length > 0) process.stderr.write(`missed:\n${missed.join('\n')}\n`);
  process.exitCode = missed.length > 0 ? 1 : 0;
} finally {
  await link.stop();
}
