#!/usr/bin/env node
// SPDX-License-Identifier: LGPL-2.1-or-later
// Several streams of one cv-launch: what they cost, and whether a viewer of many has one connection or many. Prints Markdown tables.
//
//   node bench/streams.js [--only=connections] [--tiles=1,8,24] [--viewers=1,10] [--seconds=10]
//
// "One": a single webrtcbin with so many videos, which is one stream of cv-launch. "Many": as many streams of one video each, and as many
// connections. The viewers are cv-test-viewers, which count frames and decode none; their own time is not in the figures.
import { loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { request } from '../tests/lib/http.js';
import { cpuTime, descriptors, resident, steal, threads } from '../tests/lib/proc.js';
import { pipelineFile, startServer } from '../tests/lib/server.js';
import { startViewer } from '../tests/lib/viewer.js';
import { pause, until } from '../tests/lib/wait.js';

const { values: options } = parseArgs({
  options: {
    only: { type: 'string', default: 'connections' },
    tiles: { type: 'string', default: '1,8,24' },
    viewers: { type: 'string', default: '1,10' },
    seconds: { type: 'string', default: '10' },
  },
});
const numbers = (text) => text.split(',').map(Number);

const video = 'videotestsrc is-live=true pattern=ball ! video/x-raw,format=I420,width=160,height=90,framerate=15/1 ! vp8enc deadline=1 cpu-used=8 keyframe-max-dist=1000 ! rtpvp8pay';

/** A server of so many videos. @param {'one'|'many'} way @param {number} tiles */
async function serverOf(way, tiles) {
  const names = Array.from({ length: tiles }, (_, i) => `s${i}`);
  if (way === 'many') {
    const file = pipelineFile(`${video} ! webrtcbin bundle-policy=max-bundle\n`, 'one.pipe');
    const server = await startServer({ pipeline: `s0=${file}`, args: [...names.slice(1).map((name) => `--pipeline=${name}=${file}`), '--max-viewers=100'] });
    for (const name of names) await server.says(new RegExp(`${name}: live`));
    return { server, sockets: names.map((name) => `${server.url.replace(/^http/, 'ws')}${name}/ws?viewer=all`) };
  }
  const file = pipelineFile(`webrtcbin name=viewers bundle-policy=max-bundle\n${names.map(() => `${video} ! viewers.`).join('\n')}\n`, 'all.pipe');
  const server = await startServer({ pipeline: file, args: ['--max-viewers=100'] });
  return { server, sockets: [server.socketUrl] };
}

const metric = async (server, name) => {
  const text = (await request(server, 'GET', '/metrics')).body.toString();
  return text.split('\n').filter((line) => line.match(/^cv_launch_(\w+)/)?.[1] === name).reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
};

async function connections(way, tiles, viewers) {
  const { server, sockets } = await serverOf(way, tiles);
  const before = { threads: threads(server.pid), descriptors: descriptors(server.pid), resident: resident(server.pid) };
  const noise = steal();
  const begin = performance.now();
  const clients = await Promise.all(sockets.map((socketUrl) => startViewer({ socketUrl }, [`--viewers=${viewers}`])));
  const wanted = viewers * sockets.length;
  await until('all of them', async () => await metric(server, 'viewers') >= wanted, { every: 20 });
  const all = performance.now() - begin;
  const from = { cpu: cpuTime(server.pid), at: performance.now(), sent: await metric(server, 'frames_sent_total') };
  await pause(Number(options.seconds) * 1000);
  const seconds = (performance.now() - from.at) / 1000;
  const row = {
    cpu: (cpuTime(server.pid) - from.cpu) / seconds, sent: (await metric(server, 'frames_sent_total') - from.sent) / seconds,
    threads: threads(server.pid) - before.threads, descriptors: descriptors(server.pid) - before.descriptors, resident: (resident(server.pid) - before.resident) / 1024,
  };
  console.log(`| ${way} | ${tiles} | ${viewers} | ${all.toFixed(0)} | ${row.sent.toFixed(0)} of ${15 * tiles * viewers} | ${row.cpu.toFixed(2)} | ${row.threads} | ${row.descriptors} | ${row.resident.toFixed(0)} | ${(100 * steal(noise).share).toFixed(1)} % | ${loadavg()[0].toFixed(1)} |`);
  for (const client of clients) await client.stop();
  await server.stop();
}

if (options.only.includes('connections')) {
  console.log('| connections | videos | viewers | all connected, ms | frames sent a second | processors of cv-launch | threads more | descriptors more | MB more | steal | load |\n|---|---|---|---|---|---|---|---|---|---|---|');
  for (const tiles of numbers(options.tiles))
    for (const viewers of numbers(options.viewers))
      for (const way of /** @type {const} */ (['one', 'many'])) await connections(way, tiles, viewers);
}
