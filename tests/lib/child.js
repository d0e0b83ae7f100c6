// SPDX-License-Identifier: LGPL-2.1-or-later
// A child process with its output in lines, which ends with the test whatever happens.
import { spawn } from 'node:child_process';
import { patience, until, within } from './wait.js';

const running = new Set();

/** Kills all that still runs; their command lines. */
export function endAll() {
  running.forEach((child) => child.kill('SIGKILL'));
  return [...running].map((child) => child.spawnargs.join(' '));
}
process.on('exit', endAll);

export class Child {
  stdout = '';
  stderr = '';
  #process;
  #paused = false;

  /**
   * @param {string} program
   * @param {string[]} args
   * @param {{env?: Record<string, string | undefined>, cwd?: string, input?: boolean}} [options] `input`: it reads what write() sends
   */
  constructor(program, args, { env = {}, cwd, input = false } = {}) {
    this.name = [program, ...args].join(' ');
    const stdin = input ? 'pipe' : 'ignore';
    this.#process = spawn(program, args, { cwd, env: { ...process.env, ...env }, stdio: [stdin, 'pipe', 'pipe'] });
    this.#process.stdin?.on('error', () => {});  // that it ended is told by `exited`
    running.add(this.#process);
    this.#process.stdout.on('data', (data) => { this.stdout += data; });
    this.#process.stderr.on('data', (data) => { this.stderr += data; });
    /** @type {Promise<{code: number | null, signal: string | null}>} */
    this.exited = new Promise((resolve, reject) => {
      this.#process.on('error', reject);
      this.#process.on('close', (code, signal) => {
        running.delete(this.#process);
        resolve({ code, signal });
      });
    });
    this.exited.catch(() => running.delete(this.#process));
  }

  get pid() { return this.#process.pid; }

  /** Whole lines of the standard output so far. */
  get lines() { return this.stdout.split('\n').slice(0, -1); }

  get alive() { return this.#process.exitCode === null && this.#process.signalCode === null; }

  /** Waits until standard output or error contains `pattern`; rejects at once when the process ends without it. */
  async says(pattern, limit = patience) {
    return until(`${pattern} from ${this.name}`, () => {
      const match = `${this.stdout}\n${this.stderr}`.match(pattern);
      if (!match && !this.alive) throw new Error(`${this.name} ended without ${pattern}:\n${this.stdout}${this.stderr}`);
      return match;
    }, { limit });
  }

  /** @param {NodeJS.Signals} signal */
  signal(signal) {
    if (signal === 'SIGSTOP' || signal === 'SIGCONT') this.#paused = signal === 'SIGSTOP';
    this.#process.kill(signal);
  }

  /** @param {string} text for its standard input */
  write(text) { this.#process.stdin.write(text); }

  /** There is no more for its standard input. */
  finish() { this.#process.stdin.end(); }

  /** How it ended, by itself. */
  async end(limit = patience) { return within(`the end of ${this.name}`, this.exited, limit); }

  /** Ends it: asked first, killed when it does not answer. */
  async stop(limit = patience) {
    // LeakSanitizer stops threads at the end of a program, and waits for ever for one that goes on
    if (this.#paused) this.signal('SIGCONT');
    this.signal('SIGTERM');
    try {
      return await this.end(limit);
    } catch (error) {
      this.signal('SIGKILL');
      await this.exited;
      throw error;
    }
  }
}

/** Runs a program to its end. */
export async function run(program, args, options = {}) {
  const child = new Child(program, args, options);
  try {
    const { code, signal } = await child.end(options.limit);
    return { code, signal, stdout: child.stdout, stderr: child.stderr };
  } finally {
    if (child.alive) child.signal('SIGKILL');
  }
}
