#!/usr/bin/env node
// SPDX-License-Identifier: LGPL-2.1-or-later
// Measures how long live video takes from its capture until a browser shows it, for cv-launch and for what else people
// use, one after the other in turns. Prints Markdown tables, writes all runs as CSV and a plot as SVG beside it, and fails when
// a bar is missed in Chromium.
//
//   bench/latency [--peers=ours,socket,aiortc,libwebrtc,webrtcbin,mjpeg,base64] [--sizes=640x360,1280x720,1920x1080]
//                 [--rates=25,30,60,100] [--browsers=Chromium,Firefox] [--seconds=8] [--rounds=2] [--csv=bench/results/latency.csv]
//
// `socket` is ours by WebSocket, for where no UDP passes.
//
// A frame's capture time is its stamp, read from the pixels that are shown; it is shown when requestVideoFrameCallback calls
// (a picture: when the page looks before a repaint; a frame that the page draws: before the next one). It was received when the browser says so, with its last packet; when it
// left our encoder and our server, cv-launch says. What results take is measured with async.pipe and cv-launch's own page.
// The floor is our encoder's time for a frame, the browser's to decode it,
// and half the time between two repaints. Single runs can be below it: at 30 and 60 frames a second, of the screen's own
// beat, a run keeps the phase to the repaints that it happened to begin with, and a browser that has nothing else to do may
// repaint at once. CV_LAUNCH and GST_PLUGIN_PATH as for the tests; CV_FRAME_WRITER: the program of bench/peers.
import { appendFileSync, writeFileSync } from 'node:fs';
import { loadavg, networkInterfaces } from 'node:os';
import { parseArgs } from 'node:util';
import { browsers } from '../tests/lib/browsers.js';
import { cpuTimeOfOthers, cpuTimeOfTree, steal } from '../tests/lib/proc.js';
import { startServer } from '../tests/lib/server.js';
import { pause, percentile, until } from '../tests/lib/wait.js';
import { servePage } from './peers/page_server.js';
import { plot } from './peers/plot.js';
import { encodeTimes, peers, quarters } from './peers/start.js';
import { summary } from './peers/summary.js';

const { values: options } = parseArgs({
  options: {
    peers: { type: 'string', default: Object.keys(peers).join() },
    sizes: { type: 'string', default: '640x360,1280x720,1920x1080' },
    rates: { type: 'string', default: '25,30,60,100' },
    browsers: { type: 'string', default: Object.keys(browsers).join() },
    seconds: { type: 'string', default: '8' },
    rounds: { type: 'string', default: '2' },
    csv: { type: 'string', default: 'bench/results/latency.csv' },
  },
});
const seconds = Number(options.seconds);
const warmUp = 2000;
const columns = ['browser', 'size', 'rate', 'round', 'peer', 'frames', 'p50', 'p95', 'firstSecond', 'shown', 'decoded', 'skipped', 'bits',
  'fromNavigation', 'fromConnect', 'serverCpu', 'browserCpu', 'lost', 'dropped', 'unreadable', 'encoded', 'sent', 'received', 'decode', 'repaint',
  'delivered', 'drawn', 'drawnP95', 'steal', 'load', 'failure'];

/** What all peers are to send. */
function video(size, rate) {
  const [width, height] = size.split('x').map(Number);
  const bitrate = height > 720 ? 5_000_000 : height > 360 ? 2_500_000 : 1_000_000;
  return { width, height, rate: Number(rate), bitrate };
}

/** The machine's main address: neither Firefox nor aiortc use loopback for media. */
const address = Object.values(networkInterfaces()).flat().find(({ family, internal }) => family === 'IPv4' && !internal)?.address ?? '127.0.0.1';

/** What is counted outside of the page, and at which of our own times: the bytes of a server that knows no WebRTC, processor time. */
async function countsOf(server, page) {
  const bytes = page.bytes ?? Number(await (await fetch(`${server.url}/sent`)).text());
  const now = performance.now();
  return { ...page, bytes, bytesAt: page.bytes === undefined ? now : page.at, cpuAt: now, serverCpu: cpuTimeOfTree(server.pid), browserCpu: cpuTimeOfOthers(server.pid) };
}

