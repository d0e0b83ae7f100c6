// SPDX-License-Identifier: LGPL-2.1-or-later
// A bad network between two network namespaces, one for the server and one for the browser. Neither has another way out:
// what runs there reaches nothing but the other end.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { Child } from './child.js';
import { cvLaunch, root } from './paths.js';
import { within } from './wait.js';

const relayProgram = resolve(root, process.env.CV_TEST_RELAY ?? join(dirname(cvLaunch), '../tests/net/cv-test-relay'));

/** Runs a command to its end; what went wrong, or an empty string. */
export function trouble(program, ...args) {
  const { error, status, stderr } = spawnSync(program, args, { encoding: 'utf8' });
  return status === 0 ? '' : error?.message ?? stderr.trim();
}

/** What a command prints that works. @param {string[]} command */
export function output(command) {
  const { error, status, stdout, stderr } = spawnSync(command[0], command.slice(1), { encoding: 'utf8' });
  assert.equal(status, 0, `${command.join(' ')}: ${error?.message ?? stderr}`);
  return stdout;
}

const ip = (...args) => trouble('ip', ...args);

/** Why there can be no networks, or an empty string: only root makes namespaces, and not in every container. */
function obstacle() {
  if (process.getuid?.() !== 0) return 'only root can make network namespaces';
  const name = `cv-test-${process.pid}-try`;
  try {
    return ip('netns', 'add', name) || ip('-n', name, 'tuntap', 'add', 'dev', 'cv-test', 'mode', 'tun');
  } finally {
    ip('netns', 'del', name);
  }
}

export const noNetworksBecause = obstacle();
export const canMakeNetworks = noNetworksBecause === '';

let made = 0;

/** The command that runs the rest of its line in a namespace. @param {string} name */
export const prefixOf = (name) => ['ip', 'netns', 'exec', name];

/**
 * Two namespaces, or more, and a shell that removes them, and ends what still runs in them, when it is told to, or when this process ends,
 * however it ends: then its standard input does.
 */
export async function namespaces(count = 2) {
  const id = `cv-test-${process.pid}-${made++}`;
  const names = Array.from({ length: count }, (_, i) => `${id}${'abcdef'[i]}`);
  const keeper = spawn('sh', ['-c', 'read -r _; for name; do ip netns pids "$name" | xargs -r kill; ip netns del "$name"; done', 'sh', ...names],
    { detached: true, stdio: ['pipe', 'ignore', 'ignore'] });
  await once(keeper, 'spawn');
  keeper.unref();
  keeper.stdin.unref?.();
  const remove = async () => {
    const gone = once(keeper, 'exit');
    keeper.stdin.end();
    await within(`the end of ${names}`, gone);
  };
  for (const name of names) {
    const failed = ip('netns', 'add', name) || ip('-n', name, 'link', 'set', 'lo', 'up');
    if (!failed) continue;
    await remove();
    throw new Error(`no network namespace ${name}: ${failed}`);
  }
  return { names, remove };
}

/**
 * Delay and jitter in ms and loss in percent are those of each direction: a packet is lost, or comes `delay` ± `jitter`
 * later. `stop` resolves with the packets that the relay counted, from the server to the browser and back.
 * @param {{delay?: number, jitter?: number, loss?: number, seed?: number}} [conditions]
 */
export async function badNetwork({ delay = 0, jitter = 0, loss = 0, seed = 1 } = {}) {
  assert.ok(existsSync(relayProgram), `no ${relayProgram}: build it, or say in CV_TEST_RELAY where it is`);
  const serverAddress = '10.203.0.1';
  const { names: [a, b], remove } = await namespaces();
  const relay = new Child(relayProgram, [`--a=${a}`, `--b=${b}`, `--a-address=${serverAddress}`, '--b-address=10.203.0.2',
    `--delay=${delay}`, `--jitter=${jitter}`, `--loss=${loss}`, `--seed=${seed}`], { input: true });
  try {
    await relay.says(/^ready$/m);
  } catch (error) {
    relay.signal('SIGKILL');
    await remove();
    throw error;
  }
  return {
    serverPrefix: prefixOf(a),
    browserPrefix: prefixOf(b),
    serverAddress,
    /** @param {{delay?: number, jitter?: number, loss?: number}} changes */
    set: (changes) => relay.write(Object.entries(changes).map(([name, value]) => `${name} ${value}\n`).join('')),
    /** @returns {Promise<{forwarded: [number, number], dropped: [number, number]}>} */
    stop: async () => {
      try {
        const { code } = relay.alive ? await relay.stop() : await relay.exited;
        assert.equal(code, 0, relay.stderr);
        return JSON.parse(relay.lines.at(-1));
      } finally {
        await remove();
      }
    },
  };
}
