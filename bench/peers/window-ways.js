// SPDX-License-Identifier: LGPL-2.1-or-later
// The ways that bench/windows compares: each starts a program that shows its pictures, and what sees them.
import { cpSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Notebook } from '../../tests/lib/jupyter.js';
import { root, temporaryFolder } from '../../tests/lib/paths.js';
import { cpuTime, cpuTimeOfTree } from '../../tests/lib/proc.js';
import { startServer, variant } from '../../tests/lib/server.js';
import { neededForWindows, startWindows } from '../../tests/lib/ssh.js';
import { until } from '../../tests/lib/wait.js';
import { inPage } from './in-page.js';
import { servePage } from './page_server.js';
import { Screen, xvfb } from './screen.js';
import { startPeer } from './start.js';

/**
 * A program whose pictures are seen: `playing`, `begin` and `end` are as in page.js.
 * @typedef {object} Seen
 * @property {() => number | Promise<number>} playing @property {() => object} begin @property {() => object} end
 * @property {() => number} cpu seconds of processor time so far, of the program and of all that sends its pictures, not of what shows them
 * @property {() => number | Promise<number>} bytes that were sent to what shows them so far
 * @property {{stdout: string, stderr: string}} [program] @property {() => unknown} [wrong] what the page complains of
 *
 * @typedef {object} Way
 * @property {string} name
 * @property {string[]} [needs] files that it can't do without
 * @property {(t: {after: (end: () => unknown) => void}, browser: import('../../tests/lib/browsers.js').Browser,
 *   video: {width: number, height: number, rate: number}) => Promise<Seen>} start
 */

const folder = join(root, 'bench/peers');
const environment = 'build-jupyter-widgets';
const program = (how, { width, height, rate }, place = folder) =>
  ['/usr/bin/python3', join(place, 'window_program.py'), how, ...[width, height, rate].map(String)];
const cellOf = ({ width }) => (width >= 832 ? 16 : 8);
const page = await servePage();
// the program's own stamp is read, so there is no second one
const pipeline = variant('window', { 'ladder.pipe stamp=framestamp ': 'ladder.pipe ' });

/** @param {import('../../tests/lib/tab.js').Tab} tab in which page.js runs */
const seenIn = (tab) => ({
  playing: () => tab.evaluate(() => window.bench.playing()),
  begin: () => tab.evaluate(() => window.bench.begin()),
  end: async () => JSON.parse(await tab.evaluate(() => window.bench.end())),
  wrong: () => tab.errors,
});

/** The measuring page, which connects to this server. */
async function openPage(t, browser, peer, server, video) {
  const tab = await browser.newTab();
  t.after(() => tab.close());
  await tab.open(`${page}?${new URLSearchParams({ peer, server: server.url, cell: String(cellOf(video)) })}`);
  return { ...seenIn(tab), tab, cpu: () => cpuTimeOfTree(server.pid), program: server };
}

/** @param {'mjpeg' | 'early'} how as for window_program.py @returns {Way['start']} */
const jpegs = (how) => async (t, browser, video) => {
  const [python, , ...args] = program(how, video);
  const server = await startPeer([python], 'window_program.py', ...args);
  t.after(() => server.stop());
  return { ...await openPage(t, browser, 'mjpeg', server, video), bytes: async () => Number(await (await fetch(`${server.url}/sent`)).text()) };
};

/** The usual loop of a notebook. */
const cell = ({ width, height, rate }) => `import sys
sys.path.append(${JSON.stringify(folder)})
import cv2, ipywidgets
from IPython.display import display
from stamped_pictures import pictures

widget = ipywidgets.Image(format="jpeg")
display(widget)
for frame in pictures(${width}, ${height}, ${rate}):
    widget.value = cv2.imencode(".jpg", frame)[1].tobytes()`;

/** @type {Record<string, Way>} */
export const ways = {
  imshow: {
    name: 'imshow, cv-launch run',
    async start(t, browser, video) {
      const server = await startServer({ args: [`--pipeline=${pipeline}`], command: program('imshow', video) });
      t.after(() => server.stop());
      await server.says(/^imshow /m);
      const seen = await openPage(t, browser, 'imshow', server, video);
      return { ...seen, bytes: () => seen.tab.evaluate(() => window.bench.bytes()) };
    },
  },
  mjpeg: { name: 'JPEGs over HTTP', start: jpegs('mjpeg') },
  early: { name: 'the same, next headers at once', start: jpegs('early') },
  widget: {
    name: 'Jupyter’s image widget',
    needs: [join(root, environment, 'done')],
    async start(t, browser, video) {
      const notebook = await Notebook.open(t, browser, [cell(video)], {}, { environment });
      const { tab } = notebook;
      await notebook.start(0);
      await until('the widget', () => tab.evaluate(() => document.querySelector('img.widget-image')?.naturalWidth > 0), { every: 100, state: () => tab.complaints });
      await tab.evaluate((measuring) => { window.measuring = measuring; }, `?${new URLSearchParams({ peer: 'widget', cell: String(cellOf(video)) })}`);
      await tab.evaluate(inPage(`import './bench/peers/page.js';`));
      return { ...seenIn(tab), cpu: () => cpuTimeOfTree(notebook.pid), bytes: () => notebook.sent };
    },
  },
  ssh: {
    name: 'OpenCV’s window, ssh -Y',
    needs: [xvfb, ...neededForWindows],
    async start(t, _, video) {
      const screen = await Screen.start(video, cellOf(video));
      t.after(() => screen.stop());
      const home = temporaryFolder();
      for (const name of ['window_program.py', 'stamped_pictures.py']) cpSync(join(folder, name), join(home, name));
      const ssh = await startWindows(screen.display, home, program('imshow', video, home));
      t.after(() => ssh.stop());
      return {
        playing: () => screen.playing(), begin: () => screen.begin(), end: () => screen.end(), program: ssh,
        cpu: () => cpuTimeOfTree(ssh.pid) - cpuTime(ssh.pid),  // sshd and the program are the client's children
        bytes: () => Number(readFileSync(`/proc/${ssh.pid}/io`, 'utf8').match(/^rchar: (\d+)/m)[1]),
      };
    },
  },
};
