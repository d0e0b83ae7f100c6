// SPDX-License-Identifier: LGPL-2.1-or-later
// A plot of bench/latency's runs: latency over frames a second, a panel for each browser and size.
import { percentile } from '../../tests/lib/wait.js';

const colors = { ours: '#1565c0', aiortc: '#c62828', libwebrtc: '#2e7d32', webrtcbin: '#6a1b9a', mjpeg: '#616161', base64: '#ef6c00' };
const [wide, high, left, top, most] = [250, 200, 46, 44, 100];
const y = (ms) => top + high * (1 - Math.min(ms, most) / most);

function panel(name, runs, rates, peers, x0) {
  const x = (rate) => x0 + (rates.indexOf(rate) + 0.5) * (wide / rates.length);
  const svg = [`<text x="${x0 + wide / 2}" y="${top - 8}" text-anchor="middle" font-weight="bold">${name}</text>`];
  for (const rate of rates) svg.push(`<text x="${x(rate)}" y="${top + high + 15}" text-anchor="middle">${rate}</text>`);
  for (let ms = 0; ms <= most; ms += 20)
    svg.push(`<path d="M${x0} ${y(ms)}h${wide}" stroke="#ddd"/><text x="${x0 - 5}" y="${y(ms) + 4}" text-anchor="end">${ms}</text>`);
  for (const peer of peers) {
    const points = rates.flatMap((rate) => {
      const of = runs.filter((run) => run.peer === peer && run.rate === rate && Number.isFinite(run.p50));
      return of.length === 0 ? [] : [[x(rate), ...['p50', 'p95'].map((column) => y(percentile(of.map((run) => run[column]), 50)))]];
    });
    svg.push(`<polyline points="${points.map(([px, p50]) => `${px},${p50.toFixed(1)}`).join(' ')}" fill="none" stroke="${colors[peer]}" stroke-width="2"/>`);
    for (const [px, p50, p95] of points)
      svg.push(`<circle cx="${px}" cy="${p50.toFixed(1)}" r="3" fill="${colors[peer]}"/><path d="M${px} ${p50.toFixed(1)}V${p95.toFixed(1)}" stroke="${colors[peer]}" stroke-opacity="0.5"/>`);
  }
  return svg;
}

/** @param {object[]} runs @param {string[]} peers @returns {string} SVG */
export function plot(runs, peers) {
  const rates = [...new Set(runs.map((run) => run.rate))];
  const browsers = [...new Set(runs.map((run) => run.browser))];
  const sizes = [...new Set(runs.map((run) => run.size))];
  const row = top + high + 34;
  const svg = [`<svg xmlns="http://www.w3.org/2000/svg" width="${(wide + left) * sizes.length + 20}" height="${row * browsers.length + 20}" font-family="sans-serif" font-size="11">`,
    '<rect width="100%" height="100%" fill="white"/>'];
  peers.forEach((peer, k) => svg.push(`<text x="${left + 90 * k}" y="14" fill="${colors[peer]}" font-weight="bold">${peer}</text>`));
  browsers.forEach((browser, j) => {
    svg.push(`<g transform="translate(0 ${row * j})">`);
    sizes.forEach((size, i) => {
      const here = runs.filter((run) => run.browser === browser && run.size === size);
      svg.push(...panel(`${browser}, ${size.replace('x', '×')}`, here, rates, peers, left + i * (wide + left)));
    });
    svg.push('</g>');
  });
  svg.push(`<text x="10" y="${row * browsers.length + 10}">Milliseconds from capture to shown, over frames a second: median, and a line to the 95th percentile. Beyond ${most} ms: at the top.</text></svg>`);
  return `${svg.join('\n')}\n`;
}
