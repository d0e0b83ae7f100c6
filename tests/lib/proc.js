// SPDX-License-Identifier: LGPL-2.1-or-later
// What the kernel says about a process: threads, descriptors, memory, sockets.
import { readFileSync, readdirSync, readlinkSync } from 'node:fs';

const status = (pid, name) => Number(readFileSync(`/proc/${pid}/status`, 'utf8').match(new RegExp(`^${name}:\\s*(\\d+)`, 'm'))[1]);

export const threads = (pid) => status(pid, 'Threads');

/** Resident memory in kB. */
export const resident = (pid) => status(pid, 'VmRSS');

/** How the kernel schedules each thread, by thread: 0 is SCHED_OTHER, 3 SCHED_BATCH. @returns {Record<string, number>} */
export const policies = (pid) => Object.fromEntries(readdirSync(`/proc/${pid}/task`).flatMap((thread) => {
  try {
    return [[thread, Number(readFileSync(`/proc/${pid}/task/${thread}/stat`, 'utf8').replace(/^.*\) /, '').split(' ')[38])]];
  } catch {
    return [];  // it has just ended
  }
}));

export const descriptors = (pid) => readdirSync(`/proc/${pid}/fd`).length;

/** User and system time in seconds. */
export function cpuTime(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/^.*\) /, '').split(' ');
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

/** All that run: their parent, state ('Z': a zombie), command line and processor time in seconds. */
export function processes() {
  return readdirSync('/proc').filter((name) => /^\d+$/.test(name)).flatMap((pid) => {
    try {
      const [state, parent] = readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/^.*\) /, '').split(' ');
      return [{ pid: Number(pid), parent: Number(parent), state, command: readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' '), time: cpuTime(pid) }];
    } catch {
      return [];  // it has just ended
    }
  });
}

/** User and system time in seconds of a process and of all that it started, as far as they still run. */
export function cpuTimeOfTree(root) {
  const all = processes();
  const sum = (pid) => all.filter(({ parent }) => parent === pid).reduce((total, child) => total + sum(child.pid), all.find((one) => one.pid === pid)?.time ?? 0);
  return sum(root);
}

/** Seconds of processor time that all others spent which this process started, but for the server `pid`: a browser, for example. */
export function cpuTimeOfOthers(pid) {
  const own = process.cpuUsage();
  return cpuTimeOfTree(process.pid) - cpuTimeOfTree(pid) - (own.user + own.system) / 1e6;
}

const descriptorTarget = (pid, fd) => {
  try {
    return readlinkSync(`/proc/${pid}/fd/${fd}`);
  } catch {
    return '';
  }
};

/** The kernel writes addresses as 32-bit words in the machine's own order. */
function address(hex) {
  const bytes = hex.match(/.{8}/g).flatMap((word) => word.match(/../g).reverse());
  if (bytes.length === 4) return bytes.map((byte) => parseInt(byte, 16)).join('.');
  const groups = bytes.map((byte, i) => (i % 2 ? byte : `:${byte}`)).join('').slice(1);
  return groups === '0000:0000:0000:0000:0000:0000:0000:0001' ? '::1' : groups;
}

/**
 * Sockets that a process holds.
 * @param {number} pid
 * @param {'tcp' | 'udp'} protocol
 * @returns {{address: string, port: number, listening: boolean}[]}
 */
export function sockets(pid, protocol) {
  const held = new Set(readdirSync(`/proc/${pid}/fd`)
    .map((fd) => descriptorTarget(pid, fd).match(/^socket:\[(\d+)\]$/)?.[1]).filter(Boolean));
  return [protocol, `${protocol}6`].flatMap((table) => readFileSync(`/proc/${pid}/net/${table}`, 'utf8')
    .trim().split('\n').slice(1).map((line) => line.trim().split(/\s+/))
    .filter((fields) => held.has(fields[9]))
    .map((fields) => ({
      address: address(fields[1].split(':')[0]),
      port: parseInt(fields[1].split(':')[1], 16),
      listening: fields[3] === (protocol === 'tcp' ? '0A' : '07'),
    })));
}

/** Share of the processors' time, since `before`, that other machines took: a noisy run shows here. */
export function steal(before = { stolen: 0, total: 0 }) {
  const times = readFileSync('/proc/stat', 'utf8').split('\n')[0].trim().split(/\s+/).slice(1, 9).map(Number);
  const now = { stolen: times[7], total: times.reduce((sum, time) => sum + time) };
  return { ...now, share: (now.stolen - before.stolen) / Math.max(1, now.total - before.total) };
}
