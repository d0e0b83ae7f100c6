// SPDX-License-Identifier: LGPL-2.1-or-later
// A plot of a link of bench/links: what comes over time, and which rung; a panel for each browser.

const colors = { link: '#9e9e9e', ours: '#1565c0', told: '#6a1b9a', libwebrtc: '#2e7d32', rung: '#ef6c00' };
const [wide, high, left, top] = [620, 220, 46, 44];
const rungHigh = 70;  // of the part below, for the rung

/** What is plotted where a link has no limit, in kbit/s. */
const FREE = 1000;

/** A line with a value until the next one. @param {[number, number][]} points x, y @param {number} end x of the last one's end */
function stairs([[x0, y0], ...points], end) {
  return `M${x0.toFixed(1)} ${y0.toFixed(1)}${points.map(([x, y]) => `H${x.toFixed(1)}V${y.toFixed(1)}`).join('')}H${end}`;
}

/** kbit/s between the counts, and when each ends, in ms from the opening. */
function ratesOf({ report: { course }, opened }) {
  return course.slice(1).map(({ at, bytes }, i) => ({ at: at - opened, kbits: (bytes - course[i].bytes) * 8 / (at - course[i].at) }));
}

const xOf = (ms, length) => left + wide * Math.min(Math.max(ms, 0), length) / length;
const lineAt = (y, label, color) => `<path d="M${left} ${y}h${wide}" stroke="${color}"/><text x="${left - 5}" y="${y + 4}" text-anchor="end">${label}</text>`;
const path = (d, color, more = '') => `<path d="${d}" fill="none" stroke="${color}" stroke-width="2"${more}/>`;

/** What comes, and what the link carries. */
function rateLines(runs, { rates, length }) {
  const known = rates.map(({ kbits }) => kbits).filter(Number.isFinite);
  const most = 1.1 * Math.max(...(known.length > 0 ? known : [FREE]));
  const y = (kbits) => top + high * (1 - Math.min(kbits, most) / most);
  const unit = 10 ** Math.floor(Math.log10(most)) / 2;
  const svg = Array.from({ length: Math.floor(most / unit) + 1 }, (_, i) => lineAt(y(i * unit), i * unit, '#ddd'));
  svg.push(path(stairs(rates.map(({ kbits, from }) => [xOf(from, length), y(kbits)]), xOf(length, length)), colors.link, ' stroke-dasharray="5 3"'));
  for (const run of runs) {
    const points = ratesOf(run).map(({ at, kbits }) => `${xOf(at, length).toFixed(1)},${y(kbits).toFixed(1)}`);
    svg.push(`<polyline points="${points.join(' ')}" fill="none" stroke="${colors[run.peer]}" stroke-width="1.5"/>`);
  }
  return svg;
}

/** The rung that a viewer was told. */
function rungLine({ report: { links }, opened }, length) {
  const [{ rungs }] = links;
  const y = (rung) => top + high + 30 + rungHigh * rung / rungs;
  const svg = Array.from({ length: rungs + 1 }, (_, rung) => lineAt(y(rung), rung === rungs ? 'stills' : rung, '#eee'));
  return [...svg, path(stairs(links.map(({ at, rung }) => [xOf(at - opened, length), y(rung)]), xOf(length, length)), colors.rung)];
}

function panel(name, runs, course) {
  const told = runs.find(({ report }) => report.links.length > 0);
  const seconds = Array.from({ length: Math.floor(course.length / 5000) + 1 }, (_, i) => 5 * i);
  return [
    `<text x="${left + wide / 2}" y="${top - 8}" text-anchor="middle" font-weight="bold">${name}</text>`,
    ...seconds.map((s) => `<text x="${xOf(s * 1000, course.length)}" y="${top + high + 15}" text-anchor="middle">${s} s</text>`),
    ...rateLines(runs, course), ...(told ? rungLine(told, course.length) : []),
  ];
}

/**
 * @param {object[]} runs of live peers, with the page's report
 * @param {{rates: {kbits: number, from: number}[], length: number}} course of the link
 * @returns {string} SVG
 */
export function plotCourse(runs, course) {
  const browsers = [...new Set(runs.map((run) => run.browser))];
  const peers = [...new Set(runs.map((run) => run.peer))];
  const row = top + high + rungHigh + 40;
  const size = `width="${wide + left + 20}" height="${row * browsers.length + 30}"`;
  const svg = [`<svg xmlns="http://www.w3.org/2000/svg" ${size} font-family="sans-serif" font-size="11">`,
    '<rect width="100%" height="100%" fill="white"/>'];
  ['link', ...peers, 'rung'].forEach((name, k) => svg.push(`<text x="${left + 90 * k}" y="14" fill="${colors[name]}" font-weight="bold">${name}</text>`));
  browsers.forEach((browser, j) => {
    const first = peers.flatMap((peer) => runs.find((run) => run.browser === browser && run.peer === peer) ?? []);
    svg.push(`<g transform="translate(0 ${row * j})">`, ...panel(browser, first, course), '</g>');
  });
  const legend = 'Above: kbit/s of video that come, and what the link carries. Below: the rung that cv-launch sends, 0 is the best one.';
  svg.push(`<text x="10" y="${row * browsers.length + 20}">${legend}</text></svg>`);
  return `${svg.join('\n')}\n`;
}
