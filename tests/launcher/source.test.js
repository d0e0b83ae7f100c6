// SPDX-License-Identifier: LGPL-2.1-or-later
// A source that goes away and comes back: its viewers stay.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { startCamera } from '../lib/camera.js';
import { temporaryFolder } from '../lib/paths.js';
import { pipelineFile, startServer } from '../lib/server.js';
import { test } from '../lib/test.js';
import { goesOn, startWatching } from '../lib/viewer.js';
import { until } from '../lib/wait.js';

const caps = 'video/x-raw,format=I420,width=320,height=240,framerate=30/1';

const source = `videotestsrc is-live=true ! ${caps}`;
const pipelineOf = (socket) => pipelineFile(`shmsrc socket-path=${socket} is-live=true do-timestamp=true
  ! ${caps} ! vp8enc deadline=1 cpu-used=8 keyframe-max-dist=100000 ! rtpvp8pay ! webrtcbin`);

/** What a server said of its lost source. */
const losses = (server) => server.stderr.match(/the source is lost, retrying: /g)?.length ?? 0;

/** A camera, and what a server shows of it; `silence` and `speak` leave it plugged in. */
async function start(t, env) {
  const socket = join(temporaryFolder(), 'camera');
  let camera = await startCamera(socket, source);
  t.after(() => camera.alive && camera.stop());
  const server = await startServer({ pipeline: pipelineOf(socket), env });
  t.after(() => server.stop());
  const viewer = await startWatching(server);
  t.after(() => viewer.stop());
  return {
    server, viewer,
    unplug: async () => {
      camera.signal('SIGKILL');
      await camera.exited;
      await viewer.reports('the loss of the source', (report) => report.source === 'lost');
    },
    silence: () => camera.signal('SIGSTOP'),
    speak: () => camera.signal('SIGCONT'),
    plug: async () => {
      camera = await startCamera(socket, source);
      await viewer.reports('the source again', (report) => report.source === 'live');
      return goesOn(viewer, 30);
    },
  };
}

test('viewers of a source that fails are told, stay connected, and see it again when it is back', async (t) => {
  const { server, viewer, unplug, plug } = await start(t);
  for (const tries of [1, 4]) {
    const before = losses(server);
    await unplug();
    await until(`${tries} tries without it`, () => losses(server) >= before + tries);
    const { frames, markers } = await plug();
    assert.equal(frames, markers, 'two frames of one time');
  }
  assert.equal(viewer.report.connection, 'connected');
  assert.match(server.stderr, /source is lost, retrying: shmsrc/);
  assert.equal(server.stdout.trim().split('\n').length, 1, 'the address is printed once');
});

test('a source is tried again after twice the time, each time', async (t) => {
  const { server, unplug } = await start(t, { CV_LAUNCH_RETRY_MS: '10', CV_LAUNCH_LAST_RETRY_MS: '3600000', CV_LAUNCH_RAN_WELL_MS: '3600000' });
  const begin = performance.now();
  await unplug();
  await until('8 losses', () => losses(server) >= 8);
  const took = performance.now() - begin;
  const waits = 10 * (2 + 4 + 8 + 16 + 32 + 64 + 128);
  assert.ok(took >= waits, `${took} ms for waits of ${waits} ms`);
});

test('and never after more than the longest time', async (t) => {
  const { unplug, plug } = await start(t, { CV_LAUNCH_RETRY_MS: '3600000', CV_LAUNCH_LAST_RETRY_MS: '50' });
  await unplug();
  await plug();
});

test('a source whose frames stand still is lost, whatever it says, and is back with its next frame', async (t) => {
  const { server, viewer, silence, speak } = await start(t, { CV_LAUNCH_STILL_MS: '2000' });
  silence();
  await viewer.reports('the loss of the source', (report) => report.source === 'lost');
  assert.match(server.stderr, /source is lost, retrying: no frame came for 2 s/);
  speak();
  await viewer.reports('the source again', (report) => report.source === 'live');
  await goesOn(viewer, 30);
});
