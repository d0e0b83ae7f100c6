// SPDX-License-Identifier: LGPL-2.1-or-later
// Serves the measuring pages of bench/latency and bench/links and what they import, and lets them reach cv-launch's WebSocket at /ws/PORT.
//
//   node page_server.js HOST: for a network namespace of its own; HOST has the servers
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { connect } from 'node:net';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { root } from '../../tests/lib/paths.js';

const types = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css' };

async function reply(request, response) {
  const { pathname } = new URL(request.url, 'http://localhost');  // without ".."
  response.writeHead(200, {
    'Content-Type': types[extname(pathname)] ?? 'text/plain',
    // isolated, a page has a clock of 5 µs in Chromium and 20 µs in Firefox, instead of 100 µs and 1 ms
    'Cross-Origin-Opener-Policy': 'same-origin', 'Cross-Origin-Embedder-Policy': 'require-corp',
  }).end(await readFile(join(root, pathname)));
}

/** Byte by byte, with the Host and Origin that the browser sent: cv-launch checks that they agree. */
function tunnel(host, request, socket) {
  const [, port, query] = request.url.match(/^\/ws\/(\d+)(\?.*)?$/);
  const server = connect(Number(port), host);
  for (const end of [socket, server]) {
    end.setNoDelay(true);
    end.on('error', () => {}).on('close', () => { socket.destroy(); server.destroy(); });
  }
  const { rawHeaders } = request;
  const fields = rawHeaders.flatMap((name, i) => (i % 2 ? [] : [`${name}: ${rawHeaders[i + 1]}`]));
  server.write([`GET /ws${query ?? ''} HTTP/1.1`, ...fields, '', ''].join('\r\n'));
  socket.pipe(server).pipe(socket);
}

/** @param {string} host where the servers are */
async function listen(host) {
  const server = createServer((request, response) => {
    reply(request, response).catch(() => response.destroy());
  }).on('upgrade', (request, socket) => tunnel(host, request, socket));
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return { server, address: `http://127.0.0.1:${server.address().port}/bench/peers/` };
}

/** @returns {Promise<string>} address of bench/latency's page */
export async function servePage() {
  const { server, address } = await listen('127.0.0.1');
  server.unref();
  return `${address}page.html`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) console.log((await listen(process.argv[2])).address);
