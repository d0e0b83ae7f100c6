// SPDX-License-Identifier: LGPL-2.1-or-later
// Programs that show pictures in OpenCV's windows, and a cv-launch for them that does only what a test says.
import { chmodSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Child } from './child.js';
import { build, cvLaunch, env, root, temporaryFolder } from './paths.js';
import { until } from './wait.js';

/** Where OpenCV finds the plugin. */
export const pluginFolder = join(build, 'windows/highgui');

/** What programs in Python have of cv-launch run, beside OpenCV's plugin. */
export const pythonEnv = { PYTHONPATH: `${join(env.CV_LAUNCH_PYTHON, 'run')}:${env.CV_LAUNCH_PYTHON}`, CV_LAUNCH_LIBRARY: env.CV_LAUNCH_LIBRARY };

/** What catches the calls that OpenCV does not hand to its plugin. */
export const preloaded = join(pluginFolder, 'libcv-launch-preload.so');

let interpreter = '/usr/bin/python3';
/** From now on programs in Python are run by the one of this virtual environment, which has OpenCV from pip. @param {string} folder */
export function useEnvironment(folder) { interpreter = join(root, folder, 'bin/python'); }

/** @typedef {{connection: number, said?: Record<string, any>, window?: number, picture?: Picture | null, gone?: boolean}} Line
 * @typedef {{number: number, width: number, height: number, channels: number, pixels: number[][], objects?: Record<string, any>[]}} Picture `objects`: nothing where nothing is said of any */

export class FakeLauncher {
  #child;
  #socket;

  /** @param {import('node:test').TestContext} t @param {string} [socket] */
  static async start(t, socket = join(temporaryFolder(), 'windows')) {
    const launcher = new FakeLauncher(socket);
    t.after(() => launcher.end());
    await launcher.#child.says(/"listening"/);
    return launcher;
  }

  constructor(socket) {
    this.#socket = socket;
    this.#child = new Child(join(build, 'tests/windows/fake-launcher'), [socket], { input: true });
  }

  get socket() { return this.#socket; }

  /** The variables of a program whose windows come here. */
  get env() { return { ...pythonEnv, CV_LAUNCH_WINDOWS: this.#socket, OPENCV_UI_PRIORITY_LIST: 'CVLAUNCH', OPENCV_CORE_PLUGIN_PATH: pluginFolder, LD_PRELOAD: preloaded }; }

  /** @returns {Line[]} what it heard so far */
  get lines() { return this.#child.lines.map((line) => JSON.parse(line)); }

  /** The messages of this type so far. @param {string} type */
  said(type) { return this.lines.flatMap(({ connection, said }) => (said?.type === type ? [{ connection, ...said }] : [])); }

  /** @template T @param {string} what @param {(launcher: this) => T} probe @returns {Promise<T>} */
  async hears(what, probe) {
    return until(what, () => {
      const wrong = this.lines.find((line) => 'error' in line);
      if (wrong) throw new Error(`the program said what it may not: ${JSON.stringify(wrong)}`);
      return probe(this);
    }, { every: 10, state: () => this.lines.slice(-5) });
  }

  /** The window of this name, the newest one. @param {string} name @returns {Promise<{connection: number, window: number, name: string}>} */
  async window(name) { return this.hears(`the window ${name}`, () => this.said('window').findLast((one) => one.name === name)); }

  /** Pictures of this window so far. @param {{connection: number, window: number}} window @returns {Picture[]} */
  pictures({ connection, window }) {
    return this.lines.flatMap((line) => (line.connection === connection && line.window === window && line.picture ? [line.picture] : []));
  }

  /** @param {string} name of a window @param {(picture: Picture) => boolean} [which] */
  async picture(name, which = () => true) {
    const window = await this.window(name);
    return this.hears(`a picture in ${name}`, () => this.pictures(window).find(which));
  }

  /** @param {{connection: number, window: number}} window @param {Record<string, unknown>} message */
  say({ connection, window }, message) { this.#child.write(`${connection} ${JSON.stringify({ window, ...message })}\n`); }

  /** @param {{connection: number, window: number}} window @param {string | number} key */
  press(window, key) { this.say(window, { type: 'key', code: typeof key === 'number' ? key : key.charCodeAt(0) }); }

  async end() {
    if (!this.#child.alive) return;
    this.#child.finish();
    await this.#child.end();
  }
}

/**
 * Debian's Python, which has OpenCV, or that of useEnvironment(), with this program.
 * @param {import('node:test').TestContext} t @param {FakeLauncher} launcher @param {string} text @param {string} [imports]
 */
export function python(t, launcher, text, imports = 'import cv2') {
  return pythonIn(t, launcher.env, `${imports}\nimport numpy as np\n${text}`);
}

/** The program of this text, with these variables beside the usual ones. @param {import('node:test').TestContext} t @param {Record<string, string | undefined>} variables @param {string} text */
export function pythonIn(t, variables, text) {
  const file = join(temporaryFolder(), 'program.py');
  writeFileSync(file, `import os, sys\n${text}`);
  return started(t, new Child(interpreter, ['-u', file], { env: variables }));
}

/** It ends with the test. @param {import('node:test').TestContext} t @param {Child} child */
export function started(t, child) {
  t.after(() => child.alive && child.signal('SIGKILL'));
  return child;
}

/** A folder with a cv-launch that is this script. @param {string} script */
export function launcherOf(script) {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'cv-launch'), `#!/bin/sh\n${script}\n`);
  chmodSync(join(folder, 'cv-launch'), 0o755);
  return folder;
}

/** The variables of a program that nobody runs for, and that finds `folder`'s cv-launch. */
export const alone = (folder = dirname(cvLaunch)) => ({ ...env, ...pythonEnv, CV_LAUNCH_WINDOWS: undefined, PATH: `${folder}:${env.PATH}` });

/** That it ended well, and what it printed. @param {Child} child */
export async function printed(child) {
  const { code, signal } = await child.end();
  if (code !== 0) throw new Error(`it ended with ${signal ?? code}:\n${child.stdout}${child.stderr}`);
  return child.lines;
}

/**
 * tests/windows/window_program.cpp.
 * @param {import('node:test').TestContext} t @param {FakeLauncher} launcher @param {string} what it shows
 */
export function windowProgram(t, launcher, what) {
  return started(t, new Child(join(build, 'tests/windows/window-program'), [what], { env: launcher.env }));
}
