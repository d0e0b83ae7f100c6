// SPDX-License-Identifier: LGPL-2.1-or-later
// Stands in for cv-launch: serves the page with its headers, and hands signalling on to a page that plays the server's part (peer.js).
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { networkInterfaces } from 'node:os';
import { extname, join, normalize } from 'node:path';
import { WebSocketServer } from 'ws';
import { parseSignal } from '../../../web/core/protocol.js';
import { build, root } from '../paths.js';

const types = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml' };
/** What the peer's page loads, by its path in the repository. */
const peers = /^\/(tests\/lib\/peer|web\/core|launcher\/PROTOCOL\.md)/;
/** The page as it is built. */
const page = (path) => join(...(/\.(html|svg)$/.test(path) ? [root, 'web/demo'] : [build, 'web']), path);

/** The headers that cv-launch sends with the page. */
export function pageHeaders() {
  const source = readFileSync(join(root, 'launcher/http/replies.cpp'), 'utf8');
  const calls = source.matchAll(/soup_message_headers_replace\(headers, "([\w-]+)",\s*((?:"[^"]*"\s*)+)\)/g);
  const headers = Object.fromEntries([...calls].map(([, name, words]) => [name, [...words.matchAll(/"([^"]*)"/g)].map(([, word]) => word).join('')]));
  assert.ok(headers['Content-Security-Policy'], 'launcher/http/replies.cpp has a Content-Security-Policy that is read here');
  return headers;
}

// Chromium hides its address behind a .local name, which Firefox has no way to look up here.
const address = Object.values(networkInterfaces()).flat().find(({ family, internal }) => family === 'IPv4' && !internal)?.address ?? '127.0.0.1';

export class PageServer {
  url = '';
  /** Paths that were asked for in vain. */
  missing = [];
  /** Set to answer every new viewer with an error instead of an offer. */
  refuse = null;
  /** Of the page; a test may give it others. @type {Record<string, string>} */
  headers = pageHeaders();
  /** What is served in place of a file of the page, by its path. @type {Record<string, string>} */
  instead = {};
  #http = createServer((request, response) => this.#serve(request, response));
  #sockets = new WebSocketServer({ noServer: true });
  #viewers = new Map();
  #peer = null;
  #next = 1;

  async listen() {
    this.#http.on('upgrade', (request, socket, head) => {
      this.#sockets.handleUpgrade(request, socket, head, (ws) => {
        if (request.url === '/peer') this.#openPeer(ws);
        else this.#openViewer(ws);
      });
    });
    await new Promise((resolve) => this.#http.listen(0, '127.0.0.1', resolve));
    this.url = `http://127.0.0.1:${this.#http.address().port}`;
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
    this.#http.closeAllConnections();
    return new Promise((resolve) => this.#http.close(resolve));
  }

  #openPeer(ws) {
    this.#peer = ws;
    ws.on('message', (text) => {
      const { viewer, message } = JSON.parse(text);
      this.#viewers.get(viewer)?.send(JSON.stringify(message).replace(/[\w-]+\.local/, address));
    });
  }

  #openViewer(ws) {
    if (this.refuse) {
      const text = JSON.stringify(this.refuse);
      assert.equal(parseSignal(text).type, 'error');
      ws.send(text);
      ws.close();
      return;
    }
    const viewer = this.#next++;
    this.#viewers.set(viewer, ws);
    const tell = (event) => this.#peer?.send(JSON.stringify({ viewer, ...event }));
    ws.on('message', (text) => tell({ text: text.toString() }));
    ws.on('close', () => {
      this.#viewers.delete(viewer);
      tell({ gone: true });
    });
    tell({ joined: true });
  }

  async #serve(request, response) {
    const asked = normalize(new URL(request.url, 'http://localhost').pathname);
    const path = asked === '/' ? '/index.html' : asked;
    const peer = peers.test(path);
    try {
      const body = this.instead[path] ?? await readFile(peer ? join(root, path) : page(path));
      response.writeHead(200, { ...(!peer && this.headers), 'Content-Type': types[extname(path)] ?? 'text/plain; charset=utf-8' }).end(body);
    } catch {
      this.missing.push(path);
      response.writeHead(404).end();
    }
  }
}
