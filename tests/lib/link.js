// SPDX-License-Identifier: LGPL-2.1-or-later
// A link that carries so many bits a second, between two network namespaces, one for the server and one for the browser. Neither has
// another way out.
import { spawnSync } from 'node:child_process';
import { namespaces, prefixOf, trouble } from './network.js';
import { until } from './wait.js';

const serverAddress = '10.204.0.1';
const browserAddress = '10.204.0.2';
const device = 'veth';  // the same name on both sides

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

/** What leaves a namespace by a device. @param {string} name @param {string} through @param {number} rate in kbit/s */
function limitDevice(name, through, rate) {
  const tc = ['tc', '-n', name, 'qdisc'];
  if (Number.isFinite(rate)) runAll([[...tc, 'replace', 'dev', through, 'root', 'tbf', 'rate', `${rate}kbit`, 'burst', `${BURST}b`, 'latency', `${QUEUE_MS}ms`]]);
  else trouble(...tc, 'del', 'dev', through, 'root');  // it may have none
}

/**
 * What the server sends is limited; what the browser sends is not.
 * @param {number} [kbits] a second that it carries; `Infinity`: no limit
 */
export async function limitedLink(kbits = Infinity) {
  const { names: [server, browser], remove } = await namespaces();
  const limit = (rate) => limitDevice(server, device, rate);
  try {
    runAll([
      ['ip', '-n', server, 'link', 'add', device, 'type', 'veth', 'peer', 'name', device, 'netns', browser],
      ...[[server, serverAddress, browserAddress], [browser, browserAddress, serverAddress]].flatMap(([name, own, other]) => [
        ['ip', '-n', name, 'address', 'add', `${own}/24`, 'dev', device],
        ['ip', '-n', name, 'link', 'set', device, 'up'],
        ['ip', '-n', name, 'route', 'add', 'default', 'via', other],  // Firefox takes a machine without one for offline
      ]),
    ]);
    // A Chromium that starts before that finds no network for mDNS, and makes no media connection as long as it lives.
    for (const name of [server, browser]) await until(`${device} of ${name} is up`, () => isUp(name), { every: 10 });
    limit(kbits);
  } catch (error) {
    await remove();
    throw error;
  }
  return {
    serverPrefix: prefixOf(server), browserPrefix: prefixOf(browser), serverAddress, browserAddress,
    /** @param {number} rate in kbit/s */
    set: limit,
    stop: remove,
  };
}

/**
 * A server and many viewers, each in a namespace with a link of its own to the server's one address.
 * @param {number[]} kbits what each link carries
 */
export async function manyLinks(kbits) {
  const { names: [server, ...viewers], remove } = await namespaces(kbits.length + 1);
  const address = (i) => `10.205.${i >> 8}.${i & 255}`;
  try {
    runAll([
      ['ip', '-n', server, 'link', 'add', 'bridge', 'type', 'bridge'],
      ['ip', '-n', server, 'address', 'add', `${address(1)}/16`, 'dev', 'bridge'],
      ['ip', '-n', server, 'link', 'set', 'bridge', 'up'],
      ...viewers.flatMap((name, i) => [
        ['ip', '-n', server, 'link', 'add', `viewer${i}`, 'type', 'veth', 'peer', 'name', device, 'netns', name],
        ['ip', '-n', server, 'link', 'set', `viewer${i}`, 'master', 'bridge', 'up'],
        ['ip', '-n', name, 'address', 'add', `${address(i + 2)}/16`, 'dev', device],
        ['ip', '-n', name, 'link', 'set', device, 'up'],
      ]),
    ]);
    for (const name of viewers) await until(`${device} of ${name} is up`, () => isUp(name), { every: 10 });
    kbits.forEach((rate, i) => limitDevice(server, `viewer${i}`, rate));
  } catch (error) {
    await remove();
    throw error;
  }
  return { serverPrefix: prefixOf(server), serverAddress: address(1), viewerPrefixes: viewers.map(prefixOf), stop: remove };
}
