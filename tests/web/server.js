// SPDX-License-Identifier: LGPL-2.1-or-later
// Stands in for cv-launch: serves the page with its CSP, and hands signalling on to a page that plays the server's
// part (peer.js).

import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { WebSocketServer } from 'ws';

const WEB = fileURLToPath(new URL('../../web', import.meta.url));
const HERE = fileURLToPath(new URL('.', import.meta.url));
const TYPES = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml' };
export const CSP = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; " +
  "media-src 'self' blob:; img-src 'self'";

export class PageServer {
  missing = [];
  /** Set to answer every new viewer with an error instead of an offer. */
  refuse = null;
  #http = createServer((request, response) => this.#serve(request, response));
  #sockets = new WebSocketServer({ noServer: true });
  #viewers = new Map();
  #peer = null;
  #next = 1;

  async listen(port = 0) {
    this.#http.on('upgrade', (request, socket, head) => {
      this.#sockets.handleUpgrade(request, socket, head, (ws) => {
        if (request.url === '/peer') this.#openPeer(ws);
        else this.#openViewer(ws);
      });
    });
    await new Promise((resolve) => this.#http.listen(port, '127.0.0.1', resolve));
    return this.#http.address().port;
  }

  get viewers() {
    return this.#viewers.size;
  }

  /** Ends all viewers' WebSockets, without a word like a process that dies. */
  dropViewers() {
    for (const ws of this.#viewers.values()) ws.terminate();
  }

  /** Sends one raw text to all viewers. */
  sendViewers(text) {
    for (const ws of this.#viewers.values()) ws.send(text);
  }

  close() {
    for (const ws of this.#sockets.clients) ws.terminate();
    this.#http.closeAllConnections?.();
    return new Promise((resolve) => this.#http.close(resolve));
  }

  #openPeer(ws) {
    this.#peer = ws;
    ws.on('message', (text) => {
      const { viewer, message } = JSON.parse(text);
      this.#viewers.get(viewer)?.send(JSON.stringify(message));
    });
  }

  #openViewer(ws) {
    if (this.refuse) {
      ws.send(JSON.stringify(this.refuse));
      ws.close();
      return;
    }
    const viewer = this.#next++;
    this.#viewers.set(viewer, ws);
    const tell = (event) => this.#peer?.send(JSON.stringify({ viewer, ...event }));
    ws.on('message', (text) => tell({ message: JSON.parse(text) }));
    ws.on('close', () => {
      this.#viewers.delete(viewer);
      tell({ gone: true });
    });
    tell({ joined: true });
  }

  async #serve(request, response) {
    const path = normalize(new URL(request.url, 'http://localhost').pathname);
    const isPeer = path.startsWith('/peer');
    const file = isPeer ? join(HERE, path) : join(WEB, path === '/' ? 'index.html' : path);
    try {
      const body = await readFile(file);
      const headers = { 'content-type': TYPES[extname(file)] ?? 'application/octet-stream' };
      if (!isPeer) headers['content-security-policy'] = CSP;
      response.writeHead(200, headers).end(body);
    } catch {
      this.missing.push(path);
      response.writeHead(404).end();
    }
  }
}
