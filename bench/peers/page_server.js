// SPDX-License-Identifier: LGPL-2.1-or-later
// Serves the measuring page of bench/latency and what it imports, and lets it reach cv-launch's WebSocket at /ws/PORT.
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { connect } from 'node:net';
import { extname, join } from 'node:path';
import { root } from '../../tests/lib/paths.js';

const types = { '.html': 'text/html', '.js': 'text/javascript' };

async function reply(request, response) {
  const { pathname } = new URL(request.url, 'http://localhost');  // without ".."
  response.writeHead(200, {
    'Content-Type': types[extname(pathname)] ?? 'text/plain',
    // isolated, a page has a clock of 5 µs in Chromium and 20 µs in Firefox, instead of 100 µs and 1 ms
    'Cross-Origin-Opener-Policy': 'same-origin', 'Cross-Origin-Embedder-Policy': 'require-corp',
  }).end(await readFile(join(root, pathname)));
}

/** Byte by byte, with the Host and Origin that the browser sent: cv-launch checks that they agree. */
function tunnel(request, socket) {
  const [, port] = request.url.match(/^\/ws\/(\d+)$/);
  const server = connect(Number(port), '127.0.0.1');
  for (const end of [socket, server]) {
    end.setNoDelay(true);
    end.on('error', () => {}).on('close', () => { socket.destroy(); server.destroy(); });
  }
  const { rawHeaders } = request;
  const fields = rawHeaders.flatMap((name, i) => (i % 2 ? [] : [`${name}: ${rawHeaders[i + 1]}`]));
  server.write([`GET /ws HTTP/1.1`, ...fields, '', ''].join('\r\n'));
  socket.pipe(server).pipe(socket);
}

/** @returns {Promise<string>} address of the page */
export async function servePage() {
  const server = createServer((request, response) => {
    reply(request, response).catch(() => response.destroy());
  }).on('upgrade', tunnel);
  await once(server.listen(0, '127.0.0.1'), 'listening');
  server.unref();
  return `http://127.0.0.1:${server.address().port}/bench/peers/page.html`;
}
