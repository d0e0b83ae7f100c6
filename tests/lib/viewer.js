// SPDX-License-Identifier: LGPL-2.1-or-later
// Starts cv-test-viewer, a viewer in a process of its own that counts frames without decoding them.
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { Child } from './child.js';
import { env, testViewer } from './paths.js';
import { descriptors, threads } from './proc.js';
import { patience, steady, until } from './wait.js';

class Viewer extends Child {
  /** The newest line that it printed: all its counts. */
  get report() {
    const end = this.stdout.lastIndexOf('\n');
    return end < 0 ? null : JSON.parse(this.stdout.slice(this.stdout.lastIndexOf('\n', end - 1) + 1, end));
  }

  /** Waits for a report that satisfies `condition`; rejects at once when the viewer ends without one. */
  async reports(what, condition, limit = patience) {
    return until(`${what} at a viewer`, () => {
      const { alive, report } = this;
      if (report && condition(report)) return report;
      assert.ok(alive, `the viewer ended before ${what}: ${this.lines.at(-1)}\n${this.stderr}`);
      return null;
    }, { limit, state: () => this.report });
  }

  /** Its last report, after it ended by itself. `exitCode` of one that crashed: the signal. */
  async ended(limit = patience) {
    const { code, signal } = await this.end(limit);
    return { ...this.report, exitCode: code ?? signal };
  }

  /** Ends it; its last report. */
  async stop() {
    if (this.alive) await super.stop();
    await this.exited;
    return this.report;
  }
}

/** @param {{socketUrl: string}} server @param {string[]} [args] @param {string[]} [prefix] the command that runs the rest of its line elsewhere */
export async function startViewer(server, args = [], prefix = []) {
  assert.ok(existsSync(testViewer), `no ${testViewer}: build it, or say in CV_TEST_VIEWER where it is`);
  const [program, ...before] = [...prefix, testViewer];
  return new Viewer(program, [...before, '--interval=50', ...args, server.socketUrl], { env });
}

/**
 * How many frames in a row two viewers received, the same ones with nothing between them. A machine that is slow for a moment leaves other frames
 * out for one than for the other. @param {number[]} a ids @param {number[]} b ids
 */
export function sameInARow(a, b) {
  let [longest, now] = [0, 0];
  for (const [i, id] of a.entries()) {
    const place = b.indexOf(id);
    if (place < 0) now = 0;
    else now = i > 0 && b[place - 1] === a[i - 1] ? now + 1 : 1;
    longest = Math.max(longest, now);
  }
  return longest;
}

/** A viewer that has received its first frame. */
export async function startWatching(server, args = []) {
  const viewer = await startViewer(server, args);
  await viewer.reports('the first frame', (report) => report.firstFrameMs >= 0);
  return viewer;
}

/** Waits until `viewer` has `count` more frames than now, of the same stream. */
export async function goesOn(viewer, count = 10) {
  const before = viewer.report;
  const after = await viewer.reports(`${count} more frames`, (report) => report.frames >= before.frames + count);
  assert.equal(after.streams, 1, 'RTP streams');
  return after;
}

const held = ({ pid }) => ({ threads: threads(pid), descriptors: descriptors(pid) });

/**
 * Threads and descriptors of a server without viewers, measured after one came and went: what the first one loads stays.
 * @param {{socketUrl: string, pid: number}} server
 */
export async function baseOf(server) {
  const viewer = await startWatching(server);
  await viewer.stop();
  return JSON.parse(await steady('threads and descriptors', () => JSON.stringify(held(server)), { times: 20 }));
}

/** Waits until a server holds no more than at `base`. */
export async function backAt(server, base, limit = patience) {
  await until(`${base.threads} threads and ${base.descriptors} descriptors`, () => {
    const now = held(server);
    return now.threads <= base.threads && now.descriptors <= base.descriptors;
  }, { limit, state: () => held(server) });
}
