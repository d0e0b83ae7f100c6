// SPDX-License-Identifier: LGPL-2.1-or-later
// The `control` channel: what it answers, and what ends a viewer there.
import assert from 'node:assert/strict';
import { startServer } from '../lib/server.js';
import { after, before, test } from '../lib/test.js';
import { goesOn, startViewer, startWatching } from '../lib/viewer.js';

let server;
let other;

before(async () => {
  server = await startServer();
  other = await startWatching(server);
});
after(async () => {
  await other.stop();
  await server.stop();
});

for (const [what, text] of [
  ['no JSON', 'not json{'], ['no object', '[1]'], ['no type', '{}'], ['a type that is a number', '{"type":7}'],
  ['a ping without a time', '{"type":"ping"}'], ['a ping with a text for a time', '{"type":"ping","t":"now"}'],
  ['more repeats than there are', '{"type":"results","repeats":4}'], ['repeats that are no number', '{"type":"results","repeats":"2"}'],
  ['more than 1 KiB', `{"type":"ping","t":1,"x":"${'x'.repeat(1024)}"}`],
])
  test(`a control message with ${what} ends the viewer with \`malformed\``, async () => {
    const viewer = await startViewer(server, ['--no-ping', `--control=${text}`]);
    const report = await viewer.ended();
    assert.equal(report.code, 'malformed');
    assert.equal(report.exitCode, 2);
    await goesOn(other);
  });

test('every ping is answered', async (t) => {
  const viewer = await startWatching(server, ['--no-ping', '--control={"type":"ping","t":0.5}', '--control-interval=20']);
  t.after(() => viewer.stop());
  await viewer.reports('100 pongs', (report) => report.pongs >= 100);
});

test('requests for key frames are heard, and limited', async (t) => {
  const calm = other.report;
  const viewer = await startWatching(server, ['--control={"type":"keyframe"}', '--control-interval=10']);
  t.after(() => viewer.stop());
  const before = viewer.report;
  const later = await viewer.reports('5 s of frames', (report) => report.ms > before.ms + 5000);
  const seconds = (later.ms - before.ms) / 1000;
  const keyFrames = later.keyFrames - before.keyFrames;
  assert.ok(keyFrames >= 2, `${keyFrames} key frames in ${seconds} s: the requests are heard`);
  assert.ok(keyFrames / seconds <= 4, `${keyFrames} key frames in ${seconds} s for 100 requests a second`);
  assert.ok(other.report.frames > calm.frames);
});
