// SPDX-License-Identifier: LGPL-2.1-or-later

/** A WebSocket whose other end is the test. */
export class FakeSocket {
  readyState = 0;
  closes = 0;
  /** @type {string[]} */
  sent = [];
  /** @type {(() => void)|null} */
  onopen = null;
  /** @type {((event: {data: unknown}) => void)|null} */
  onmessage = null;
  /** @type {((event: {code: number}) => void)|null} */
  onclose = null;

  /** @param {string} url @param {string} [protocol] */
  constructor(url, protocol) {
    if (!url.startsWith('ws')) throw new SyntaxError(`bad URL ${url}`);
    this.url = url;
    this.protocol = protocol;
    FakeSocket.all.push(this);
    FakeSocket.last = this;
  }

  /** @param {string} text */
  send(text) {
    this.sent.push(text);
  }

  close() {
    this.closes++;
  }

  /** The server has taken it. */
  open() {
    this.readyState = 1;
    this.onopen?.();
    return this;
  }

  /** @param {unknown} data */
  deliver(data) {
    this.onmessage?.({ data });
  }
}
/** In the order in which they were made. @type {FakeSocket[]} */
FakeSocket.all = [];
/** @type {FakeSocket} */
FakeSocket.last = /** @type {any} */ (null);
