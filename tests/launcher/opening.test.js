// SPDX-License-Identifier: LGPL-2.1-or-later
// A source that takes as long as it likes to open: a pipe (FIFO) that nobody writes into yet.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { closeSync, constants, openSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { Child, run } from '../lib/child.js';
import { cvLaunch, env, pipe, temporaryFolder } from '../lib/paths.js';
import { cpuTime, sockets } from '../lib/proc.js';
import { startServer } from '../lib/server.js';
import { test } from '../lib/test.js';
import { startViewer } from '../lib/viewer.js';
import { steady, until } from '../lib/wait.js';
import { connect } from '../lib/websocket.js';

async function fifo() {
  const path = join(temporaryFolder(), 'fifo');
  assert.equal((await run('mkfifo', [path])).code, 0);
  return path;
}

/** cv-launch, when it has said that it waits for its source. */
async function startWaiting(t, limits) {
  const waiting = new Child(cvLaunch, [`--pipeline=${pipe('file')}`, `--set=location=${await fifo()}`, '--port=0'], { env: { ...env, CV_LAUNCH_FIRST_FRAME_MS: '100', ...limits } });
  t.after(() => { if (waiting.alive) waiting.signal('SIGKILL'); });
  await waiting.says(/no picture from the pipeline yet; still waiting for its source/);
  return waiting;
}

for (const signal of ['SIGINT', 'SIGTERM'])
  test(`${signal} ends it while its source is still being opened`, async (t) => {
    const waiting = await startWaiting(t, { CV_LAUNCH_END_MS: '200' });
    waiting.signal(signal);
    assert.deepEqual(await waiting.end(), { code: 0, signal: null });
  });

test('a second SIGINT ends it at once while its source is still being opened', async (t) => {
  const waiting = await startWaiting(t, { CV_LAUNCH_END_MS: '3600000' });
  waiting.signal('SIGINT');
  await until('the end of who listens', () => sockets(waiting.pid, 'tcp').every(({ listening }) => !listening));
  assert.ok(waiting.alive);
  waiting.signal('SIGINT');
  assert.deepEqual(await waiting.end(), { code: null, signal: 'SIGINT' });
});

test('while a source is opened again its viewers are answered, and are told that it is lost', async (t) => {
  const path = await fifo();
  /** Writes three seconds of a clip, or of another one. */
  const write = () => run('gst-launch-1.0', ['-q', ...'videotestsrc num-buffers=90 ! video/x-raw,format=I420,width=160,height=120,framerate=30/1 ! y4menc ! filesink'.split(' '), `location=${path}`]);
  const [server] = await Promise.all([startServer({ pipeline: 'file', set: { location: path }, env: { CV_LAUNCH_STILL_MS: '2000', CV_LAUNCH_END_MS: '200' } }), write()]);
  t.after(() => server.stop());
  const viewer = await startViewer(server);  // it may be too late for a frame
  t.after(() => viewer.stop());
  const { pongs } = await viewer.reports('the loss of the source', ({ source }) => source === 'lost');
  await viewer.reports('answers', (report) => report.pongs >= pongs + 3);
  await write();
  await viewer.reports('the source again', ({ source, frames }) => source === 'live' && frames > 0);
  assert.equal(viewer.report.connection, 'connected');
});

test('a second SIGINT ends it even if its main thread hangs, because nobody reads what it says', async (t) => {
  const path = await fifo();
  const reader = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  const writer = openSync(path, constants.O_WRONLY);
  t.after(() => { closeSync(reader); });
  const server = spawn(cvLaunch, [`--pipeline=${pipe('plain')}`, '--port=0', '--verbose'], { env: { ...process.env, ...env, GST_DEBUG: '5' }, stdio: ['ignore', 'pipe', writer] });
  closeSync(writer);
  t.after(() => { server.kill('SIGKILL'); });
  const exited = new Promise((resolve) => { server.on('exit', (code, signal) => resolve({ code, signal })); });
  let stdout = '';
  server.stdout.on('data', (data) => { stdout += data; });
  const rest = Buffer.alloc(1 << 20);
  const url = (await until('its address', () => {
    try {
      while (readSync(reader, rest) > 0);
    } catch (error) {
      assert.equal(error.code, 'EAGAIN');
    }
    return stdout.match(/http:\/\/\S+\//)?.[0];
  }, { every: 1 }));
  const asking = connect({ url, socketUrl: `${url.replace('http', 'ws')}ws` }).catch(() => null);  // its main thread has something to say
  await steady('what it does', () => cpuTime(server.pid), { times: 20 });
  let ended;
  exited.then((how) => { ended = how; });
  // two that come at once may be one
  await until('its end', () => ended ?? (server.kill('SIGINT'), null));
  assert.deepEqual(ended, { code: null, signal: 'SIGINT' });
  await asking;
});
