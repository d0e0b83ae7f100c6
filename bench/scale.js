#!/usr/bin/env node
// SPDX-License-Identifier: LGPL-2.1-or-later
// What a Janus between cv-launch and its viewers costs. Prints Markdown tables, and fails when a bar is missed.
//
//   node bench/scale.js [--only=latency,exact,viewers] [--seconds=20] [--rounds=3] [--frames=10000] [--browser=Chromium,Firefox] [--viewers=1,10,50,100,300]
//
// `latency`: one page with two players, one of which has its video from cv-launch and one from Janus, both live, for `seconds`. `exact`: the exact view
// by way of Janus, 60 frames a second, till `frames` were shown: is each result on its frame? `viewers`: what a server pays for each viewer, Janus or cv-launch itself, with
// the same client, which decrypts but does not decode (cv-test-viewer, ten in a process; a bridge speaks to Janus for it). They share two processors with their servers: the
// one that has nothing left is said.
//
// A frame's capture time is its stamp, and it is shown when requestVideoFrameCallback says that it is due on the screen. Needs `scripts/janus --unpack`; Janus takes its
// usual ports. CV_LAUNCH and GST_PLUGIN_PATH as for the tests.
import { readFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { browsers } from '../tests/lib/browsers.js';
import { bridgeTo, startJanus } from '../tests/lib/janus.js';
import { cpuTime, steal } from '../tests/lib/proc.js';
import { startServer } from '../tests/lib/server.js';
import { Site } from '../tests/lib/site.js';
import { startViewer } from '../tests/lib/viewer.js';
import { percentile, until } from '../tests/lib/wait.js';

const { values: options } = parseArgs({ options: { only: { type: 'string', default: 'latency,exact,viewers' }, viewers: { type: 'string', default: '1,10,50,100,300' }, frames: { type: 'string', default: '10000' }, seconds: { type: 'string', default: '20' }, rounds: { type: 'string', default: '3' }, browser: { type: 'string', default: 'Chromium,Firefox' } } });
/** By how many ms Janus may make frames older, at the median. */
const bar = 5;
const warmUp = 3000;

/** Runs in the page: from now on the age of each frame that a player shows. */
function watch() {
  for (const player of document.querySelectorAll('cv-player')) {
    const video = player.shadowRoot.querySelector('video');
    const canvas = Object.assign(document.createElement('canvas'), { height: STAMP_ROWS });
    const context = canvas.getContext('2d', { willReadFrequently: true });
    player.ages = [];
    const onFrame = (now, { expectedDisplayTime, width, height }) => {
      video.requestVideoFrameCallback(onFrame);
      canvas.width = width;
      context.drawImage(video, 0, stampTop(height), width, STAMP_ROWS, 0, 0, width, STAMP_ROWS);
      const { data } = context.getImageData(0, 0, width, STAMP_ROWS);
      const id = readStamp({ data, offset: 1, stride: 4 * width, step: 4, width }, 8);
      const { stream } = document.querySelector('#direct').report();
      if (id !== null) player.ages.push(performance.timeOrigin + Math.max(now, expectedDisplayTime) - stream.epoch - id / 90);
    };
    video.requestVideoFrameCallback(onFrame);
  }
}

/** Runs in the page. */
const states = () => [...document.querySelectorAll('cv-player')].map((player) => player.report?.().state);
const exactOf = () => document.querySelector('cv-player').report();
const agesOf = (id) => document.querySelector(`#${id}`).ages;

const site = new Site();
const stamp = readFileSync(new URL('../web/core/stamp.js', import.meta.url), 'utf8').replaceAll('export ', '');
const player = (id, src, attributes) => `<cv-player id="${id}" src="${src}" ${attributes} style="width: 320px"></cv-player>`;
const pageOf = (...players) => `<!DOCTYPE html><title>Direct and by Janus</title><script>${stamp}</script><script type="module" src="/cv-player.js"></script>${players.join('')}`;
const byJanus = 'janus:ws://127.0.0.1:8188#stream=1';
const pause = (ms) => new Promise((resolve) => { setTimeout(resolve, ms); });
const noise = (before) => `${(100 * steal(before).share).toFixed(1)} %, ${loadavg()[0].toFixed(1)}`;
let missed = 0;
/** @param {boolean} met */
const verdict = (met) => {
  if (!met) ++missed;
  return met ? 'yes' : '**no**';
};

/** A tab with these players, all of which play. */
async function play(browser) {
  const tab = await browser.newTab();
  await tab.open(site.origin);
  await until('all to play', async () => (await tab.evaluate(states)).every((state) => state === 'playing'));
  return tab;
}

const parts = {
  async latency(browser, name, server) {
    site.page = pageOf(player('direct', server.url, 'mode="async" overlay="none"'), player('janus', byJanus, 'mode="async" overlay="none"'));
    const before = steal();
    const ages = { direct: [], janus: [] };
    for (let round = 0; round < Number(options.rounds); ++round) {
      const tab = await play(browser);
      await pause(warmUp);
      await tab.evaluate(watch);
      await pause(1000 * Number(options.seconds));
      for (const way of Object.keys(ages)) ages[way].push(...await tab.evaluate(agesOf, way));
      await tab.close();
    }
    const more = percentile(ages.janus, 50) - percentile(ages.direct, 50);
    const cells = Object.values(ages).map((all) => `${all.length}, ${percentile(all, 50).toFixed(1)}, ${percentile(all, 95).toFixed(1)} ms`);
    return `| ${name} | ${cells.join(' | ')} | ${more.toFixed(1)} ms: ${verdict(more <= bar)} | ${noise(before)} |`;
  },
  async exact(browser, name) {
    site.page = pageOf(player('janus', byJanus, 'mode="exact"'));
    const before = steal();
    const tab = await play(browser);
    const { frames, results } = await until(`${options.frames} frames`, async () => {
      const { exact } = await tab.evaluate(exactOf);
      return exact.frames.shown >= Number(options.frames) && exact;
    }, { every: 1000, limit: 3_600_000 });
    await tab.close();
    const { shown, mismatched, readBack, unreadable } = frames;
    return `| ${name} | ${shown} | ${mismatched} of ${readBack} that were read again: ${verdict(mismatched === 0)} | ${unreadable} | ${results.onFrame}, ${results.late}, ${results.unseen} | ${noise(before)} |`;
  },
};
const sum = (numbers) => numbers.reduce((total, number) => total + number, 0);
const groupOf = 10;

/** The newest report of each viewer of a process. */
const reports = (group) => [...new Map(group.lines.slice(-3 * groupOf).map((line) => JSON.parse(line)).map((report) => [report.viewer, report])).values()];

/** So many viewers of one server: a line of the table. @param {{socketUrl: string, pid: number}} server */
async function withViewers(name, server, count) {
  const groups = [];
  try {
    const before = steal();
    for (let left = count; left > 0; left -= groupOf) {
      const size = Math.min(left, groupOf);
      const group = await startViewer(server, ['--interval=1000', '--nack', `--viewers=${size}`]);
      groups.push(group);
      await until(`${size} viewers beside ${count - left}`, () => reports(group).filter(({ firstFrameMs }) => firstFrameMs >= 0).length === size, { limit: 60_000 });
      process.stderr.write(`\r${name}: ${count - left + size} of ${count} viewers `);
    }
    await pause(warmUp);
    const now = () => ({ time: performance.now() / 1000, server: cpuTime(server.pid), viewers: sum(groups.map(({ pid }) => cpuTime(pid))), packets: sum(groups.flatMap(reports).map(({ packets }) => packets)) });
    const first = now();
    await pause(1000 * Number(options.seconds));
    const last = now();
    const rate = (what) => (last[what] - first[what]) / (last.time - first.time);
    return `| ${name}, ${count} | ${rate('server').toFixed(2)} | ${(1000 * rate('server') / count).toFixed(1)} ms | ${rate('viewers').toFixed(2)} | ${(rate('packets') / count).toFixed(0)} | ${noise(before)} |`;
  } catch (error) {
    return `| ${name}, ${count} | ${error.message.split('\n')[0]} |||||`;
  } finally {
    groups.forEach((group) => group.signal('SIGKILL'));  // the end of so many webrtcbins takes long
    await Promise.all(groups.map(({ exited }) => exited));
  }
}

async function compareViewers() {
  console.log('| 640×360 at 30 frames a second: server, viewers | server, processors | a viewer and second | viewers, processors | packets a viewer and second | steal, load |\n|---|---|---|---|---|---|');
  const across = await bridgeTo(byJanus);
  const server = await startServer({ pipeline: 'janus', args: ['--max-viewers=1000'] });
  const servers = { Janus: { socketUrl: across.socketUrl, pid: janus.pid }, 'cv-launch': server };
  for (const count of options.viewers.split(',').map(Number)) for (const [name, one] of Object.entries(servers)) console.log(await withViewers(name, one, count));
  await server.stop();
  across.close();
}

const heads = {
  latency: '| browser | direct: frames, median, p95 | by Janus: frames, median, p95 | more, median (≤ 5 ms) | steal, load |\n|---|---|---|---|---|',
  exact: '| browser | frames shown | on another frame (0) | without a readable stamp | results on their frame, late, whose frame was not shown | steal, load |\n|---|---|---|---|---|---|',
};

await site.listen();
const janus = await startJanus();
try {
  for (const part of options.only.split(',')) {
    if (part === 'viewers') {
      await compareViewers();
      continue;
    }
    const server = await startServer({ pipeline: 'janus', set: part === 'exact' ? { framerate: 60 } : {}, args: [`--allow-origin=${site.origin}`] });
    console.log(heads[part]);
    for (const name of options.browser.split(',')) {
      const browser = await browsers[name]();
      console.log(await parts[part](browser, name, server));
      await browser.stop();
    }
    await server.stop();
  }
} finally {
  await janus.stop();
  await site.close();
}
process.exitCode = missed > 0 ? 1 : 0;
