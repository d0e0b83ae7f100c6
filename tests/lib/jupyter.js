// SPDX-License-Identifier: LGPL-2.1-or-later
// JupyterLab and Notebook, with jupyter-server-proxy, which has a path for every port of its machine.
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Child } from './child.js';
import { root, temporaryFolder } from './paths.js';
import { startProxy } from './proxy.js';
import { until } from './wait.js';

const token = 'known';
/** ms, in which the page has heard a key. */
const taken = 10_000;

/**
 * It listens on a Unix socket: it can't say which free port it took.
 * @param {string} module @param {string[]} args @param {object} [env] @param {string} [folder] its home @param {string} [environment] Python's virtual one
 */
async function start(module, args, env, folder = temporaryFolder(), environment = 'build-jupyter') {
  const socket = join(folder, 'socket');
  const child = new Child(join(root, environment, 'bin/python'), ['-m', module, '--allow-root', '--no-browser', `--ServerApp.sock=${socket}`, `--ServerApp.token=${token}`, ...args],
    { env: { ...env, HOME: folder, JUPYTER_RUNTIME_DIR: join(folder, 'runtime') }, cwd: folder });
  await child.says(/Jupyter Server \S+ is running/);
  return { socket, pid: child.pid, stop: () => child.stop() };
}

/** @param {{port: number}} server */
export async function startJupyter(server) {
  return { ...await start('jupyter_server', []), path: `/proxy/${server.port}/?token=${token}` };
}

/** What opens notebooks: its module, its arguments, and where it has them. */
const applications = {
  JupyterLab: { module: 'jupyterlab', args: ['--LabApp.extension_manager=readonly'], path: 'lab/tree/' },
  Notebook: { module: 'notebook', args: [], path: 'notebooks/' },
};

/** A notebook in JupyterLab or Notebook, in a tab of a browser. */
export class Notebook {
  #tab;
  #port;

  /**
   * @param {import('node:test').TestContext} t @param {{newTab: () => Promise<import('./tab.js').Tab>}} browser
   * @param {string[]} cells @param {object} env of its kernel
   * @param {{application?: keyof typeof applications, environment?: string}} [options] `environment`: as for start()
   */
  static async open(t, browser, cells, env, { application = 'JupyterLab', environment } = {}) {
    const { module, args, path } = applications[application];
    const base = '/user/me/';
    const folder = temporaryFolder();
    // it asks nobody for news, nor for a newer one
    const settings = join(folder, '.jupyter/lab/user-settings/@jupyterlab/apputils-extension/notification.jupyterlab-settings');
    mkdirSync(dirname(settings), { recursive: true });
    writeFileSync(settings, JSON.stringify({ fetchNews: 'false', checkForUpdates: false }));
    writeFileSync(join(folder, 'windows.ipynb'), JSON.stringify({
      nbformat: 4, nbformat_minor: 5, metadata: { kernelspec: { name: 'python3', display_name: 'Python 3', language: 'python' } },
      cells: cells.map((source, index) => ({ cell_type: 'code', id: `cell-${index}`, source, metadata: {}, outputs: [], execution_count: null })),
    }));
    const jupyter = await start(module, [`--ServerApp.base_url=${base}`, ...args], env, folder, environment);
    t.after(jupyter.stop);
    const port = await startProxy();
    t.after(port.stop);
    port.to(jupyter.socket);
    const tab = await browser.newTab();
    t.after(() => tab.close());
    await tab.open(`http://127.0.0.1:${port.port}${base}${path}windows.ipynb?token=${token}`);
    const notebook = new Notebook(tab, port, jupyter.pid);
    await until('an idle kernel', () => tab.evaluate(isIdle), { every: 100, state: () => tab.complaints });
    return notebook;
  }

  /** @param {import('./tab.js').Tab} tab @param {import('./proxy.js').Proxy} port @param {number} pid of its server, whose child the kernel is */
  constructor(tab, port, pid) {
    this.#tab = tab;
    this.#port = port;
    this.pid = pid;
  }

  get tab() { return this.#tab; }

  /** Bytes that the browser was sent. */
  get sent() { return this.#port.sent; }

  /** Runs a cell, and waits until it has run. @param {number} index @returns {Promise<string>} what it has printed */
  async run(index) {
    const prompt = await this.start(index);
    await prompt(/\d/);
    return this.#tab.evaluate(outputOf, index);
  }

  /** Runs a cell by Ctrl+Enter. @param {number} index @returns what waits for its prompt to be such */
  async start(index) {
    const tab = this.#tab;
    const before = await tab.evaluate(promptOf, index);
    const prompt = (condition, options) => until(`cell ${index} runs`, async () => {
      const now = await tab.evaluate(promptOf, index);
      return now !== before && condition.test(now);
    }, { every: 100, state: () => tab.complaints, ...options });
    // while the page begins it may take the focus elsewhere
    await until(`cell ${index} takes Ctrl+Enter`, async () => {
      const { x, y } = await until(`cell ${index} in sight`, () => tab.evaluate(placeOfCell, index), { every: 100 });
      await tab.mouse('click', x, y);
      await tab.hold('Control', 'down');
      await tab.key('Enter');
      await tab.hold('Control', 'up');
      return prompt(/./, { limit: taken }).catch(() => false);
    });
    return prompt;
  }
}

/* These run in the page. */
const isIdle = () => /^Python 3/.test(document.querySelector('.jp-KernelName')?.textContent ?? '') && document.querySelector('.jp-Notebook-ExecutionIndicator')?.getAttribute('data-status') === 'idle';
const promptOf = (index) => document.querySelectorAll('.jp-CodeCell')[index]?.querySelector('.jp-InputPrompt')?.textContent ?? '';
const outputOf = (index) => document.querySelectorAll('.jp-CodeCell')[index].querySelector('.jp-OutputArea')?.textContent ?? '';
function placeOfCell(index) {
  const text = document.querySelectorAll('.jp-CodeCell')[index]?.querySelector('.cm-content');
  if (!text) return null;
  text.scrollIntoView({ block: 'nearest' });
  const { x, y } = text.getBoundingClientRect();
  const place = { x: x + 10, y: y + 10 };
  return text.contains(document.elementFromPoint(place.x, place.y)) ? place : null;  // and not behind what loads
}
