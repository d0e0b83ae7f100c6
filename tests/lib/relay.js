// SPDX-License-Identifier: LGPL-2.1-or-later
// A port of 127.0.0.1 in a namespace from which TCP leads to a server elsewhere, as ssh -L makes one: a page from there may decode
// video, and may not by plain http from another machine.
import { Child } from './child.js';

const relay = `const { connect, createServer } = require('node:net');
  const [port, host] = process.argv.slice(1);
  const server = createServer({ noDelay: true }, (client) => {
    const behind = connect({ port, host, noDelay: true });
    for (const end of [client, behind]) end.on('error', () => { client.destroy(); behind.destroy(); });
    client.pipe(behind).pipe(client);
  }).listen(0, '127.0.0.1', () => console.log('listening on ' + server.address().port));`;

/** @param {string[]} prefix see prefixOf() @param {{host: string, port: number}} to */
export async function startRelay([program, ...args], { host, port }) {
  const child = new Child(program, [...args, process.execPath, '-e', relay, String(port), host]);
  const [, own] = await child.says(/listening on (\d+)/);
  return { url: `http://127.0.0.1:${own}/`, stop: () => child.stop() };
}
