// SPDX-License-Identifier: LGPL-2.1-or-later
// A viewer of a few lines: a WebSocket that sends what a test wants and keeps what comes.
import WebSocket from 'ws';
import { patience, until, within } from './wait.js';

export class Signalling {
  /** @type {any[]} every message from the server, in order */
  messages = [];
  /** How many pings of the WebSocket itself came. */
  pings = 0;
  #socket;

  /**
   * @param {{socketUrl: string, url: string, ca?: Buffer}} server `ca`: who vouches for its certificate
   * @param {{origin?: string, headers?: Record<string, string>, path?: string, from?: string}} [options] `from`: an address of this machine's
   */
  constructor(server, { origin = server.url.slice(0, -1), headers = {}, path, from } = {}) {
    const address = path ? new URL(path, server.socketUrl).href : server.socketUrl;
    this.#socket = new WebSocket(address, { origin, headers, perMessageDeflate: false, localAddress: from, ca: server.ca });
    this.#socket.on('message', (data) => this.messages.push(JSON.parse(data.toString())));
    this.#socket.on('ping', () => { ++this.pings; });
    this.#socket.on('error', () => {});
    /** @type {Promise<void>} */
    this.open = new Promise((resolve, reject) => {
      this.#socket.on('open', resolve);
      this.#socket.on('unexpected-response', (_, reply) => reject(Object.assign(new Error(`status ${reply.statusCode}`), { status: reply.statusCode })));
      this.#socket.on('error', reject);
    });
    this.open.catch(() => {});
    /** @type {Promise<number>} status of the close */
    this.closed = new Promise((resolve) => { this.#socket.on('close', resolve); });
  }

  /** Sends an object as JSON, and anything else as it is. */
  send(message) {
    const plain = typeof message === 'string' || Buffer.isBuffer(message);
    this.#socket.send(plain ? message : JSON.stringify(message));
  }

  /** One piece of a message. */
  sendFragment(data, last) {
    return new Promise((resolve) => { this.#socket.send(data, { fin: last, binary: false }, resolve); });
  }

  /** The first message of a type, now or later. */
  async receives(type, limit = patience) {
    return until(`a message of type ${type}`, () => this.messages.find((message) => message.type === type),
      { limit, state: () => this.messages });
  }

  /** The error that ends this connection, after the connection was closed: exactly one. */
  async ends(limit = patience) {
    const status = await within('the end of the WebSocket', this.closed, limit);
    return { status, errors: this.messages.filter((message) => message.type === 'error') };
  }

  close() { this.#socket.close(); }

  /** Ends the TCP connection without a word. */
  vanish() { this.#socket.terminate(); }
}

/** A connection that is open and may have received its offer. */
export async function connect(server, options) {
  const signalling = new Signalling(server, options);
  await within('an open WebSocket', signalling.open);
  return signalling;
}

/** A connection and the offer that it received. */
export async function connectForOffer(server) {
  const signalling = await connect(server);
  return { signalling, offer: (await signalling.receives('offer')).sdp };
}