/** Figures of what a page saw from `begin` to `end`. */
function figures({ rate }, begin, { counts: end, drift, frames, first, delays, repaint }) {
  if (Math.abs(drift) > 1) throw new Error(`the system's clock was moved by ${drift.toFixed(1)} ms`);
  const measured = frames.filter(({ at }) => at >= begin.at && at < end.at);
  const early = frames.filter(({ at }) => at < first.shown + 1000);
  if (measured.length < 2) throw new Error(`${measured.length} stamps read, ${end.unreadable - begin.unreadable} unreadable`);
  const latencies = measured.map(({ latency }) => latency);
  const spanned = ((measured.at(-1).id - measured[0].id) >>> 0) / 90_000 * quarters(rate) / 4;
  const per = (name, time = 'at') => (end[name] - begin[name]) / ((end[time] - begin[time]) / 1000);
  const count = (name) => end[name] - begin[name];
  return {
    frames: measured.length, p50: percentile(latencies, 50), p95: percentile(latencies, 95),
    firstSecond: percentile(early.map(({ latency }) => latency), 50), shown: measured.length / ((end.at - begin.at) / 1000),
    decoded: per('decoded'), skipped: Math.max(0, Math.round(spanned) + 1 - measured.length), bits: per('bytes', 'bytesAt') * 8,
    fromNavigation: first.shown, fromConnect: first.shown - first.connect, serverCpu: per('serverCpu', 'cpuAt'), browserCpu: per('browserCpu', 'cpuAt'),
    lost: count('lost'), dropped: count('dropped'), unreadable: count('unreadable'), ...delays,
    received: percentile(measured.map(({ received }) => received).filter(Number.isFinite), 50),
    decode: count('decodeTime') / count('decoded') * 1000, repaint,
  };
}

/** One peer in a tab of its own. */
async function measure(browser, page, peer, setup) {
  const server = await peers[peer](setup);
  try {
    const tab = await browser.newTab();
    try {
      await tab.open(`${page}?${new URLSearchParams({ peer, server: server.url, cell: setup.width >= 832 ? 16 : 8, address })}`);
      await until('the first frames', () => tab.evaluate((time) => window.bench.playing() > time, warmUp), { limit: 30_000, every: 200 })
        .catch((error) => { throw new Error([error.message, ...tab.errors, server.stderr.slice(-300)].join('; ')); });
      const begin = await countsOf(server, await tab.evaluate(() => window.bench.begin()));
      await pause(seconds * 1000);
      const report = JSON.parse(await tab.evaluate(() => window.bench.end()));
      return figures(setup, begin, { ...report, counts: await countsOf(server, report.counts) });
    } finally {
      await tab.close();
    }
  } finally {
    await server.stop();
  }
}

/** From the end of an inference to its result in the page, and to its being drawn over the video. */
async function measureResults(browser, { rate: framerate, ...video }) {
  const server = await startServer({ pipeline: 'async', set: { ...video, framerate } });
  try {
    const tab = await browser.newTab();
    try {
      await tab.watch(server.url);
      await pause(warmUp + seconds * 1000);
      const { results: { received, delivery, drawn } } = await tab.reports('results drawn', ({ results }) => results.delivery && results.drawn);
      return { frames: received, delivered: delivery.p95, drawn: drawn.median, drawnP95: drawn.p95 };
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

  constructor(name, page) {
    this.name = name;
    this.page = page;
  }

  async run(peer, setup) {
    const noise = steal();
    let result;
    try {
      if (peer === 'encoder') result = await encodeTimes(setup, Math.min(seconds, 4));
      else if (peer === 'results') result = await measureResults(this.#browser ??= await browsers[this.name](), setup);
      else result = await measure(this.#browser ??= await browsers[this.name](), this.page, peer, setup);
    } catch (error) {
      result = { failure: error.message.replaceAll(/\s+/g, ' ').replaceAll(/[",]/g, ' ') };
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

/** All peers, the encoder and results in turns, each time beginning with another one. */
async function* runs(name, page) {
  const runner = new Runner(name, page);
  const order = [...options.peers.split(','), 'encoder', 'results'];
  try {
    for (const size of options.sizes.split(','))
      for (const rate of options.rates.split(','))
        for (let round = 1; round <= Number(options.rounds); ++round) {
          for (const peer of order) yield { browser: name, size, rate: Number(rate), round, peer, ...await runner.run(peer, video(size, rate)) };
          order.push(order.shift());
        }
  } finally {
    await runner.stop();
  }
}

const page = await servePage();
const all = [];
writeFileSync(options.csv, `${columns}\n`);
for (const name of options.browsers.split(','))
  for await (const run of runs(name, page)) {
    all.push(run);
    appendFileSync(options.csv, `${columns.map((column) => text(run[column]))}\n`);
    process.stderr.write(`${name} ${run.size} ${run.rate}/s ${run.peer}: ${run.failure ?? `${(run.p50 ?? run.delivered).toFixed(1)} ms`}\n`);
  }
const { markdown, missed } = summary(all, options.peers.split(','));
writeFileSync(options.csv.replace(/(\.csv)?$/, '.svg'), plot(all, options.peers.split(',')));
process.stdout.write(markdown);
if (missed > 0) process.stderr.write(`${missed} bars missed\n`);
process.exitCode = missed > 0 ? 1 : 0;
