// SPDX-License-Identifier: LGPL-2.1-or-later
// Markdown tables: of bench/latency's runs, and what others need for theirs.
import { execFileSync } from 'node:child_process';
import { cpus } from 'node:os';
import { percentile } from '../../tests/lib/wait.js';

/** Ours is to take no more than so many times the other's latency, in Chromium. */
const bars = { aiortc: 0.4, libwebrtc: 0.6, floor: 1.3 };
/** In which 95 of 100 results are to be in the page after their inference. */
const DELIVERED_MS = 5;
const programs = { Chromium: '/usr/bin/chromium', Firefox: '/usr/bin/firefox-esr' };

export const version = (name) => execFileSync(programs[name], ['--version'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
export const number = (value, digits) => (Number.isFinite(value) ? value.toFixed(digits) : '–');
export const line = (cells) => `| ${cells.join(' | ')} |\n`;
export const heading = (cells) => line(cells) + `|${'---|'.repeat(cells.length)}\n`;

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

/** Where the time goes, as medians' differences: known stages add up to the latency. */
function ledger(cells, peers) {
  const columns = ['size', 'frames a second', 'peer', 'encode', 'send', 'network', 'decode', 'display', 'in all, ms'];
  const rows = cells.flatMap((cell) => peers.map((peer) => {
    const [encoded, sent, received, decode, shown] = ['encoded', 'sent', 'received', 'decode', 'p50'].map((column) => cell.median(peer, column));
    if (Number.isNaN(received)) return '';
    const stages = Number.isNaN(sent) ? ['', '', `${number(received, 1)} since capture`] : [encoded, sent - encoded, received - sent].map((ms) => number(ms, 1));
    return line([cell.size.replace('x', '×'), cell.rate, peer, ...stages, ...[decode, shown - received - decode, shown].map((ms) => number(ms, 1))]);
  }));
  return heading(columns) + rows.join('');
}

/** The time since the inference, in ms. */
function results(cells) {
  let missed = 0;
  const rows = cells.map((cell) => {
    const [delivered, drawn, drawnP95] = ['delivered', 'drawn', 'drawnP95'].map((column) => cell.median('results', column));
    const late = cell.browser === 'Chromium' && !(delivered <= DELIVERED_MS);
    if (late) ++missed;
    return line([cell.size.replace('x', '×'), cell.rate, `${number(delivered, 1)}${late ? ' **missed**' : ''}`, `${number(drawn, 1)} (${number(drawnP95, 1)})`]);
  });
  return { markdown: heading(['size', 'frames a second', `result in the page, p95 (≤ ${DELIVERED_MS}), ms`, 'drawn, median (p95), ms']) + rows.join(''), missed };
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
    const delivery = results(cells);
    missed += table.missed + delivery.missed;
    markdown += `\n${version(browser)}: from capture to shown, median (p95) in ms\n\n`
      + [table.markdown, ledger(cells, peers), delivery.markdown, costs(cells, peers)].join('\n');
  }
  return { markdown, missed };
}
