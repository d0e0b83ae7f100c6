// SPDX-License-Identifier: LGPL-2.1-or-later
// A source that goes away and comes back: its viewers stay.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { startCamera } from '../lib/camera.js';
import { temporaryFolder } from '../lib/paths.js';
import { pipelineFile, startServer } from '../lib/server.js';
import { test } from '../lib/test.js';
import { goesOn, startWatching } from '../lib/viewer.js';

const caps = 'video/x-raw,format=I420,width=320,height=240,framerate=30/1';

const source = `videotestsrc is-live=true ! ${caps}`;

test('viewers of a source that fails are told, stay connected, and see it again when it is back', async (t) => {
  const socket = join(temporaryFolder(), 'camera');
  let camera = await startCamera(socket, source);
  t.after(() => camera.alive && camera.stop());
  const server = await startServer({ pipeline: pipelineFile(`shmsrc socket-path=${socket} is-live=true do-timestamp=true
    ! ${caps} ! vp8enc deadline=1 cpu-used=8 keyframe-max-dist=100000 ! rtpvp8pay ! webrtcbin`) });
  t.after(() => server.stop());
  const viewer = await startWatching(server);
  t.after(() => viewer.stop());

  for (let round = 0; round < 2; ++round) {
    await goesOn(viewer);
    camera.signal('SIGKILL');
    await camera.exited;
    await viewer.reports('the loss of the source', (report) => report.source === 'lost');
    camera = await startCamera(socket, source);
    await viewer.reports('the source again', (report) => report.source === 'live');
    const { frames, markers } = await goesOn(viewer, 30);
    assert.equal(frames, markers, 'two frames of one time');
  }
  assert.equal(viewer.report.connection, 'connected');
  assert.match(server.stderr, /source is lost, retrying: shmsrc/);
  assert.equal(server.stdout.trim().split('\n').length, 1, 'the address is printed once');
});
