// SPDX-License-Identifier: LGPL-2.1-or-later
// A TCP port that stays ours while what is behind it ends and comes back on another one.
import { once } from 'node:events';
import { connect, createServer } from 'node:net';

/** @typedef {{port: number, connections: number, sent: number, to: (port: number | string | null) => void, stop: () => Promise<void>}} Proxy */

/**
 * Passes connections on to 127.0.0.1:`port`, or whatever `to` says later, which may be the path of a Unix socket; null: nobody is
 * there, and they are closed at once.
 * `connections` counts all that came, `sent` the bytes of all replies.
 * @param {number | null} port
 * @returns {Promise<Proxy>}
 */
export async function startProxy(port = null) {
  let target = port;
  const open = new Set();
  const server = createServer({ noDelay: true }, (client) => {
    ++proxy.connections;
    if (target === null) return client.resetAndDestroy();
    const behind = typeof target === 'string' ? connect(target) : connect(target, '127.0.0.1');
    open.add(client);
    client.pipe(behind).pipe(client);
    behind.on('data', ({ length }) => { proxy.sent += length; });
    const end = () => {
      client.destroy();
      behind.destroy();
      open.delete(client);
    };
    for (const socket of [client, behind]) socket.on('error', end).on('close', end);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const proxy = {
    port: server.address().port,
    connections: 0,
    sent: 0,
    to: (next) => { target = next; },
    stop: async () => {
      const closed = once(server.close(), 'close');
      open.forEach((client) => client.destroy());
      await closed;
    },
  };
  return proxy;
}
