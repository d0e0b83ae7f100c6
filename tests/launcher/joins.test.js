// SPDX-License-Identifier: LGPL-2.1-or-later
// Many viewers who come and go: what is left of them is counted, by GStreamer and by the kernel.
import assert from 'node:assert/strict';
import { startServer } from '../lib/server.js';
import { test } from '../lib/test.js';
import { backAt, baseOf, startWatching } from '../lib/viewer.js';
import { steady, until } from '../lib/wait.js';

// these come and go with the video
const passing = ['GstBuffer', 'GstCaps', 'GstEvent', 'GstMemory', 'GstMessage', 'GstQuery', 'GstSample', 'GstTagList'];

/** How many objects of each type there are in a server with GStreamer's tracer of leaks, which lists them when asked. */
async function objects(server) {
  const from = server.stderr.length;
  server.signal('SIGUSR1');
  await until('the list', () => server.stderr.length > from);
  await steady('the list', () => server.stderr.length);
  const counts = {};
  for (const [, type] of server.stderr.slice(from).matchAll(/type-name=\(string\)(\w+)/g)) if (!passing.includes(type)) counts[type] = (counts[type] ?? 0) + 1;
  return counts;
}

test('24 viewers who come and go leave no object, no thread and no descriptor behind', async (t) => {
  const server = await startServer({ pipeline: 'plain',
    env: { GST_TRACERS: 'leaks(check-refs=false)', GST_LEAKS_TRACER_SIG: '1', GST_DEBUG: 'GST_TRACER:7', GST_DEBUG_NO_COLOR: '1' } });
  t.after(() => server.stop());
  const base = await baseOf(server);
  const before = await objects(server);
  assert.equal(before.GstWebRTCBin, 1, `the template of all viewers: ${JSON.stringify(before)}`);
  for (let i = 0; i < 8; ++i) {
    const viewers = await Promise.all([1, 2, 3].map(() => startWatching(server)));
    viewers[0].signal('SIGKILL');
    await Promise.all(viewers.map((viewer) => viewer.stop()));
  }
  await backAt(server, base);
  let more;
  await until('the objects of before', async () => {
    more = Object.entries(await objects(server)).filter(([type, count]) => count > (before[type] ?? 0));
    return more.length === 0;
  }, { state: () => more });
});
