// SPDX-License-Identifier: LGPL-2.1-or-later
// HTTP byte by byte: what a test sends is what the server sees.
import { connect } from 'node:net';
import { within } from './wait.js';

export class RawConnection {
  received = Buffer.alloc(0);

  /** Its own side stays open when the server has closed the other. @param {{port: number}} server */
  constructor({ port }) {
    this.socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
    this.socket.on('data', (data) => { this.received = Buffer.concat([this.received, data]); });
    this.socket.on('error', () => {});
    this.opened = new Promise((resolve) => { this.socket.once('connect', resolve); });
    /** Resolves when the server has closed, or reset, the connection. */
    this.closed = new Promise((resolve) => {
      this.socket.once('end', resolve);
      this.socket.once('close', resolve);
    });
  }

  async write(data) {
    await this.opened;
    return new Promise((resolve) => { this.socket.write(data, resolve); });
  }

  get reply() { return parse(this.received); }
}

function parse(bytes) {
  const end = bytes.indexOf('\r\n\r\n');
  if (end < 0) return null;
  const [first, ...fields] = bytes.subarray(0, end).toString().split('\r\n');
  /** What stands twice is joined (RFC 9110, 5.3). @type {Record<string, string>} */
  const headers = {};
  for (const field of fields) {
    const name = field.split(':')[0].toLowerCase();
    headers[name] = [...(name in headers ? [headers[name]] : []), field.slice(field.indexOf(':') + 1).trim()].join(', ');
  }
  return {
    status: Number(first.split(' ')[1]),
    headers,
    body: bytes.subarray(end + 4),
  };
}

/**
 * Sends one request and returns the reply once the server has closed the connection.
 * @param {{port: number}} server
 * @param {string} method
 * @param {string} path
 * @param {string[]} fields header lines; without a Host line the proper one is sent
 */
export async function request(server, method, path, fields = []) {
  const connection = new RawConnection(server);
  const host = fields.some((field) => /^host:/i.test(field)) ? [] : [`Host: 127.0.0.1:${server.port}`];
  try {
    await connection.write([`${method} ${path} HTTP/1.1`, ...host, ...fields, '', ''].join('\r\n'));
    await within(`the reply to ${method} ${path} and the close after it`, connection.closed);
    return connection.reply;
  } finally {
    connection.socket.destroy();
  }
}

/**
 * Sends a WebSocket handshake and returns the status and headers of the reply.
 * @param {{port: number}} server
 */
export async function handshake(server, fields = [], path = '/ws') {
  const connection = new RawConnection(server);
  const host = fields.some((field) => /^host:/i.test(field)) ? [] : [`Host: 127.0.0.1:${server.port}`];
  try {
    await connection.write([`GET ${path} HTTP/1.1`, ...host, 'Connection: Upgrade', 'Upgrade: websocket',
      'Sec-WebSocket-Version: 13', 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==', ...fields, '', ''].join('\r\n'));
    const replied = new Promise((resolve) => {
      connection.socket.on('data', () => connection.reply && resolve(undefined));
    });
    await within('the reply to a WebSocket handshake', Promise.race([replied, connection.closed]));
    return connection.reply;
  } finally {
    connection.socket.destroy();
  }
}
