// SPDX-License-Identifier: LGPL-2.1-or-later
// Markdown tables of bench/latency's runs.
import { execFileSync } from 'node:child_process';
import { cpus } from 'node:os';
import { percentile } from '../../tests/lib/wait.js';

/** Ours is to take no more than so many times the other's latency, in Chromium. */
const bars = { aiortc: 0.4, libwebrtc: 0.6, floor: 1.3 };
const programs = { Chromium: '/usr/bin/chromium', Firefox: '/usr/bin/firefox-esr' };

const version = (name) => execFileSync(programs[name], ['--version'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
const number = (value, digits) => (Number.isFinite(value) ? value.toFixed(digits) : '–');
const line = (cells) => `| ${cells.join(' | ')} |\n`;
const heading = (cells) => line(cells) + `|${'---|'.repeat(cells.length)}\n`;

/** What is measured of one size and rate in one browser: medians over the rounds. */
class Cell {
  constructor(runs) {
    this.runs = runs;
    const [{ browser, size, rate }] = runs;
    Object.assign(this, { browser, size, rate });
  }

  median(peer, column) {
    const values = this.runs.filter((run) => run.peer === peer).map((run) => run[column]).filter(Number.isFinite);
    return values.length > 0 ? percentile(values, 50) : NaN;
  }

  /** The least and the most that a round gave: at 30 and 60 frames a second the phase to the repaints decides. */
  range(peer) {
    const values = this.runs.filter((run) => run.peer === peer && !run.failure).map((run) => run.p50);
    return values.length > 0 ? `${number(Math.min(...values), 1)} to ${number(Math.max(...values), 1)}` : '–';
  }

  get floor() { return this.median('encoder', 'p50') + this.median('ours', 'decode') + this.median('ours', 'repaint') / 2; }

  failures(peer) { return this.runs.filter((run) => run.peer === peer && run.failure).length; }

  latency(peer) {
    const reached = this.median(peer, 'shown');
    const possible = Math.min(this.rate, 1000 / this.median(peer, 'repaint'));
    const notes = [reached < 0.95 * possible ? `at ${number(reached, 0)}/s` : '', this.failures(peer) ? `${this.failures(peer)} failed` : ''];
    return [`${number(this.median(peer, 'p50'), 1)} (${number(this.median(peer, 'p95'), 1)})`, ...notes].filter(Boolean).join(' ');
  }

  /** @returns {{text: string, missed: boolean}} */
  ratio(peer) {
    const ratio = this.median('ours', 'p50') / (peer === 'floor' ? this.floor : this.median(peer, 'p50'));
    const missed = this.browser === 'Chromium' && !(ratio <= bars[peer]) && (Number.isFinite(ratio) || peer === 'floor');
    return { text: `${number(ratio, 2)}${missed ? ' **missed**' : ''}`, missed };
  }
}

function cellsOf(runs) {
  const groups = new Map();
  for (const run of runs) {
    const key = `${run.size} ${run.rate}`;
    groups.set(key, [...groups.get(key) ?? [], run]);
  }
  return [...groups.values()].map((group) => new Cell(group));
}

function latencies(cells, peers) {
  const compared = peers.includes('ours') ? Object.keys(bars).filter((peer) => peer === 'floor' || peers.includes(peer)) : [];
  let missed = 0;
  const rows = cells.map((cell) => {
    const ratios = compared.map((peer) => cell.ratio(peer));
    missed += ratios.filter((ratio) => ratio.missed).length;
    return line([cell.size.replace('x', '×'), cell.rate, ...peers.map((peer) => cell.latency(peer)), number(cell.floor, 1), ...ratios.map(({ text }) => text),
      `${number(percentile(cell.runs.map((run) => run.steal), 50), 1)} %, ${number(percentile(cell.runs.map((run) => run.load), 50), 1)}`]);
  });
  const columns = ['size', 'frames a second', ...peers, 'floor', ...compared.map((peer) => `ours / ${peer} (≤ ${bars[peer]})`), 'steal, load'];
  return { markdown: heading(columns) + rows.join(''), missed };
}

function costs(cells, peers) {
  const columns = ['size', 'frames a second', 'peer', 'shown, decoded a second', 'skipped', 'first frame from navigation, from connecting, ms',
    'latency of the rounds, ms', 'in the first second, ms', 'kbit/s', 'processors: server, browser', 'lost, dropped, unreadable'];
  const rows = cells.flatMap((cell) => peers.map((peer) => {
    const of = (column, digits = 0, scale = 1) => number(cell.median(peer, column) * scale, digits);
    return line([cell.size.replace('x', '×'), cell.rate, peer, `${of('shown', 1)}, ${of('decoded', 1)}`, of('skipped'), `${of('fromNavigation')}, ${of('fromConnect')}`,
      cell.range(peer), of('firstSecond', 1), of('bits', 0, 1e-3), `${of('serverCpu', 2)}, ${of('browserCpu', 2)}`, `${of('lost')}, ${of('dropped')}, ${of('unreadable')}`]);
  }));
  return heading(columns) + rows.join('');
}

/**
 * @param {object[]} runs @param {string[]} peers
 * @returns {{markdown: string, missed: number}}
 */
export function summary(runs, peers) {
  let missed = 0;
  let markdown = `\n${cpus().length} × ${cpus()[0].model.trim()}\n`;
  for (const browser of new Set(runs.map((run) => run.browser))) {
    const cells = cellsOf(runs.filter((run) => run.browser === browser));
    const table = latencies(cells, peers);
    missed += table.missed;
    markdown += `\n${version(browser)}: from capture to shown, median (p95) in ms\n\n${table.markdown}\n${costs(cells, peers)}`;
  }
  return { markdown, missed };
}
