// SPDX-License-Identifier: LGPL-2.1-or-later
// What every viewer gets: a key frame, each frame once, results, and nothing but the sockets it needs.
import assert from 'node:assert/strict';
import { networkInterfaces } from 'node:os';
import { sockets } from '../lib/proc.js';
import { sections } from '../lib/sdp.js';
import { startServer } from '../lib/server.js';
import { after, before, test } from '../lib/test.js';
import { goesOn, startWatching } from '../lib/viewer.js';
import { connectForOffer } from '../lib/websocket.js';
import { percentile, until } from '../lib/wait.js';

let server;
before(async () => { server = await startServer({ set: { framerate: 30 } }); });
after(() => server.stop());

test('the first frame of a viewer is a key frame, whoever else watches', async (t) => {
  const first = await startWatching(server);
  t.after(() => first.stop());
  for (let i = 0; i < 10; ++i) {
    const viewer = await startWatching(server);
    assert.ok(viewer.report.keyFrames >= 1, 'a key frame came with the first frames');
    await viewer.stop();
  }
  await goesOn(first);
});

test('the first frame comes soon after the connection', async () => {
  const times = [];
  for (let i = 0; i < 10; ++i) {
    const viewer = await startWatching(server);
    times.push(viewer.report.firstFrameMs);
    await viewer.stop();
  }
  assert.ok(percentile(times, 50) < 1500, `${times} ms`);
});

test('two viewers receive the same frames, by the ids that follow from their RTP timestamps', async (t) => {
  const viewers = await Promise.all([1, 2].map(() => startWatching(server, ['--list-frames'])));
  t.after(() => Promise.all(viewers.map((viewer) => viewer.stop())));
  await Promise.all(viewers.map((viewer) => viewer.reports('150 frames', (report) => report.frames >= 150)));
  const [a, b] = (await Promise.all(viewers.map((viewer) => viewer.stop()))).map((report) => report.frameIds);
  const from = Math.max(a[0], b[0]);
  const to = Math.min(a.at(-1), b.at(-1));
  const common = (ids) => ids.filter((id) => id >= from && id <= to);
  assert.ok(common(a).length > 100, `${common(a).length} frames in common`);
  assert.deepEqual(common(a), common(b));
  const steps = common(a).slice(1).map((id, i) => id - common(a)[i]);
  assert.equal(percentile(steps, 50), 3000, 'ticks from frame to frame at 30 frames a second');
});

test('results come with the video, one per inference', async (t) => {
  const viewer = await startWatching(server);
  t.after(() => viewer.stop());
  const report = await viewer.reports('20 results', (line) => line.results >= 20);
  assert.equal(report.source, 'live');
  assert.ok(report.objects >= 10, `${report.objects} circles in ${report.results} results`);
  assert.ok(report.results <= report.frames + 30, `${report.results} results for ${report.frames} frames`);
});

test('media sections are sendonly, and one carries the data channels', async (t) => {
  const { signalling, offer } = await connectForOffer(server);
  t.after(() => signalling.vanish());
  const media = sections(offer);
  assert.equal(media.filter((section) => section.startsWith('m=application')).length, 1);
  const video = media.filter((section) => section.startsWith('m=video'));
  assert.equal(video.length, 1);
  assert.match(video[0], /^a=sendonly/m);
  assert.doesNotMatch(offer, /^a=candidate:.*\btcp\b/im);
});

test('candidates are trickled, UDP, and of this machine only', async (t) => {
  const { signalling } = await connectForOffer(server);
  t.after(() => signalling.vanish());
  const { candidate, sdpMLineIndex } = await until('a candidate', () => signalling.messages.find((message) => message.type === 'candidate' && message.candidate));
  assert.match(candidate, /^candidate:\S+ 1 udp \d+ \S+ \d+ typ host/i);
  assert.equal(sdpMLineIndex, 0);
});

test('by default nothing listens but the page, on loopback, and there is no UPnP', async (t) => {
  const viewer = await startWatching(server);
  t.after(() => viewer.stop());
  const tcp = sockets(server.pid, 'tcp');
  assert.deepEqual(tcp.filter((socket) => socket.listening), [{ address: '127.0.0.1', port: server.port, listening: true }]);
  assert.deepEqual(tcp.filter((socket) => socket.port !== server.port), []);
  assert.deepEqual(sockets(server.pid, 'udp').filter((socket) => socket.port === 1900), []);
});

// Not loopback alone: Firefox never pairs with a candidate 127.0.0.1 (media.peerconnection.ice.loopback is false).
test('media is bound to named addresses of this machine, as offered, and not to all', async (t) => {
  const { signalling } = await connectForOffer(server);
  t.after(() => signalling.vanish());
  const udp = await until('a UDP socket', () => {
    const bound = sockets(server.pid, 'udp');
    return bound.length > 0 && signalling.messages.filter((message) => message.candidate).length >= bound.length ? bound : null;
  });
  const own = Object.values(networkInterfaces()).flat().map((entry) => entry.address);
  udp.forEach(({ address }) => assert.ok(own.includes(address), `${address} is one of ${own}`));
  const offered = signalling.messages.filter((message) => message.candidate).map((message) => message.candidate.split(' ').slice(4, 6).join(' '));
  assert.deepEqual(offered.sort(), udp.map(({ address, port }) => `${address} ${port}`).sort());
});

test('without viewers there is no UDP socket', async (t) => {
  const lonely = await startServer({ pipeline: 'plain' });
  t.after(() => lonely.stop());
  const viewer = await startWatching(lonely);
  await viewer.stop();
  await until('no UDP socket', () => sockets(lonely.pid, 'udp').length === 0);
});

test('plain.pipe and sync.pipe have viewers without results', async () => {
  for (const pipeline of ['plain', 'sync']) {
    const other = await startServer({ pipeline });
    try {
      const viewer = await startWatching(other);
      const report = await goesOn(viewer, 30);
      assert.equal(report.results, 0, pipeline);
      assert.equal(report.source, 'live', pipeline);
      await viewer.stop();
    } finally {
      await other.stop();
    }
  }
});
