// SPDX-License-Identifier: LGPL-2.1-or-later

/** The other end of fetch(): the test says what it answers. */
export class FakeEndpoint {
  /** @type {{method: string, url: string, headers: Record<string, string>, body: string|undefined}[]} */
  requests = [];
  /** @type {((response: Response|Error) => void)[]} */
  #waiting = [];

  /** From now on fetch() comes here. */
  constructor() {
    globalThis.fetch = /** @type {any} */ ((/** @type {string} */ url, /** @type {any} */ { method, headers = {}, body }) => {
      this.requests.push({ method, url, headers, body });
      return new Promise((resolve, reject) => this.#waiting.push((response) => response instanceof Error ? reject(response) : resolve(response)));
    });
  }

  get last() { return this.requests[this.requests.length - 1]; }

  /** The requests of this method. @param {string} method */
  of(method) { return this.requests.filter((request) => request.method === method); }

  /** To the oldest request that has no reply yet. @param {number} status @param {Record<string, string>} [headers] @param {string} [body] */
  reply(status, headers = {}, body = '') { this.#waiting.shift()?.(new Response([204, 304].includes(status) ? null : body, { status, headers })); }

  /** There is no way to it. */
  fail() { this.#waiting.shift()?.(new TypeError('Failed to fetch')); }
}
