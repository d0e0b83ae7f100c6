// SPDX-License-Identifier: LGPL-2.1-or-later
// A server and a viewer whose networks have nothing in common but one machine between them, which passes no packets on. Debian's coturn runs
// there, and a door to the server's page.
import { join } from 'node:path';
import { selfSigned } from './certificates.js';
import { Child } from './child.js';
import { namespaces, prefixOf, trouble } from './network.js';
import { root, temporaryFolder } from './paths.js';

const turnserver = join(root, 'tests/unpacked/coturn/usr/bin/turnserver');
const address = '10.205.0.1';  // of the machine between, on both sides
const ports = { plain: 3478, tls: 5349 };

/** @param {string[][]} commands that all have to work */
function runAll(commands) {
  for (const command of commands) {
    const failed = trouble(...command);
    if (failed) throw new Error(`${command.join(' ')}: ${failed}`);
  }
}

/** Of three namespaces in a row, the outer ones with a route to the one between them. */
export async function apart() {
  const { names, remove } = await namespaces(3);
  const [server, between, viewer] = names;
  const sides = [[server, 'net1', '10.205.1'], [viewer, 'net2', '10.205.2']];
  try {
    runAll([
      ['ip', '-n', between, 'address', 'add', `${address}/32`, 'dev', 'lo'],
      ...sides.flatMap(([name, device, net]) => [
        ['ip', '-n', between, 'link', 'add', device, 'type', 'veth', 'peer', 'name', 'net0', 'netns', name],
        ['ip', '-n', between, 'address', 'add', `${net}.1/24`, 'dev', device],
        ['ip', '-n', between, 'link', 'set', device, 'up'],
        ['ip', '-n', name, 'address', 'add', `${net}.2/24`, 'dev', 'net0'],
        ['ip', '-n', name, 'link', 'set', 'net0', 'up'],
        ['ip', '-n', name, 'route', 'add', 'default', 'via', `${net}.1`],
      ]),
    ]);
  } catch (error) {
    await remove();
    throw error;
  }
  return {
    address, serverAddress: '10.205.1.2', viewerAddress: '10.205.2.2', ports, stop: remove,
    serverPrefix: prefixOf(server), betweenPrefix: prefixOf(between), viewerPrefix: prefixOf(viewer),
  };
}

/**
 * coturn in between. @param {Awaited<ReturnType<typeof apart>>} networks @param {string[]} access its options for who may use it
 */
export async function startTurn({ betweenPrefix: [program, ...before] }, access) {
  const { cert, key } = await selfSigned({ names: `IP:${address}` });
  const folder = temporaryFolder();
  const child = new Child(program, [...before, turnserver, '-n', `--listening-ip=${address}`, `--relay-ip=${address}`, `--listening-port=${ports.plain}`,
    `--tls-listening-port=${ports.tls}`, `--cert=${cert}`, `--pkey=${key}`, '--realm=example', '--fingerprint', '--no-cli', '--log-file=stdout', '--verbose',
    `--pidfile=${join(folder, 'pid')}`, `--userdb=${join(folder, 'db')}`, ...access]);
  await child.says(/IPv4\. TLS(\/SCTP|\/TCP) listener opened|Total General servers/);
  return child;
}

/** Passes the page's connections on. @returns {Promise<{url: string, stop: () => Promise<unknown>}>} */
export async function startDoor({ betweenPrefix: [program, ...before], serverAddress }, server) {
  const child = new Child(program, [...before, process.execPath, join(root, 'tests/lib/forward-program.js'), serverAddress, String(server.port)]);
  const [, port] = await child.says(/port (\d+)/);
  return { url: `http://${address}:${port}/`, stop: () => child.stop() };
}
