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
  other = await startWatching(server, ['--interval=10']);
});
after(async () => {
  await other.stop();
  await server.stop();
});

for (const [what, text] of [
  ['no JSON', 'not json{'], ['no object', '[1]'], ['no type', '{}'], ['a type that is a number', '{"type":7}'],
  ['a ping without a time', '{"type":"ping"}'], ['a ping with a text for a time', '{"type":"ping","t":"now"}'],
  ['more repeats than there are', '{"type":"results","repeats":4}'], ['repeats that are no number', '{"type":"results","repeats":"2"}'],
  ['a property that is not adjustable', '{"type":"set","name":"model.scale","value":1}'], ['a property without a value', '{"type":"set","name":"model.runtime"}'],
  ['a property out of its range', '{"type":"set","name":"model.runtime","value":501}'], ['half of a whole number', '{"type":"set","name":"model.runtime","value":1.5}'],
  ['more than 1 KiB', `{"type":"ping","t":1,"x":"${'x'.repeat(1024)}"}`],
])
  test(`a control message with ${what} ends the viewer with \`malformed\``, async () => {
    const viewer = await startViewer(server, ['--no-ping', `--control=${text}`]);
    const report = await viewer.ended();
    assert.equal(report.code, 'malformed');
    assert.equal(report.exitCode, 2);
    await goesOn(other, 1);
  });

test('every ping is answered', async (t) => {
  const viewer = await startWatching(server, ['--no-ping', '--control={"type":"ping","t":0.5}', '--control-interval=20']);
  t.after(() => viewer.stop());
  await viewer.reports('100 pongs', (report) => report.pongs >= 100);
});

test('requests for key frames are heard, and limited', async (t) => {
  const viewer = await startWatching(server, ['--list-frames', '--control={"type":"keyframe"}', '--control-interval=10']);
  t.after(() => viewer.stop());
  const calm = other.report;
  await viewer.reports('7 key frames', ({ keyFrames }) => keyFrames >= 7);
  const { keyIds } = await viewer.stop();
  // the last ones are all by request; one that came late lets the next one come sooner after it
  const seconds = (keyIds.at(-1) - keyIds.at(-6)) / 90_000;
  assert.ok(seconds >= 1.5, `5 more key frames in ${seconds} s, for 100 requests a second`);
  assert.ok(other.report.frames > calm.frames);
});
