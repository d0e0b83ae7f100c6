#!/usr/bin/env node
// SPDX-License-Identifier: LGPL-2.1-or-later
// Several streams of one cv-launch: what they cost. Prints Markdown tables, and fails when a bar is missed.
//
//   node bench/streams.js [--only=cameras,sleep,connections] [--tiles=1,8,24] [--viewers=1,10] [--seconds=20]
//
// cameras: eight simulated cameras, each with a detector, a browser that shows the wall and a second one that shows one of them.
// sleep: 24 streams that nobody watches, with --idle=stop, and what a stream takes before its pipeline.
// connections: viewers that count frames and decode none (their own time is not in the figures), one connection for all streams, as the wall has it, and a connection for each.
import { readFileSync, readdirSync } from 'node:fs';
import { loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { startChromium } from '../tests/lib/browsers.js';
import { request } from '../tests/lib/http.js';
import { cpuTime, descriptors, resident, steal, threads } from '../tests/lib/proc.js';
import { pipelineFile, startServer } from '../tests/lib/server.js';
import { startViewer } from '../tests/lib/viewer.js';
import { pause, percentile, until } from '../tests/lib/wait.js';

const { values: options } = parseArgs({
  options: {
    only: { type: 'string', default: 'cameras,sleep,connections' },
    tiles: { type: 'string', default: '1,8,24' },
    viewers: { type: 'string', default: '1,10' },
    seconds: { type: 'string', default: '20' },
  },
});
const numbers = (text) => text.split(',').map(Number);
const seconds = Number(options.seconds);
let missed = 0;

/** @param {string} figure @param {boolean} met */
function bar(figure, met) {
  if (!met) ++missed;
  return `${figure} ${met ? 'yes' : '**no**'}`;
}

const noise = (before) => `steal ${(100 * steal(before).share).toFixed(1)} %, load ${loadavg()[0].toFixed(1)}`;
const namesOf = (count) => Array.from({ length: count }, (_, i) => `s${i}`);
const small = 'videotestsrc is-live=true pattern=ball ! video/x-raw,format=I420,width=160,height=90,framerate=15/1 ! vp8enc deadline=1 cpu-used=8 keyframe-max-dist=1000 ! rtpvp8pay ! webrtcbin bundle-policy=max-bundle\n';

/** @param {string} file @param {number} count @param {string[]} [args] @param {object} [env] */
async function serverOf(file, count, args = [], env = {}) {
  const names = namesOf(count);
  const server = await startServer({ pipeline: `s0=${file}`, args: [...names.slice(1).map((name) => `--pipeline=${name}=${file}`), '--max-viewers=100', ...args], env });
  for (const name of names) await server.says(new RegExp(`${name}: live`));
  return server;
}

const metrics = async (server) => (await request(server, 'GET', '/metrics')).body.toString();
/** Of all streams together. */
const sum = async (server, name) => (await metrics(server)).split('\n').filter((line) => line.match(/^cv_launch_(\w+)/)?.[1] === name).reduce((all, line) => all + Number(line.split(' ').at(-1)), 0);

/** Processor time in seconds by what a thread does, as its name says. */
function byStage(pid) {
  const stages = { source: 0, detector: 0, encoder: 0, 'viewers and the rest': 0 };
  for (const task of readdirSync(`/proc/${pid}/task`)) {
    try {
      const stat = readFileSync(`/proc/${pid}/task/${task}/stat`, 'utf8');
      const name = stat.slice(stat.indexOf('(') + 1, stat.lastIndexOf(')'));
      const fields = stat.replace(/^.*\) /, '').split(' ');
      const stage = /^source/.test(name) ? 'source' : /^seen/.test(name) ? 'detector' : /^shown/.test(name) ? 'encoder' : 'viewers and the rest';
      stages[stage] += (Number(fields[11]) + Number(fields[12])) / 100;
    } catch {
      // it has just ended
    }
  }
  return stages;
}

/** Runs in the page: what each tile, or the one player, has shown. */
const shown = () => [...document.querySelectorAll('cv-player')].map((player) => {
  const { frames, latency, results } = player.report();
  return { shown: frames.shown, results: results.received, latency: latency?.median ?? null };
});

async function cameras() {
  const file = pipelineFile(`ballsrc name=source ! video/x-raw,width=640,height=360,framerate=15/1 ! tee name=t
  t. ! queue name=seen leaky=downstream max-size-buffers=1 ! videorate drop-only=true max-rate=5 ! circledetect ! fakesink name=results
  t. ! queue name=shown leaky=downstream max-size-buffers=2 ! videoconvert ! vp8enc deadline=1 cpu-used=8 keyframe-max-dist=1000 target-bitrate=1000000 ! rtpvp8pay ! webrtcbin bundle-policy=max-bundle`, 'camera.pipe');
  const server = await serverOf(file, 8);
  const browser = await startChromium();
  const [wall, one] = [await browser.newTab(), await browser.newTab()];
  const other = await startChromium();
  const single = await other.newTab();
  await one.close();
  await wall.open(server.url, { front: true });
  await single.open(`${server.url}s0/?mode=async`);
  const all = async () => [...await wall.evaluate(shown), ...await single.evaluate(shown)];
  await until('nine pictures', async () => {
    const now = await all();
    return now.length === 9 && now.every((tile) => tile.shown > 30);
  });
  const before = { all: await all(), at: performance.now(), stages: byStage(server.pid), cpu: cpuTime(server.pid), steal: steal() };
  const latencies = [];
  while (performance.now() - before.at < seconds * 1000) {
    await pause(1000);
    latencies.push(...(await all()).map(({ latency }) => latency).filter((latency) => latency !== null));
  }
  const now = await all();
  const took = (performance.now() - before.at) / 1000;
  const rates = now.map((tile, i) => (tile.shown - before.all[i].shown) / took);
  const results = now.map((tile, i) => (tile.results - before.all[i].results) / took);
  const stages = byStage(server.pid);
  console.log('\n| eight cameras of 640×360 at 15, a wall and one of them in another browser | |\n|---|---|');
  console.log(`| frames a second shown, of 15: the least and the median of nine pictures | ${Math.min(...rates).toFixed(1)}, ${percentile(rates, 50).toFixed(1)} |`);
  console.log(`| results a second, of 5 | ${Math.min(...results).toFixed(1)}, ${percentile(results, 50).toFixed(1)} |`);
  console.log(`| latency, median and 95 % | ${percentile(latencies, 50).toFixed(0)}, ${percentile(latencies, 95).toFixed(0)} ms |`);
  for (const [stage, time] of Object.entries(stages)) console.log(`| processors: ${stage} | ${((time - before.stages[stage]) / took).toFixed(3)} |`);
  console.log(`| processors of cv-launch | ${((cpuTime(server.pid) - before.cpu) / took).toFixed(2)} |\n| ${noise(before.steal)} | |`);
  await browser.stop();
  await other.stop();
  await server.stop();
}

