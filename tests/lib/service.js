// SPDX-License-Identifier: LGPL-2.1-or-later
// A service manager as cv-launch sees it: the socket that it tells its state, as sd_notify(3) says.
import { join } from 'node:path';
import { Child } from './child.js';
import { root, temporaryFolder } from './paths.js';
import { until } from './wait.js';

class Manager {
  #listener;

  constructor(address) {
    this.address = address;
    this.#listener = new Child('python3', [join(root, 'tests/lib/notify-program.py'), address]);
  }

  async start() { await this.#listener.says(/"listens"/); }

  /** What it was told so far, message by message. @returns {Record<string, string>[]} */
  get messages() {
    return this.#listener.lines.slice(1)
      .map((line) => Object.fromEntries(JSON.parse(line).split('\n').map((pair) => pair.match(/^(\w+)=(.*)$/).slice(1))));
  }

  /** What it was told of `name`, in order. */
  all(name) { return this.messages.flatMap((message) => message[name] ?? []); }

  /** The first message that fits. @param {string} what @param {(message: Record<string, string>) => unknown} fits */
  hears(what, fits) { return until(`${what} told to the service manager`, () => this.messages.find(fits), { state: () => this.messages.slice(-5) }); }

  async stop() {
    this.#listener.signal('SIGKILL');
    await this.#listener.exited;
  }
}

/** @param {string} [address] as NOTIFY_SOCKET has it: a path, or a name behind "@" */
export async function startManager(t, address = join(temporaryFolder(), 'notify')) {
  const manager = new Manager(address);
  t.after(() => manager.stop());
  await manager.start();
  return manager;
}
