// SPDX-License-Identifier: LGPL-2.1-or-later
// Starts cv-launch on a free port.
import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Child, run } from './child.js';
import { cvLaunch, env, pipe, temporaryFolder } from './paths.js';

/** Writes `text` as a pipeline file and returns its path. */
export function pipelineFile(text, name = 'test.pipe') {
  const path = join(temporaryFolder(), name);
  writeFileSync(path, text);
  return path;
}

/** A shipped pipeline with other text in some places, which must be there. @param {Record<string, string>} changes */
export function variant(name, changes) {
  let text = readFileSync(pipe(name), 'utf8');
  for (const [from, to] of Object.entries(changes)) {
    assert.ok(text.includes(from), `${name}.pipe has "${from}"`);
    text = text.replace(from, to);
  }
  return pipelineFile(text, `${name}.pipe`);
}

export const sets = (set) => Object.entries(set).map(([name, value]) => `--set=${name}=${value}`);

/** Runs cv-launch to its end, as for errors and `--print`. */
export function runLaunch(args, { prefix = [], ...options } = {}) {
  const [program, ...before] = [...prefix, cvLaunch];
  return run(program, [...before, ...args], { ...options, env: { ...env, ...options.env } });
}

// No machine is so slow that one of these comes: a test of a deadline sets it. A source is tried again soon.
const deadlines = {
  ...Object.fromEntries(['OFFER', 'ANSWER', 'DTLS', 'HEARTBEAT', 'CHANNEL', 'SILENT', 'REQUEST', 'FIRST_FRAME', 'STILL', 'END', 'ENDPOINT', 'CLOSED'].map((name) => [`CV_LAUNCH_${name}_MS`, '3600000'])),
  CV_LAUNCH_RETRY_MS: '100', CV_LAUNCH_LAST_RETRY_MS: '1000', CV_LAUNCH_PUBLISH_RETRY_MS: '100', CV_LAUNCH_LAST_PUBLISH_RETRY_MS: '1000',
};

class Server extends Child {
  /** Address of the page, with the slash. */
  url = '';
  /** Who vouches for its certificate. @type {Buffer|undefined} */
  ca;

  get port() { return Number(new URL(this.url).port); }

  get socketUrl() { return `${this.url.replace(/^http/, 'ws')}ws`; }

  /** Ends it and checks that GLib and GStreamer had nothing to complain about. */
  async stop() {
    const ended = this.alive ? await super.stop() : await this.exited;
    const complaints = this.stderr.split('\n').filter((line) => /CRITICAL \*\*|WARNING \*\*|Sanitizer|runtime error/.test(line));
    assert.deepEqual(complaints, [], 'cv-launch broke a rule of GLib or GStreamer');
    assert.equal(ended.signal, null, `cv-launch died of ${ended.signal}:\n${this.stderr}`);
    return ended;
  }
}

/**
 * Starts cv-launch and waits for the address that it prints.
 * @param {{pipeline?: string|null, set?: Record<string, unknown>, args?: string[], cwd?: string, env?: object, prefix?: string[],
 *   tls?: {cert: string, key: string}, command?: string[]}} [options]
 *   `pipeline`: path, or the name of a shipped one; null: what `args` say; `prefix`: a command that runs the rest of its line, as of badNetwork(); `tls`: its files; `command`: a program,
 *   whose windows are shown (`cv-launch run`)
 */
export async function startServer({ pipeline = 'async', set = {}, args = [], cwd, env: more = {}, prefix = [], tls, command = [] } = {}) {
  assert.ok(existsSync(cvLaunch), `no ${cvLaunch}: build it, or say in CV_LAUNCH where it is`);
  const path = command.length > 0 ? null : pipeline === null || pipeline.includes('/') ? pipeline : pipe(pipeline);
  const [program, ...before] = [...prefix, cvLaunch, ...(command.length > 0 ? ['run'] : [])];
  const server = new Server(program, [...before, ...(path ? [`--pipeline=${path}`] : []), '--port=0', ...sets(set), ...args, ...(tls ? [`--cert=${tls.cert}`, `--key=${tls.key}`] : []), ...(command.length > 0 ? ['--', ...command] : [])], { cwd, env: { ...env, ...deadlines, ...more } });
  if (tls) server.ca = readFileSync(tls.cert);
  server.url = (await server.says(/https?:\/\/\S+:\d+\//))[0];
  return server;
}
