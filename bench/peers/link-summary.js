// SPDX-License-Identifier: LGPL-2.1-or-later
// Markdown tables of bench/links' runs. Pure, but for what the browsers and the machine are called.
import { cpus } from 'node:os';
import { goals, isMet, median } from './link-figures.js';
import { heading, line, number, version } from './summary.js';

const columns = ['link, kbit/s', 'peer', 'first frame, ms', 'shown a second', 'median (p95), ms', 'longest gap, ms', 'kbit/s', 'last rung', 'changes a minute',
  'to the top rung; from the fall, to the top again, s', 'results a second, age p95 in ms', 'on their frame, mismatched', 'unreadable', 'steal, load'];

/** @param {object[]} runs of one link and peer @param {string} link @param {string} peer */
function row(runs, link, peer) {
  const of = (column, digits = 0, scale = 1) => number(median(runs, peer, column) * scale, digits);
  const here = runs.filter((run) => run.peer === peer);
  const failures = here.filter(({ failure }) => failure).length;
  return line([
    link, `${peer}${failures > 0 ? `, ${failures} failed` : ''}`, of('firstFrame'), of('shown', 1), `${of('p50')} (${of('p95')})`, of('gap'),
    of('bits', 0, 1e-3), of('rung'), of('changes', 1), `${of('top', 1)}; ${of('fall', 2)}, ${of('rise', 2)}`, `${of('results', 1)}, ${of('age')}`,
    `${of('onFrame', 1)} %, ${of('mismatched')}`, of('unreadable'), `${of('steal', 1)} %, ${of('load', 1)}`,
  ]);
}

const inWords = ({ name, least, most }) => `${name} ${least === undefined ? `≤ ${+most.toFixed(1)}` : `≥ ${Math.round(least)}`}`;

/**
 * @param {object[]} runs @param {(link: string) => number} lengthOf a connection, in ms
 * @returns {{markdown: string, missed: string[]}} `missed`: the names of the goals that are
 */
export function linkSummary(runs, lengthOf) {
  let markdown = `\n${cpus().length} × ${cpus()[0].model.trim()}\n`;
  const missed = [];
  for (const browser of new Set(runs.map((run) => run.browser))) {
    const ofBrowser = runs.filter((run) => run.browser === browser);
    const rows = [];
    const checks = [];
    for (const link of new Set(ofBrowser.map((run) => run.link))) {
      const here = ofBrowser.filter((run) => run.link === link);
      for (const peer of new Set(here.map((run) => run.peer))) rows.push(row(here, link, peer));
      for (const goal of goals(here, link, lengthOf(link))) {
        checks.push(line([link, inWords(goal), number(goal.figure, 2), isMet(goal) ? 'yes' : '**no**']));
        if (!isMet(goal)) missed.push(`${browser}, ${link}: ${inWords(goal)}: ${number(goal.figure, 2)}`);
      }
    }
    markdown += `\n${version(browser)}\n\n${heading(columns)}${rows.join('')}\n${heading(['link', 'goal', 'reached', 'met'])}${checks.join('')}`;
  }
  return { markdown, missed };
}
