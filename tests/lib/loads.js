// SPDX-License-Identifier: LGPL-2.1-or-later
// Page after page, every second one closed abruptly: what each load took, and what the server holds afterwards.
import { resident } from './proc.js';

/**
 * @param {{newTab: () => Promise<import('./tab.js').Tab>}} browser
 * @param {{url: string, pid: number}} server
 * @param {number} count
 * @param {(load: number) => void} [progress]
 */
export async function loadPages(browser, server, count, progress = () => {}) {
  const loads = [];
  for (let i = 0; i < count; ++i) {
    const tab = await browser.newTab();
    let firstFrame = null;
    let started = null;
    let attempt = 0;
    try {
      ({ firstFrame, started, attempt } = await tab.watch(server.url));
    } catch (error) {
      progress(i);
      loads.push({ firstFrame, error: error.message, resident: resident(server.pid) });
      await tab.close();
      continue;
    }
    if (i % 2) await tab.crash();
    await tab.close();
    loads.push({ firstFrame, started, attempt, resident: resident(server.pid) });
    progress(i);
  }
  return loads;
}

/** Growth in kB a load, by least squares over all loads from the `from`-th on. */
export function growth(loads, from) {
  const points = loads.slice(from).map((load, i) => [i, load.resident]);
  const mean = (k) => points.reduce((sum, point) => sum + point[k], 0) / points.length;
  const [mx, my] = [mean(0), mean(1)];
  const over = points.reduce((sum, [x, y]) => sum + (x - mx) * (y - my), 0);
  return over / points.reduce((sum, [x]) => sum + (x - mx) ** 2, 0);
}
