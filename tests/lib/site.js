// SPDX-License-Identifier: LGPL-2.1-or-later
// A site of somebody else, with one page, and a copy of the player of its own, or scripts of its own.
import { createServer } from 'node:http';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from './paths.js';

export class Site {
  /** Its page. */
  page = '';
  /** The page's Content-Security-Policy, or ''. */
  policy = '';
  /** What else it has: a folder of scripts. */
  folder = join(build, 'web');
  #server = createServer((request, response) => this.#reply(request, response));

  async listen() {
    await new Promise((resolve) => { this.#server.listen(0, '127.0.0.1', resolve); });
  }

  get origin() { return `http://127.0.0.1:${this.#server.address().port}`; }

  close() {
    this.#server.closeAllConnections();
    return new Promise((resolve) => { this.#server.close(resolve); });
  }

  #reply({ url }, response) {
    if (existsSync(join(this.folder, url)) && url.endsWith('.js')) return response.writeHead(200, { 'Content-Type': 'text/javascript' }).end(readFileSync(join(this.folder, url)));
    response.writeHead(200, { 'Content-Type': 'text/html', ...(this.policy && { 'Content-Security-Policy': this.policy }) }).end(this.page);
  }
}

/** A page with a player. @param {string} script of the player @param {string} attributes @param {string} [more] of the page's head */
export const pageWith = (script, attributes, more = '') => `<!DOCTYPE html><html lang="en"><link rel="icon" href="data:,"><title>Another site</title>${more}
  <cv-player ${attributes}></cv-player><script type="module" src="${script}" onerror="window.refused = true"></script></html>`;
