// SPDX-License-Identifier: LGPL-2.1-or-later
// Eight viewers, one of them stopped, one killed: the other six do not lose a frame.
import assert from 'node:assert/strict';
import { descriptors } from '../lib/proc.js';
import { startServer } from '../lib/server.js';
import { test } from '../lib/test.js';
import { goesOn, startWatching } from '../lib/viewer.js';
import { steady, until } from '../lib/wait.js';

test('of eight viewers one is stopped until the server ends it, and one killed: the other six receive every frame', async (t) => {
  const server = await startServer({ set: { framerate: 30 }, env: { CV_LAUNCH_HEARTBEAT_MS: '5000' } });
  t.after(() => server.stop());
  const viewers = [];
  t.after(() => Promise.all(viewers.map((viewer) => viewer.stop())));
  const join = async () => viewers.push(await startWatching(server, ['--list-frames']));
  // when the first one goes, GLib makes a pool of threads, which stays
  await (await startWatching(server)).stop();
  for (let i = 0; i < 6; ++i) await join();
  const held = await steady('descriptors of six viewers', () => descriptors(server.pid));
  await join();
  await join();
  const [stopped, killed] = viewers.slice(6);

  stopped.signal('SIGSTOP');
  killed.signal('SIGKILL');
  await until('that the server holds six viewers', () => descriptors(server.pid) <= held, { state: () => [descriptors(server.pid), held] });
  stopped.signal('SIGCONT');
  assert.equal((await stopped.ended()).code, 'timeout');
  for (const viewer of viewers.slice(0, 6)) await goesOn(viewer, 30);

  const reports = await Promise.all(viewers.slice(0, 6).map((viewer) => viewer.stop()));
  const from = Math.max(...reports.map((report) => report.frameIds[0]));
  const to = Math.min(...reports.map((report) => report.frameIds.at(-1)));
  const common = reports.map((report) => report.frameIds.filter((id) => id >= from && id <= to));
  const sent = [...new Set(common.flat())].sort((a, b) => a - b);
  assert.ok(sent.length >= 30, `${sent.length} frames`);
  reports.forEach((report, i) => {
    assert.equal(report.lost, 0, `packets lost by viewer ${i}`);
    assert.equal(report.code, '', `viewer ${i} was ended`);
    assert.deepEqual(common[i], sent, `frames of viewer ${i}`);
  });
});
