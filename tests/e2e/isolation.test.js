// SPDX-License-Identifier: LGPL-2.1-or-later
// Eight viewers, one of them stopped for 20 s, one killed: the other six do not lose a frame.
import assert from 'node:assert/strict';
import { startServer } from '../lib/server.js';
import { test } from '../lib/test.js';
import { startWatching } from '../lib/viewer.js';

test('of eight viewers one is stopped for 20 s and one killed: the other six receive every frame', async (t) => {
  const server = await startServer({ set: { framerate: 30 } });
  t.after(() => server.stop());
  const viewers = [];
  t.after(() => Promise.all(viewers.map((viewer) => viewer.stop())));
  for (let i = 0; i < 8; ++i) viewers.push(await startWatching(server, ['--list-frames']));
  const [stopped, killed, ...others] = viewers;

  stopped.signal('SIGSTOP');
  killed.signal('SIGKILL');
  const before = others[0].report;
  await others[0].reports('20 s of frames', (report) => report.ms >= before.ms + 20_000);
  stopped.signal('SIGCONT');
  const resumed = others[0].report;
  await others[0].reports('2 s more', (report) => report.ms >= resumed.ms + 2000);

  const reports = await Promise.all(others.map((viewer) => viewer.stop()));
  const from = Math.max(...reports.map((report) => report.frameIds[0]));
  const to = Math.min(...reports.map((report) => report.frameIds.at(-1)));
  const common = reports.map((report) => report.frameIds.filter((id) => id >= from && id <= to));
  const sent = [...new Set(common.flat())].sort((a, b) => a - b);
  assert.ok(sent.length > 22 * 30 * 0.8, `${sent.length} frames in 22 s`);
  reports.forEach((report, i) => {
    assert.equal(report.lost, 0, `packets lost by viewer ${i}`);
    assert.equal(report.code, '', `viewer ${i} was ended`);
    assert.deepEqual(common[i], sent, `frames of viewer ${i}`);
  });
});
