#!/usr/bin/env node
// SPDX-License-Identifier: LGPL-2.1-or-later
// Measures how soon who wants to watch has a picture while strangers connect all the time and never watch. Needs root: strangers are in a
// network namespace with some addresses of their own. Fails when a viewer waits for too long.
//
//   node bench/strangers.js [--per-second=200] [--addresses=3] [--tries=50] [--browsers=Chromium,Firefox]
//
// The time is from the player's first step to its first frame; with --per-second=0 nobody else comes: what the token and TLS cost. CV_LAUNCH and
// GST_PLUGIN_PATH as for the tests.
import { loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { browsers } from '../tests/lib/browsers.js';
import { selfSigned } from '../tests/lib/certificates.js';
import { manyLinks } from '../tests/lib/link.js';
import { cpuTime, steal } from '../tests/lib/proc.js';
import { startServer } from '../tests/lib/server.js';
import { startStrangers } from '../tests/lib/strangers.js';
import { percentile } from '../tests/lib/wait.js';

const { values: options } = parseArgs({
  options: {
    'per-second': { type: 'string', default: '200' },
    addresses: { type: 'string', default: '3' },
    tries: { type: 'string', default: '50' },
    browsers: { type: 'string', default: Object.keys(browsers).join() },
  },
});
const longest = 1000;

/** The times to the first frame, in ms; Infinity where it took a second attempt; and the server's processors. */
async function measure(name, { args, tls }) {
  const links = await manyLinks(Number(options.addresses), Infinity);
  const stops = [links.stop];
  try {
    const server = await startServer({ prefix: links.serverPrefix, args: [`--host=${links.serverAddress}`, ...args], tls });
    stops.push(() => server.stop());
    const browser = await browsers[name]({ prefix: links.viewerPrefix, anyCertificate: true });
    stops.push(() => browser.stop());
    const perSecond = Number(options['per-second']);
    const strangers = perSecond > 0 ? await startStrangers(links, server, perSecond) : null;
    stops.push(() => strangers?.stop());
    const [url] = await server.says(/https?:\S+/);
    const times = [];
    const [began, used] = [performance.now(), cpuTime(server.pid)];
    for (let n = 0; n < Number(options.tries); ++n) {
      const tab = await browser.newTab();
      const { attempt, firstFrame } = await tab.watch(url);
      times.push(attempt === 1 ? firstFrame : Infinity);
      await tab.close();
    }
    return { times, cores: 1000 * (cpuTime(server.pid) - used) / (performance.now() - began), strangers: strangers?.lines.at(-1) ?? 'none' };
  } finally {
    while (stops.length > 0) await stops.pop()();
  }
}

let missed = 0;
process.stdout.write('| browser | server | first frame, ms: median, longest | in time | server’s processors | strangers | steal, load |\n|---|---|---|---|---|---|---|\n');
const tls = await selfSigned();
const servers = [{ args: ['--no-auth'] }, { args: ['--auth'] }, { args: ['--auth'], tls }];
for (const name of options.browsers.split(','))
  for (const how of servers) {
    const noise = steal();
    const { times, cores, strangers } = await measure(name, how);
    const inTime = times.filter((time) => time <= longest).length;
    missed += times.length - inTime;
    process.stdout.write(`| ${[name, `\`${how.args}${how.tls ? ' --cert' : ''}\``, `${percentile(times, 50).toFixed(0)}, ${Math.max(...times).toFixed(0)}`, `${inTime} of ${times.length}`,
      cores.toFixed(2), strangers, `${(100 * steal(noise).share).toFixed(1)} %, ${loadavg()[0].toFixed(1)}`].join(' | ')} |\n`);
  }
process.exitCode = missed > 0 ? 1 : 0;
