// SPDX-License-Identifier: LGPL-2.1-or-later
import { SharedConnection } from './shared-connection.js';

/** A server puts half as many into one connection; some may have to be left out. */
const MOST = 64;

/** Gives the players of a page one connection for all their streams, where that can be. It is made when one of them wants to connect and there is none, and ends with the last. */
export class Sharing {
  /** The streams that there are. @type {string[]} */
  names = [];
  #address;
  #token;
  /** @type {SharedConnection|null} */
  #connection = null;
  /** Whether it may be tried. */
  #hope = true;
  /** What the last one did not carry: for one of them alone none is made. @type {Set<string>} */
  #left = new Set();

  /** @param {(names: string[]) => string} address of the server's WebSocket for these streams @param {string} token that opens it, or '' */
  constructor(address, token) {
    this.#address = address;
    this.#token = token;
  }

  /** For the player of a stream. @param {string} name @returns {import('./session.js').Connect} */
  for(name) {
    return (told, own, store) => this.#connectionFor(name)?.join(name, told, own, store) ?? own();
  }

  /** @param {string} name */
  #connectionFor(name) {
    const names = this.names.slice(0, MOST);
    if (!this.#connection && this.#hope && names.length > 1 && names.includes(name) && !this.#left.has(name)) {
      const connection = new SharedConnection(this.#address(names), names, this.#token, (hopeless) => {
        this.#hope &&= !hopeless;
        if (this.#connection === connection) this.#connection = null;
        const { offered } = connection;
        if (offered) this.#left = new Set(names.filter((one) => !offered.has(one)));
      });
      this.#connection = connection;
    }
    return this.#connection;
  }
}
