#!/usr/bin/env node
// SPDX-License-Identifier: LGPL-2.1-or-later
// OpenCV's own samples (Debian's opencv-doc), unchanged, as Chromium shows their windows: a photograph of each, and a table of how they end.
//
//   node tests/windows/photograph.js FOLDER [--python|--c++] [NAME…]
//
// Each is started by `cv-launch run`; one window is photographed on its own page, several on the wall. "q" and Esc are then pressed in the newest window, in turns.
import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { startChromium } from '../lib/browsers.js';
import { run } from '../lib/child.js';
import { root, temporaryFolder } from '../lib/paths.js';
import { startServer } from '../lib/server.js';
import { pause, until } from '../lib/wait.js';

const [folder, ...rest] = process.argv.slice(2);
assert.ok(folder && !folder.startsWith('--'), 'photograph.js FOLDER [--python|--c++] [NAME…]');
mkdirSync(folder, { recursive: true });
/** Until it shows a picture, and until it has ended, in ms. */
const LIMIT = 60_000;
/** What is drawn later than the first picture is in the photograph too. */
const LOOK = 2000;

const work = temporaryFolder();
const listed = await run(join(root, 'tests/windows/samples'), [`--list=${work}`, ...rest], { limit: 1_800_000 });
const samples = listed.stdout.trim().split('\n').map((line) => JSON.parse(line));
const env = { OPENCV_SAMPLES_DATA_PATH: join(work, 'data'), MPLBACKEND: 'Agg' };

/** Runs in the page: how its windows are. */
const windows = () => [...document.querySelectorAll('cv-player')].map((player) => ({ name: player.getAttribute('src') ?? '', state: player.report?.().state, of: player.window?.state }));

/** @param {import('../lib/browsers.js').Browser} browser @param {string[]} command @param {string} photograph @returns {Promise<string>} how many windows it had */
async function photographed(browser, command, photograph) {
  const server = await startServer({ command, cwd: join(work, 'samples'), env });
  const tab = await browser.newTab();
  try {
    await tab.open(server.url, { front: true });
    const all = await until('a picture', async () => {
      const now = await tab.evaluate(windows);
      if (now.length === 0 && !server.alive) throw new Error(`it ended first: ${server.stderr.trim().split('\n').at(-1)}`);
      // one for trackbars alone has no picture
      return now.some(({ state }) => state === 'playing') && now;
    }, { limit: LIMIT });
    await pause(LOOK);
    const names = (await tab.evaluate(() => [...document.querySelectorAll('.tile')].map((tile) => tile.dataset.stream)));
    if (names.length === 1) {
      await tab.open(new URL(`${names[0]}/`, server.url).href, { front: true });
      await until('its page', async () => (await tab.evaluate(windows))[0]?.state === 'playing', { limit: LIMIT });
    }
    await pause(LOOK / 2);
    await tab.screenshot(photograph);
    if (names.length > 1) await tab.open(new URL(`${names.at(-1)}/`, server.url).href, { front: true });
    const late = performance.now() + LIMIT;
    for (let i = 0; server.alive && performance.now() < late; ++i) {
      await tab.evaluate(() => document.querySelector('cv-player')?.shadowRoot.querySelector('.stage')?.focus());
      await tab.key(i % 2 ? 'Escape' : 'q');
      await pause(500);
    }
    return `${all.length} window${all.length === 1 ? '' : 's'}; ${server.alive ? 'goes on' : `ended with ${(await server.exited).code}`}`;
  } finally {
    await tab.close();
    if (server.alive) await server.stop().catch(() => {});
  }
}

const browser = await startChromium();
const counts = {};
for (const { language, name, command } of samples) {
  const [passed, words] = command
    ? await photographed(browser, command, join(folder, `${language === 'C++' ? 'cpp' : 'python'}-${name}.png`)).then((how) => [true, how], (error) => [false, error.message.split('\n')[0]])
    : [false, 'it can\'t be compiled'];
  const [right, of] = counts[language] ?? [0, 0];
  counts[language] = [right + Number(passed), of + 1];
  console.log(`${passed ? '✔' : '✖'} ${language.padEnd(7)} ${name.padEnd(28)} ${words.slice(0, 120)}`);
}
await browser.stop();
for (const [language, [right, of]] of Object.entries(counts)) console.log(`${language}: ${right} of ${of} photographed`);