async function sleep() {
  const file = pipelineFile(small, 'one.pipe');
  const server = await serverOf(file, 24, ['--idle=stop'], { CV_LAUNCH_IDLE_MS: '500' });
  await until('24 asleep', async () => await sum(server, 'asleep') === 24);
  await pause(2000);
  const before = { cpu: cpuTime(server.pid), at: performance.now(), steal: steal() };
  await pause(seconds * 1000);
  const share = (cpuTime(server.pid) - before.cpu) / ((performance.now() - before.at) / 1000);
  const wakes = [];
  for (const name of namesOf(5)) {
    const viewer = await startViewer({ socketUrl: `${server.url.replace(/^http/, 'ws')}${name}/ws` });
    const { firstFrameMs } = await viewer.reports('a frame', (report) => report.firstFrameMs >= 0);
    wakes.push(firstFrameMs);
    await viewer.stop();
  }
  console.log(`\n| 24 streams that nobody watches, --idle=stop | | |\n|---|---|---|\n| of a processor | ${bar(`${(100 * share).toFixed(2)} % | < 1 %:`, share < 0.01)} |`);
  console.log(`| from connecting to the first frame of one that sleeps, median of 5 | ${bar(`${percentile(wakes, 50).toFixed(0)} ms | ≤ 1000 ms:`, percentile(wakes, 50) <= 1000)} |`);
  const asleep = resident(server.pid);
  await server.stop();
  // the same with one: the first stream brings the libraries
  const alone = await serverOf(file, 1, ['--idle=stop'], { CV_LAUNCH_IDLE_MS: '500' });
  await until('it asleep', async () => await sum(alone, 'asleep') === 1);
  await pause(2000);
  const each = (asleep - resident(alone.pid)) / 23 / 1024;
  await alone.stop();
  console.log(`| memory for each more, its pipeline closed | ${bar(`${each.toFixed(2)} MB | < 10 MB:`, each < 10)} |\n| ${noise(before.steal)} | | |`);
}

/** @param {number} tiles @param {number} viewers @param {boolean} one whether each viewer has one connection for all */
async function connections(tiles, viewers, one) {
  const server = await serverOf(pipelineFile(small, 'one.pipe'), tiles);
  const before = { threads: threads(server.pid), descriptors: descriptors(server.pid), resident: resident(server.pid), steal: steal() };
  const begin = performance.now();
  const paths = one ? [`ws?streams=${namesOf(tiles)}`] : namesOf(tiles).map((name) => `${name}/ws?viewer=all`);
  const clients = await Promise.all(paths.map((path) => startViewer({ socketUrl: `${server.url.replace(/^http/, 'ws')}${path}` }, [`--viewers=${viewers}`])));
  await until('all of them', async () => await sum(server, 'viewers') >= viewers * tiles, { every: 20 });
  const all = performance.now() - begin;
  const from = { cpu: cpuTime(server.pid), at: performance.now(), sent: await sum(server, 'frames_sent_total') };
  await pause(seconds * 1000);
  const took = (performance.now() - from.at) / 1000;
  const cpu = (cpuTime(server.pid) - from.cpu) / took;
  const sent = (await sum(server, 'frames_sent_total') - from.sent) / took;
  const more = [threads(server.pid) - before.threads, descriptors(server.pid) - before.descriptors, ((resident(server.pid) - before.resident) / 1024).toFixed(0)];
  console.log(`| ${[tiles, viewers, one ? 'one' : 'one each', all.toFixed(0), `${sent.toFixed(0)} of ${15 * tiles * viewers}`, cpu.toFixed(2), ...more, noise(before.steal)].join(' | ')} |`);
  for (const client of clients) await client.stop();
  await server.stop();
}

if (options.only.includes('cameras')) await cameras();
if (options.only.includes('sleep')) await sleep();
if (options.only.includes('connections')) {
  console.log('\n| videos | viewers | connections | all connected, ms | frames sent a second | processors | threads more | descriptors more | MB more | |\n|---|---|---|---|---|---|---|---|---|---|');
  for (const tiles of numbers(options.tiles)) for (const viewers of numbers(options.viewers)) {
    await connections(tiles, viewers, true);
    if (tiles > 1) await connections(tiles, viewers, false);
  }
}
process.exitCode = missed === 0 ? 0 : 1;
