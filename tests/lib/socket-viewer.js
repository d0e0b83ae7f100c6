// SPDX-License-Identifier: LGPL-2.1-or-later
// A viewer that gets its frames by WebSocket, as PROTOCOL.md has it, and decodes none.
import WebSocket from 'ws';
import { patience, until, within } from './wait.js';

export class SocketViewer {
  /** Texts, and binary messages without their data, in order. @type {any[]} */
  messages = [];
  /** Whole frames of video. @type {{id: number, key: boolean, data: Buffer}[]} */
  frames = [];
  /** Bytes of frames so far. */
  bytes = 0;
  /** Whether it acknowledges. */
  acknowledges = true;
  #socket;
  #count = 0;
  /** @type {Buffer[]} */
  #parts = [];

  /** @param {{socketUrl: string, url: string}} server @param {string} [query] @param {string} [token] */
  constructor(server, query = '?transport=socket', token) {
    this.#socket = new WebSocket(`${server.socketUrl}${query}`, { origin: new URL(server.url).origin, perMessageDeflate: false });
    this.#socket.on('message', (data, binary) => (binary ? this.#onFrame(data) : this.#add(JSON.parse(data.toString()))));
    if (token) this.#socket.on('open', () => this.send({ type: 'token', token }));
    this.#socket.on('error', () => {});
    /** @type {Promise<number>} status of the close */
    this.closed = new Promise((resolve) => { this.#socket.on('close', resolve); });
  }

  /** All of one type. @param {string} type */
  of(type) {
    return this.messages.filter((message) => message.type === type);
  }

  /** The first message of a type, now or later. @param {string} type */
  async receives(type, limit = patience) {
    return until(`a message of type ${type}`, () => this.of(type)[0], { limit, state: () => this.messages.slice(-20) });
  }

  /** @param {number} count */
  async hasFrames(count, limit = patience) {
    await until(`${count} frames`, () => this.frames.length >= count, { limit, state: () => ({ frames: this.frames.length, last: this.messages.slice(-5) }) });
  }

  /** The error that ends this connection, after the connection was closed. */
  async ends(limit = patience) {
    const status = await within('the end of the WebSocket', this.closed, limit);
    return { status, errors: this.of('error') };
  }

  /** @param {object} message */
  send(message) {
    this.#socket.send(JSON.stringify(message));
  }

  /** Reads no more, for now. */
  pause() { this.#socket.pause(); }

  resume() { this.#socket.resume(); }

  close() { this.#socket.close(); }

  /** All that has come. */
  acknowledge() {
    this.send({ type: 'ack', number: this.#count, at: performance.now() });
  }

  /** @param {object} message */
  #add(message) {
    this.messages.push(message);
    if (this.#count === 0 && message.type !== 'media') return;  // before the frames
    this.#count++;
    if (this.acknowledges && message.type !== 'error') this.acknowledge();
  }

  /** @param {Buffer} bytes */
  #onFrame(bytes) {
    const [kind, flags] = bytes;
    const id = bytes.readUInt32BE(2);
    const data = bytes.subarray(6);
    this.bytes += data.length;
    this.#add({ kind, flags, id, size: data.length });
    if (kind !== 1) return;
    this.#parts.push(data);
    if (flags & 2) return;
    this.frames.push({ id, key: (flags & 1) === 1, data: Buffer.concat(this.#parts) });
    this.#parts = [];
  }
}
