// SPDX-License-Identifier: LGPL-2.1-or-later
// A link that carries so many bits a second, between two network namespaces, one for the server and one for the browser. Neither has
// another way out.
import { spawnSync } from 'node:child_process';
import { namespaces, prefixOf, trouble } from './network.js';
import { until } from './wait.js';

const serverAddress = '10.204.0.1';
const browserAddress = '10.204.0.2';
const device = 'net0';  // the same name on both sides; libnice (in cv-test-viewer) passes over one that is called veth

/** What may go at once, after a pause, in bytes. */
const BURST = 10 * 1024;
/** So many ms' bytes may wait, and a burst's; what comes then is dropped. So a full queue takes 0.5 s at 400 kbit/s, and 1.7 s at 60. */
const QUEUE_MS = 300;

/** @param {string[][]} commands that all have to work */
function runAll(commands) {
  for (const command of commands) {
    const failed = trouble(...command);
    if (failed) throw new Error(`${command.join(' ')}: ${failed}`);
  }
}

/** @param {string} name of a namespace */
const isUp = (name) => spawnSync('ip', ['-n', name, 'link', 'show', device], { encoding: 'utf8' }).stdout.includes(' state UP ');

/** Two namespaces with a link between them, and what more is done there. @param {(server: string, viewer: string) => string[][]} commandsOf */
async function linked(commandsOf) {
  const { names, remove } = await namespaces();
  const [server, viewer] = names;
  try {
    runAll([
      ['ip', '-n', server, 'link', 'add', device, 'type', 'veth', 'peer', 'name', device, 'netns', viewer],
      ...names.map((name) => ['ip', '-n', name, 'link', 'set', device, 'up']),
      ...commandsOf(server, viewer),
    ]);
    // A Chromium that starts before that finds no network for mDNS, and makes no media connection as long as it lives.
    for (const name of names) await until(`${device} of ${name} is up`, () => isUp(name), { every: 10 });
  } catch (error) {
    await remove();
    throw error;
  }
  return { server, viewer, remove };
}

/**
 * What the server sends is limited; what the browser sends is not.
 * @param {number} [kbits] a second that it carries; `Infinity`: no limit
 */
export async function limitedLink(kbits = Infinity) {
  const { server, viewer: browser, remove } = await linked((...names) => [[serverAddress, browserAddress], [browserAddress, serverAddress]].flatMap(([own, other], i) => [
    ['ip', '-n', names[i], 'address', 'add', `${own}/24`, 'dev', device],
    ['ip', '-n', names[i], 'route', 'add', 'default', 'via', other],  // Firefox takes a machine without one for offline
  ]));
  const limit = (rate) => {
    const tc = ['tc', '-n', server, 'qdisc'];
    if (Number.isFinite(rate)) runAll([[...tc, 'replace', 'dev', device, 'root', 'tbf', 'rate', `${rate}kbit`, 'burst', `${BURST}b`, 'latency', `${QUEUE_MS}ms`]]);
    else trouble(...tc, 'del', 'dev', device, 'root');  // it may have none
  };
  limit(kbits);
  return {
    serverPrefix: prefixOf(server), browserPrefix: prefixOf(browser), serverAddress, browserAddress,
    /** @param {number} rate in kbit/s */
    set: limit,
    /** From now on the server gets and sends no UDP, and nobody is told; or it does again. @param {boolean} passes */
    udp(passes) {
      const chains = ['input', 'output'].map((hook) => `chain ${hook} { type filter hook ${hook} priority 0; meta l4proto udp drop; }`);
      runAll([['ip', 'netns', 'exec', server, 'nft', passes ? 'delete table inet without' : `table inet without {\n${chains.join('\n')}\n}`]]);
    },
    stop: remove,
  };
}

/**
 * A server and many viewers: what goes to some addresses is limited, for each by itself.
 * @param {number} count of limited addresses @param {number} kbits a second that each gets; `Infinity`: no limit
 */
export async function manyLinks(count, kbits) {
  const limited = Array.from({ length: count }, (_, i) => `10.204.1.${i + 1}`);
  const { server, viewer, remove } = await linked((...names) => {
    const tc = (...command) => ['tc', '-n', names[0], ...command];
    return [
      ['ip', '-n', names[0], 'address', 'add', `${serverAddress}/16`, 'dev', device],
      ...[browserAddress, ...limited].map((address) => ['ip', '-n', names[1], 'address', 'add', `${address}/16`, 'dev', device]),
      ['ip', '-n', names[1], 'route', 'add', 'default', 'via', serverAddress],  // as above
      tc('qdisc', 'add', 'dev', device, 'root', 'handle', '1:', 'htb', 'default', '0'),
      ...Number.isFinite(kbits) ? limited.flatMap((address, i) => {
        const of = `1:${(i + 1).toString(16)}`;
        return [
          tc('class', 'add', 'dev', device, 'parent', '1:', 'classid', of, 'htb', 'rate', `${kbits}kbit`, 'burst', `${BURST}b`, 'cburst', `${BURST}b`),
          tc('qdisc', 'add', 'dev', device, 'parent', of, 'bfifo', 'limit', `${Math.round(kbits / 8 * QUEUE_MS)}b`),
          tc('filter', 'add', 'dev', device, 'parent', '1:', 'protocol', 'ip', 'u32', 'match', 'ip', 'dst', address, 'flowid', of),
        ];
      }) : [],
    ];
  });
  return { serverPrefix: prefixOf(server), viewerPrefix: prefixOf(viewer), serverAddress, free: browserAddress, limited, stop: remove };
}
