// SPDX-License-Identifier: LGPL-2.1-or-later
// Viewers that hang, die or lie: noticed, removed, and nobody else is disturbed.
import assert from 'node:assert/strict';
import { answerTo, candidate } from '../lib/sdp.js';
import { startServer } from '../lib/server.js';
import { after, before, describe, test } from '../lib/test.js';
import { backAt, baseOf, goesOn, startViewer, startWatching } from '../lib/viewer.js';
import { connectForOffer } from '../lib/websocket.js';

// one packet a frame: a viewer that is halted for seconds loses nothing
const start = (env) => startServer({ pipeline: 'plain', set: { framerate: 10, width: 160, height: 120, bitrate: 50_000 }, env });

let server;
let base;
before(async () => {
  server = await start();
  base = await baseOf(server);
});
after(() => server.stop());

/** With one short deadline: only who misses that one is dropped, so what such a server holds without viewers is `base` too. */
async function startWithDeadline(t, env) {
  const other = await start(env);
  t.after(() => other.stop());
  return other;
}

/** Checks that each ends with `timeout` and these words, and not before `limit` ms after `begin`. */
async function endWithTimeout(silent, message, begin, limit) {
  for (const signalling of silent) {
    const { errors } = await signalling.ends();
    assert.deepEqual(errors, [{ type: 'error', code: 'timeout', message }]);
  }
  assert.ok(performance.now() - begin >= limit, 'not before its time');
}

describe('viewers', () => {
  test('that never answer are dropped with `timeout`, and leave nothing behind', async (t) => {
    const other = await startWithDeadline(t, { CV_LAUNCH_ANSWER_MS: '1000' });
    const begin = performance.now();
    const silent = await Promise.all([1, 2, 3].map(() => connectForOffer(other)));
    await endWithTimeout(silent.map(({ signalling }) => signalling), 'no answer within 1 s', begin, 1000);
    await backAt(other, base);
  });

  test('whose DTLS never comes are dropped with `timeout`, and leave nothing behind', async (t) => {
    const other = await startWithDeadline(t, { CV_LAUNCH_DTLS_MS: '1500' });
    const begin = performance.now();
    const silent = await Promise.all([1, 2, 3].map(() => connectForOffer(other)));
    for (const { signalling, offer } of silent) {
      signalling.send({ type: 'answer', sdp: answerTo(offer) });
      signalling.send({ type: 'candidate', candidate: candidate(), sdpMLineIndex: 0 });
    }
    await endWithTimeout(silent.map(({ signalling }) => signalling), 'no DTLS connection within 1.5 s', begin, 1500);
    await backAt(other, base);
  });

  test('without a heartbeat are dropped with `timeout`, stopped ones too; one that pings stays', async (t) => {
    const other = await startWithDeadline(t, { CV_LAUNCH_HEARTBEAT_MS: '4000' });
    const pinging = await startWatching(other, ['--no-ping', '--control={"type":"ping","t":1}', '--control-interval=100']);
    t.after(() => pinging.stop());
    const stopped = await startWatching(other);
    t.after(() => stopped.stop());
    stopped.signal('SIGSTOP');
    const silent = await startViewer(other, ['--no-ping']);
    const { code, message, frames, ms } = await silent.ended();
    assert.equal(code, 'timeout');
    assert.match(message, /^no heartbeat .* for 4 s$/);
    assert.ok(frames > 0, 'it watched until then');
    assert.ok(ms >= 4000, `after ${ms} ms`);
    await goesOn(pinging);  // longer there than the silent one
    await pinging.stop();
    await backAt(other, base);
  });

  test('that are killed are removed', async () => {
    const viewer = await startWatching(server);
    viewer.signal('SIGKILL');
    await viewer.end();
    await backAt(server, base);
  });

  test('that vanish in the middle of the handshake leave nothing behind', async () => {
    // where exactly it vanishes is chance: webrtcbin kept the sockets of one in a hundred
    for (let i = 0; i < 30; ++i) {
      const { signalling, offer } = await connectForOffer(server);
      signalling.send({ type: 'answer', sdp: answerTo(offer) });
      signalling.vanish();
    }
    await backAt(server, base);
  });

  test('with a false DTLS fingerprint get no media and `fingerprint`', async () => {
    const viewer = await startViewer(server, ['--false-fingerprint']);
    const report = await viewer.ended();
    assert.equal(report.code, 'fingerprint');
    assert.equal(report.wirePackets, 0);
    await backAt(server, base);
  });

  test('that send no candidates of their own watch all the same', async (t) => {
    const viewer = await startWatching(server, ['--no-candidates']);
    t.after(() => viewer.stop());
    await goesOn(viewer);
  });
});

test('while ten viewers never answer, another one loses nothing', async (t) => {
  const watching = await startWatching(server, ['--list-frames']);
  t.after(() => watching.stop());
  const silent = await Promise.all(Array.from({ length: 10 }, () => connectForOffer(server)));
  t.after(() => silent.forEach(({ signalling }) => signalling.vanish()));
  const { lost } = await goesOn(watching, 20);
  assert.equal(lost, 0, 'packets lost');
});
