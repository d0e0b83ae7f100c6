// SPDX-License-Identifier: LGPL-2.1-or-later
// A cv-launch with something real between it and browsers: nginx, ssh, HAProxy, Jupyter.
import { startProxy } from './proxy.js';
import { startServer } from './server.js';

/**
 * @param {import('node:test').TestContext} t at whose end all of it ends
 * @param {(server: object) => Promise<{socket: string, path: string, stop: () => unknown}>} start what stands between, listening on a socket
 * @param {{scheme?: string, told?: boolean}} [options] `told`: cv-launch knows the address that browsers see
 * @returns {Promise<{origin: string, url: string}>} that address
 */
export async function serverBehind(t, start, { scheme = 'http', told = false } = {}) {
  const stops = [];
  t.after(async () => { while (stops.length > 0) await stops.pop()(); });
  const port = await startProxy();
  stops.push(port.stop);
  const origin = `${scheme}://127.0.0.1:${port.port}`;
  const server = await startServer({ args: told ? [`--public-origin=${origin}`] : [] });
  stops.push(() => server.stop());
  const between = await start(server);
  stops.push(between.stop);
  port.to(between.socket);
  return { origin, url: `${origin}${between.path}` };
}
