// SPDX-License-Identifier: LGPL-2.1-or-later
// Debian's Janus, as scripts/janus starts it: its ports are fixed, so each wants a network of its own.
import { once } from 'node:events';
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import WebSocket, { WebSocketServer } from 'ws';
import { Janus } from '../../web/core/janus.js';
import { Child } from './child.js';
import { canMakeNetworks, noNetworksBecause } from './network.js';
import { env, root, temporaryFolder } from './paths.js';

const there = existsSync(join(root, 'build-janus/janus/usr/bin/janus'));
/** Why there is none, or false. */
export const noJanus = !canMakeNetworks ? noNetworksBecause : !there && 'no Janus: scripts/janus --unpack, where this Debian has a package of it';

/** Its end is a sudden one: 1.1.2 crashes now and then (janus_sctp_association_destroy) when it is asked to end while it has viewers. @param {Child} child */
async function begun(child) {
  await child.says(/WebSockets thread started/);
  const stop = () => {
    child.signal('SIGKILL');
    return child.exited;
  };
  return Object.assign(child, { stop });
}

/** @param {string[]} [prefix] see prefixOf() */
export const startJanus = ([program, ...before] = ['env']) => begun(new Child(program, [...before, join(root, 'scripts/janus')]));

/** Janus with files of packaging/janus that are changed, by their names. @param {string[]} prefix @param {(text: string, name: string) => string} change */
export async function startJanusWith([program, ...before], change) {
  const files = join(root, 'build-janus/janus/usr');
  const [machine] = readdirSync(join(files, 'lib')).filter((name) => existsSync(join(files, 'lib', name, 'janus')));
  const [conf, from] = [temporaryFolder(), join(root, 'packaging/janus')];
  for (const name of readdirSync(from)) {
    const text = readFileSync(join(from, name), 'utf8').replaceAll('@key@', 'key-of-a-test').replaceAll('@library@', join(files, 'lib', machine, 'janus'));
    writeFileSync(join(conf, name), change(text, name));
  }
  return begun(new Child(program, [...before, join(files, 'bin/janus'), `--configs-folder=${conf}`, '--disable-colors']));
}

/**
 * As startJanus(), with its video rooms too, and a WHIP endpoint over them (janus-whip-program.js).
 * @param {string[]} [prefix] @param {number} [port] of the endpoint
 */
export async function startJanusWithRooms(prefix = ['env'], port = 0) {
  const child = await startJanusWith(prefix, (text) => text.replace('libjanus_videoroom.so,', ''));
  const [program, ...before] = prefix;
  const endpoint = new Child(program, [...before, process.execPath, join(root, 'tests/lib/janus-whip-program.js'), '0.0.0.0', String(port)], { env });
  const [, own] = await endpoint.says(/http:\S+:(\d+)\/whip/);
  const stop = async () => {
    endpoint.signal('SIGKILL');
    await endpoint.exited;
    await child.stop();
  };
  return { port: Number(own), endpoint, stop };
}

/** Where a viewer of cv-launch finds a stream of Janus: a server that says to it what Janus says. @param {string} src as the player has it */
export async function bridgeTo(src) {
  // Janus has no candidate of 127.0.0.1, so the viewer must have another one too: it goes by where the server is
  const host = Object.values(networkInterfaces()).flat().find(({ family, internal }) => family === 'IPv4' && !internal)?.address ?? '127.0.0.1';
  const server = new WebSocketServer({ host, port: 0 });
  server.on('connection', (socket) => {
    const say = (message) => socket.send(JSON.stringify(message));
    const janus = new Janus(src, '', { offer: (sdp) => say({ type: 'offer', sdp, stamped: true }), closed: () => socket.close() }, WebSocket);
    socket.on('message', (text) => {
      const { type, sdp, candidate, sdpMLineIndex } = JSON.parse(text);
      if (type === 'answer') janus.answer(sdp);
      else if (type === 'candidate') janus.candidate({ candidate, sdpMLineIndex });
    });
    socket.on('close', () => janus.close());
  });
  await once(server, 'listening');
  return { socketUrl: `ws://${host}:${server.address().port}/ws`, close: () => server.close() };
}
