// SPDX-License-Identifier: LGPL-2.1-or-later
// Who has its video from an SFU and only the results from here: what PROTOCOL.md §6 promises, and what becomes of those that break it.
import assert from 'node:assert/strict';
import { startServer } from '../lib/server.js';
import { after, before, test } from '../lib/test.js';
import { until } from '../lib/wait.js';
import { connect } from '../lib/websocket.js';

const path = 'ws?transport=results';
let server;
before(async () => { server = await startServer({ pipeline: 'exact' }); });
after(() => server.stop());

async function join(t, of = server) {
  const viewer = await connect(of, { path });
  t.after(() => viewer.vanish());
  await viewer.receives('stream');
  /** All that have come, if no other number is said. */
  const acknowledge = (number = viewer.messages.length) => viewer.send({ type: 'ack', number, at: performance.now() });
  return Object.assign(viewer, { acknowledge });
}
const figures = async ({ url }) => (await fetch(`${url}metrics`)).text();

test('the stream comes first, then what the model does; it takes a place once it acknowledges', async (t) => {
  const viewer = await join(t);
  const [stream] = viewer.messages;
  assert.deepEqual([stream.type, stream.rtpOffset, stream.stamp.rows > 0, stream.state], ['stream', null, true, 'live']);
  assert.match(await figures(server), /^cv_launch_viewers 0\n(.*\n)+?cv_launch_viewers_waiting 1$/m);
  viewer.acknowledge();
  const { frame, model, objects } = await viewer.receives('result');
  assert.deepEqual([Number.isInteger(frame), typeof model, Array.isArray(objects)], [true, 'string', true]);
  await until('its place', async () => /^cv_launch_viewers 1$/m.test(await figures(server)));
  assert.match(await figures(server), /^cv_launch_joins_total\{transport="results"\} 1$/m);
  viewer.send({ type: 'ping', t: 5 });
  const { t: back, now, encoded } = await viewer.receives('pong');
  assert.deepEqual([back, encoded], [5, null]);
  assert.ok(Math.abs(now - Date.now()) < 60_000);
  assert.deepEqual(viewer.messages.filter(({ type }) => !['stream', 'model', 'result', 'pong'].includes(type)), []);
});

test('one that acknowledges nothing is dropped', async (t) => {
  const strict = await startServer({ pipeline: 'exact', env: { CV_LAUNCH_HEARTBEAT_MS: '1000' } });
  t.after(() => strict.stop());
  const viewer = await join(t, strict);
  const { errors } = await viewer.ends();
  assert.deepEqual(errors.map(({ code, message }) => [code, message]), [['timeout', 'no acknowledgement for 1 s']]);
});

for (const [name, message, code, words] of [
  ['asks for video', { type: 'video', wanted: true, maxBitrate: null }, 'unexpected', /here are results only/],
  ['wants to change what all see', { type: 'set', name: 'a', value: 1 }, 'unexpected', /here are results only/],
  ['acknowledges what was never sent', { type: 'ack', number: 4_000_000, at: 1 }, 'unexpected', /4000000 messages/],
  ['answers', { type: 'answer', sdp: 'v=0' }, 'unknown-type', /answer/],
  ['says what is no JSON', 'hello', 'malformed', /JSON/],
])
  test(`one that ${name} is told, and dropped`, async (t) => {
    const viewer = await join(t);
    viewer.send(message);
    const { errors } = await viewer.ends();
    assert.deepEqual(errors.map((error) => error.code), [code]);
    assert.match(errors[0].message, words);
  });
