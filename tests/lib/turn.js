// SPDX-License-Identifier: LGPL-2.1-or-later
// A server and a viewer whose networks have nothing in common but one machine between them, which passes no packets on. Debian's coturn runs
// there, and a door to the server's page.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { signed } from './certificates.js';
import { Child } from './child.js';
import { namespaces, output, prefixOf } from './network.js';
import { root, temporaryFolder } from './paths.js';
import { until } from './wait.js';

const turnserver = join(root, 'tests/unpacked/coturn/usr/bin/turnserver');
const address = '10.205.0.1';  // of the machine between, on both sides
const hostName = 'turn.example';
const ports = { plain: 3478, tls: 5349 };

/** Of three namespaces in a row, the outer ones with a route to the one between them. */
export async function apart() {
  const { names, remove } = await namespaces(3);
  const [server, between, viewer] = names;
  const sides = [[server, 'net1', '10.205.1'], [viewer, 'net2', '10.205.2']];
  try {
    for (const command of [
      ['ip', '-n', between, 'address', 'add', `${address}/32`, 'dev', 'lo'],
      ...sides.flatMap(([name, device, net]) => [
        ['ip', '-n', between, 'link', 'add', device, 'type', 'veth', 'peer', 'name', 'net0', 'netns', name],
        ['ip', '-n', between, 'address', 'add', `${net}.1/24`, 'dev', device],
        ['ip', '-n', between, 'link', 'set', device, 'up'],
        ['ip', '-n', name, 'address', 'add', `${net}.2/24`, 'dev', 'net0'],
        ['ip', '-n', name, 'link', 'set', 'net0', 'up'],
        ['ip', '-n', name, 'route', 'add', 'default', 'via', `${net}.1`],
      ]),
    ]) output(command);
    // as in link.js
    for (const [name] of sides) await until(`net0 of ${name} is up`, () => output(['ip', '-n', name, 'link', 'show', 'net0']).includes(' state UP '), { every: 10 });
  } catch (error) {
    await remove();
    throw error;
  }
  const [hosts, resolv] = ['hosts', 'resolv.conf'].map((name) => join(temporaryFolder(), name));
  writeFileSync(hosts, `127.0.0.1 localhost\n${address} ${hostName}\n`);
  writeFileSync(resolv, 'nameserver 127.0.0.1\n');  // which says at once that it knows nothing
  // what `ip netns exec` runs has mounts of its own
  const knowing = (name) => [...prefixOf(name), 'sh', '-c', `mount --bind ${hosts} /etc/hosts && mount --bind ${resolv} /etc/resolv.conf && exec "$@"`, 'sh'];
  /** From now on it passes everything on. */
  const route = () => output([...prefixOf(between), 'sysctl', '-q', '-w', 'net.ipv4.ip_forward=1']);
  /** From now on the one between passes these UDP ports of its own address on to the server, and the replies back, and nothing else. */
  const translate = (range) => {
    route();
    output([...prefixOf(between), 'nft', `table ip nat {
      chain in { type nat hook prerouting priority dstnat; ip daddr ${address} udp dport ${range} dnat to 10.205.1.2; }
      chain through { type filter hook forward priority 0; policy drop; ct status dnat accept; }
    }`]);
  };
  /** The viewer's address goes, and another one comes on another interface: a phone leaves its Wi-Fi. */
  const move = () => {
    const ip = (...command) => output(['ip', ...command]);
    ip('-n', viewer, 'link', 'del', 'net0');
    ip('-n', between, 'link', 'add', 'net3', 'type', 'veth', 'peer', 'name', 'net1', 'netns', viewer);
    ip('-n', between, 'address', 'add', '10.205.3.1/24', 'dev', 'net3');
    ip('-n', between, 'link', 'set', 'net3', 'up');
    ip('-n', viewer, 'address', 'add', '10.205.3.2/24', 'dev', 'net1');
    ip('-n', viewer, 'link', 'set', 'net1', 'up');
    ip('-n', viewer, 'route', 'add', 'default', 'via', '10.205.3.1');
  };
  return {
    translate, route, move, hostName, address, serverAddress: '10.205.1.2', viewerAddress: '10.205.2.2', ports, stop: remove,
    serverPrefix: knowing(server), betweenPrefix: prefixOf(between), viewerPrefix: knowing(viewer),
  };
}

/**
 * coturn in between. @param {Awaited<ReturnType<typeof apart>>} networks @param {string[]} access its options for who may use it
 */
export async function startTurn({ betweenPrefix: [program, ...before] }, access) {
  const { cert, key, authority } = await signed({ names: `DNS:${hostName}` });
  const folder = temporaryFolder();
  const child = new Child(program, [...before, turnserver, '-n', `--listening-ip=${address}`, `--relay-ip=${address}`, `--listening-port=${ports.plain}`,
    `--tls-listening-port=${ports.tls}`, `--cert=${cert}`, `--pkey=${key}`, '--realm=example', '--fingerprint', '--no-cli', '--log-file=stdout', '--verbose',
    `--pidfile=${join(folder, 'pid')}`, `--userdb=${join(folder, 'db')}`, ...access]);
  await child.says(/IPv4\. TLS(\/SCTP|\/TCP) listener opened|Total General servers/);
  return Object.assign(child, { authority });
}

/** A viewer who gets the offer and never answers. @param {Awaited<ReturnType<typeof apart>>} networks @param {{url: string}} server */
export async function startAsking({ viewerPrefix: [program, ...before] }, { url }) {
  const child = new Child(program, [...before, process.execPath, join(root, 'tests/lib/offer-program.js'), url]);
  await child.says(/^\{.*\}$/m);
  return Object.assign(child, { offer: JSON.parse(child.lines[0]) });
}

/** Passes the page's connections on. @returns {Promise<{url: string, stop: () => Promise<unknown>}>} */
export async function startDoor({ betweenPrefix: [program, ...before], serverAddress }, server) {
  const child = new Child(program, [...before, process.execPath, join(root, 'tests/lib/forward-program.js'), serverAddress, String(server.port)]);
  const [, port] = await child.says(/port (\d+)/);
  return { url: `http://${address}:${port}/`, stop: () => child.stop() };
}
