#!/usr/bin/env node
// SPDX-License-Identifier: LGPL-2.1-or-later
// Measures what cv-launch costs as its audience grows, prints a Markdown table, and fails when a bar is missed.
//
//   node bench/growth.js [--only=viewers,sizes,slow,ladder,limit] [--viewers=1,10,50,100] [--seconds=30] [--group=10]
//                        [--reports]
//
// Viewers are cv-test-viewer, which decrypts but does not decode, and asks for lost packets, so that the server keeps what it sent.
// `group` of them share a process (in one each they take twice the processor time, and minutes to start); a group joins when the one
// before it watches. `slow` (as root): a third of 100 viewers has a link of 250 kbit/s each, beside the same with links that carry all;
// they say which packets came, as browsers do (all do with `reports`, which costs the server more, and viewers here too). `ladder`: one
// viewer with all encodings there, and with one, in turns. `limit` (not by default) adds viewers until one gets less than 99 % of the
// frames, or the source falls behind; the viewers take more than the server there. CV_LAUNCH, CV_TEST_VIEWER and GST_PLUGIN_PATH as for
// the tests; steal and load as in viewers.js.
import { readFileSync } from 'node:fs';
import { availableParallelism, loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { manyLinks } from '../tests/lib/link.js';
import { cpuTime, resident, steal, threads } from '../tests/lib/proc.js';
import { startServer } from '../tests/lib/server.js';
import { baseOf, startViewer } from '../tests/lib/viewer.js';
import { pause, percentile, until } from '../tests/lib/wait.js';

const { values: options } = parseArgs({
  options: {
    only: { type: 'string', default: 'viewers,sizes,slow,ladder' },
    viewers: { type: 'string', default: '1,10,50,100' },
    seconds: { type: 'string', default: '30' },
    group: { type: 'string', default: '10' },
    reports: { type: 'boolean', default: false },
  },
});
const seconds = Number(options.seconds);

const enough = { viewers: 100, share: 0.99, megabytes: 2 };
/** 15 frames a second: at 30, viewers that report take what two processors have left, and take that for a slow network. */
const slow = { count: 33, kbits: 250, share: 0.995, more: 0.1, set: { framerate: 15 } };
const clockRate = 90_000;  // ticks of a frame's id in a second
const framerate = 30;
const sizes = {
  small: { width: 640, height: 360, framerate, bitrate: 1_000_000 },
  hd: { width: 1280, height: 720, framerate, bitrate: 2_500_000 },
  fullHd: { width: 1920, height: 1080, framerate, bitrate: 4_000_000 },
};

const sum = (numbers) => numbers.reduce((total, number) => total + number, 0);

/** Memory of a process in MB: resident; without files, which it has to itself only until viewers load them: its share; its own. */
function memory(pid) {
  const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
  const megabytes = (name) => Number(rollup.match(new RegExp(`^${name}:\\s*(\\d+)`, 'm'))[1]) / 1024;
  return { rss: resident(pid) / 1024, pss: megabytes('Pss_Anon'), uss: megabytes('Private_Dirty') };
}

/** The newest report of each viewer of a process. */
const reports = (group) => [...new Map(group.lines.slice(-3 * group.size).map((line) => JSON.parse(line)).map((report) => [report.viewer, report])).values()];
const total = (groups, name) => sum(groups.flatMap(reports).map((report) => report[name]));

/**
 * Adds viewers to `groups`; how long it took in s until all watched.
 * @param {{prefix?: string[], addresses?: string[], more?: string[]}} [how] `prefix`: where they run; `addresses`: where they receive,
 *   one each or one for all; `more`: arguments
 */
async function join(server, count, groups, { prefix = [], addresses = [], more = [] } = {}) {
  const start = performance.now();
  for (let left = count; left > 0; left -= groups.at(-1).size) {
    const size = Math.min(left, Number(options.group));
    const group = await startViewer(server, ['--interval=1000', '--nack', '--list-frames', `--viewers=${size}`, ...more,
      ...Array.from({ length: Math.min(size, addresses.length) }, (_, i) => `--address=${addresses[(count - left + i) % addresses.length]}`)], prefix);
    groups.push(Object.assign(group, { size }));
    await until(`${size} viewers beside ${count - left}`, () => {
      if (!group.alive) throw new Error(`a viewer ended beside ${count - left}: ${group.stderr.trim()}`);
      return reports(group).filter(({ firstFrameMs }) => firstFrameMs >= 0).length === size;
    });
    process.stderr.write(`\r${count - left + size} of ${count} viewers `);
  }
  return (performance.now() - start) / 1000;
}

async function leave(groups) {
  groups.forEach((group) => group.signal('SIGTERM'));
  await until('the last reports', () => groups.every((group) => !group.alive || reports(group).every(({ final }) => final)));
  groups.forEach((group) => group.signal('SIGKILL'));  // the end of so many webrtcbins takes long
  return groups.flatMap(reports);
}

/**
 * The share that each viewer got of the frames that any of them got, over the same stretch: the last `seconds`. It goes to
 * the viewer's own end if that was no more than 2 s before the last one's.
 */
function sharesOf(lists) {
  const newest = Math.max(...lists.flatMap((ids) => ids.slice(-1)));
  const start = newest - seconds * clockRate;
  const sent = [...new Set(lists.flat())].filter((id) => id > start);
  const shares = lists.map((ids) => {
    const last = Math.max(...ids.slice(-1));
    const end = newest - last < 2 * clockRate ? last : newest;
    return ids.filter((id) => id > start && id <= end).length / sent.filter((id) => id <= end).length;
  });
  return { shares, perSecond: sent.length / seconds };
}

/** What happens in `length` s: cores that the server and its viewers took, packets a second, packets lost, the share that others took. */
async function during(length, server, groups) {
  const took = () => ({ time: performance.now() / 1000, server: cpuTime(server.pid), viewers: sum(groups.map(({ pid }) => cpuTime(pid))),
    packets: total(groups, 'packets'), lost: total(groups, 'lost'), stolen: steal() });
  const before = took();
  await pause(length * 1000);
  const after = took();
  const rate = (name) => (after[name] - before[name]) / (after.time - before.time);
  return { server: rate('server'), viewers: rate('viewers'), packets: rate('packets'), lost: after.lost - before.lost, stolen: steal(before.stolen).share };
}

const rows = [];
let missed = 0;

/** Adds a line to the table; whether all viewers got enough, of a source that kept its rate. */
async function bench(set, count) {
  const server = await startServer({ pipeline: 'plain', set, args: [`--max-viewers=${count}`] });
  const groups = [];
  let line, met = false, watched = false;
  try {
    await baseOf(server);  // what the first viewer loads stays
    const alone = await during(Math.min(10, seconds), server, []);
    const base = { ...memory(server.pid), threads: threads(server.pid) };
    const took = await join(server, count, groups, { more: options.reports ? ['--reports'] : [] });
    await pause(10_000);  // what was sent last is kept for retransmission
    const cost = await during(seconds, server, groups);
    const now = { ...memory(server.pid), threads: threads(server.pid) };
    const { shares, perSecond } = sharesOf((await leave(groups)).map(({ frameIds }) => frameIds ?? []));
    const each = (name) => (now[name] - base[name]) / count;
    const least = Math.min(...shares);
    met = least >= enough.share && each('rss') <= enough.megabytes;
    watched = Math.min(least, perSecond / set.framerate) >= enough.share;
    line = [`${took.toFixed(1)} s`, `${cost.server.toFixed(2)} (${alone.server.toFixed(2)} without)`, `${(1000 * (cost.server - alone.server) / count).toFixed(1)} ms`, cost.viewers.toFixed(2),
      ['rss', 'pss', 'uss'].map((name) => each(name).toFixed(2)).join(', '), each('threads').toFixed(1), perSecond.toFixed(2), (cost.packets / count).toFixed(0),
      `${(100 * least).toFixed(1)}, ${(100 * sum(shares) / shares.length).toFixed(2)} %`, cost.lost, `${(100 * cost.stolen).toFixed(1)} %`];
  } catch (error) {
    line = [error.message.split('\n')[0], ...Array(10).fill('')];
  } finally {
    groups.forEach((group) => group.signal('SIGKILL'));
    await server.stop().catch((error) => process.stderr.write(`${error.message}\n`));
  }
  const asked = count === enough.viewers && set === sizes.small;
  if (asked && !met) ++missed;
  rows.push(`| ${[`${set.width}×${set.height}, ${count}`, ...line, loadavg()[0].toFixed(1), asked ? (met ? 'yes' : '**no**') : ''].join(' | ')} |`);
  process.stderr.write(`\r${rows.at(-1)}\n`);
  return watched;
}

const ms = (cores) => (1000 * cores).toFixed(1);
const percent = (share, digits = 1) => `${(100 * share).toFixed(digits)} %`;

/** Says what was found, and whether the bars are met. @param {string} found @param {boolean} met */
function say(found, met) {
  if (!met) ++missed;
  process.stdout.write(`${found}: ${met ? 'met' : '**missed**'}\n`);
}

/** 67 viewers with a free link, and 33 with `kbits` each: the server's cores a viewer, the shares that the quick and the slow ones got. */
async function withSlow(kbits) {
  const links = await manyLinks(slow.count, kbits);
  const groups = { quick: [], slow: [] };
  const counts = { quick: enough.viewers - slow.count, slow: slow.count };
  const both = () => Object.values(groups).flat();
  const how = (addresses) => ({ prefix: links.viewerPrefix, addresses, more: ['--reports'] });
  const server = await startServer({ pipeline: 'plain', set: { ...sizes.small, ...slow.set }, prefix: links.serverPrefix,
    args: [`--host=${links.serverAddress}`, '--no-auth', `--max-viewers=${enough.viewers}`] });
  try {
    await pause(10_000);
    const alone = await during(Math.min(10, seconds), server, []);
    await join(server, counts.quick, groups.quick, how([links.free]));
    await join(server, counts.slow, groups.slow, how(links.limited));
    await pause(20_000);  // the slow ones have found their rungs, and what was sent last is kept for retransmission
    const packets = () => ['quick', 'slow'].map((name) => total(groups[name], 'packets') / counts[name]);
    const before = packets();
    const cost = await during(seconds, server, both());
    const rates = packets().map((count, i) => (count - before[i]) / seconds);
    const { shares } = sharesOf((await leave(both())).map(({ frameIds }) => frameIds ?? []));
    return { rates, each: (cost.server - alone.server) / enough.viewers, quick: shares.slice(0, counts.quick), slow: shares.slice(counts.quick), stolen: cost.stolen };
  } finally {
    both().forEach((group) => group.signal('SIGKILL'));
    await server.stop().catch((error) => process.stderr.write(`${error.message}\n`));
    await links.stop();
  }
}

async function benchSlow() {
  const free = await withSlow(Infinity);
  const limited = await withSlow(slow.kbits);
  const more = limited.each / free.each - 1;
  const least = Math.min(...limited.quick);
  const rates = ({ rates: [quick, limitedOne] }) => `${quick.toFixed(0)} and ${limitedOne.toFixed(0)}`;
  say(`${enough.viewers} viewers, ${slow.count} of them with ${slow.kbits} kbit/s each, beside all with free links:
  a viewer and second: ${ms(free.each)} → ${ms(limited.each)} ms of a processor, ${percent(more)} more (bar: < ${percent(slow.more)})
  frames of the worst quick one: ${percent(Math.min(...free.quick), 2)} → ${percent(least, 2)} (bar: ≥ ${percent(slow.share)}); of the slow ones, middle and worst: ${percent(percentile(limited.slow, 50))}, ${percent(Math.min(...limited.slow))}
  packets a second, of a quick and a slow one: ${rates(free)} → ${rates(limited)} (bar: a slow one ≤ 70 %, or its link limits nothing)
  steal ${percent(Math.max(free.stolen, limited.stolen))}`, more < slow.more && least >= slow.share && limited.rates[1] <= 0.7 * limited.rates[0]);
}

/** The server's cores with one viewer of the best encoding. */
async function withRungs(rungs) {
  const server = await startServer({ pipeline: 'plain', set: { ...sizes.small, rungs } });
  const groups = [];
  try {
    await join(server, 1, groups);
    await pause(5000);  // what nobody watches sleeps
    return await during(seconds, server, groups);
  } finally {
    groups.forEach((group) => group.signal('SIGKILL'));
    await server.stop();
  }
}

async function benchLadder() {
  const cores = { 1: [], 6: [] };
  let stolen = 0;
  for (let round = 0; round < 10; ++round)
    for (const rungs of round % 2 ? [6, 1] : [1, 6]) {
      const cost = await withRungs(rungs);
      cores[rungs].push(cost.server);
      stolen = Math.max(stolen, cost.stolen);
    }
  const [one, six] = [1, 6].map((rungs) => percentile(cores[rungs], 50));
  const all = (rungs) => cores[rungs].map(ms).join(', ');
  say(`one viewer of the best encoding, ms of a processor a second: with one encoding there ${ms(one)} (${all(1)}), with six ${ms(six)} (${all(6)})
  ${percent(six / one - 1)} more (bar: ≤ 2 %); steal ${percent(stolen)}`, six <= 1.02 * one);
}

const parts = options.only.split(',');
if (parts.includes('viewers')) for (const count of options.viewers.split(',').map(Number)) await bench(sizes.small, count);
if (parts.includes('sizes')) for (const size of [sizes.hd, sizes.fullHd]) for (const count of [1, 2, 4, 8]) await bench(size, count);
if (parts.includes('limit')) for (let count = 150; count <= 300 && await bench(sizes.small, count); count += 50);

const columns = ['picture, viewers', 'all watch after', 'server, cores', 'a viewer and second', 'viewers, cores', 'a viewer, MB: RSS, PSS, own',
  'threads', 'frames sent a second', 'packets', 'got by the worst, by all', 'packets lost', 'steal', 'load', `≥ ${100 * enough.share} %, ≤ ${enough.megabytes} MB`];
if (rows.length > 0) process.stdout.write([`| ${columns.join(' | ')} |`, `|${columns.map(() => '---').join('|')}|`, ...rows, ''].join('\n'));
if (parts.includes('slow')) await benchSlow();
if (parts.includes('ladder')) await benchLadder();
process.stderr.write(`${availableParallelism()} processors; ${missed} bars missed\n`);
process.exitCode = missed > 0 ? 1 : 0;
