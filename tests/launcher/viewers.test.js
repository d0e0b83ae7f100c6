// SPDX-License-Identifier: LGPL-2.1-or-later
// What every viewer gets: a key frame, each frame once, results, and nothing but the sockets it needs.
import assert from 'node:assert/strict';
import { existsSync, writeFileSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import { dirname, join } from 'node:path';
import { root, temporaryFolder, testViewer } from '../lib/paths.js';
import { sockets } from '../lib/proc.js';
import { answerTo, sections } from '../lib/sdp.js';
import { startServer, variant } from '../lib/server.js';
import { after, before, test } from '../lib/test.js';
import { goesOn, sameInARow, startWatching } from '../lib/viewer.js';
import { connectForOffer } from '../lib/websocket.js';
import { until } from '../lib/wait.js';

let server;
before(async () => { server = await startServer({ set: { framerate: 30 } }); });
after(() => server.stop());

test('the first frame of a viewer is a key frame, whoever else watches', async (t) => {
  const first = await startWatching(server);
  t.after(() => first.stop());
  for (let i = 0; i < 5; ++i) {
    const viewer = await startWatching(server);
    assert.equal(viewer.report.startsWithKeyFrame, 1);
    await viewer.stop();
  }
  await goesOn(first);
});

test('a viewer whose data channels do not open gets its video when their time is over, and never sooner by chance', async (t) => {
  const patient = await startServer({ env: { CV_LAUNCH_CHANNEL_MS: '3000' } });
  t.after(() => patient.stop());
  const viewer = await startWatching(patient, ['--no-channels', '--no-ping']);
  t.after(() => viewer.stop());
  const { firstFrameMs, answerMs, startsWithKeyFrame } = viewer.report;
  assert.ok(firstFrameMs - answerMs >= 3000, `${firstFrameMs - answerMs} ms after its answer`);
  assert.equal(startsWithKeyFrame, 1);
});

test('a key frame is asked for at the answer, so that it is there when the connection is', async (t) => {
  const plain = await startServer({ pipeline: 'plain' });  // its encoder makes none by itself
  t.after(() => plain.stop());
  const watching = await startWatching(plain);
  t.after(() => watching.stop());
  await goesOn(watching, 30);
  const { signalling, offer } = await connectForOffer(plain);
  t.after(() => signalling.vanish());
  const { keyFrames } = watching.report;
  assert.equal((await goesOn(watching, 30)).keyFrames, keyFrames, 'not for the offer');
  signalling.send({ type: 'answer', sdp: answerTo(offer) });
  await watching.reports('a key frame', (report) => report.keyFrames > keyFrames);
});

test('two viewers receive the same frames, by the ids that follow from their RTP timestamps', async (t) => {
  for (let tries = 1; ; ++tries) {
    const viewers = await Promise.all([1, 2].map(() => startWatching(server, ['--list-frames'])));
    t.after(() => Promise.all(viewers.map((viewer) => viewer.stop())));
    await Promise.all(viewers.map((viewer) => goesOn(viewer, 60)));
    const [a, b] = (await Promise.all(viewers.map((viewer) => viewer.stop()))).map((report) => report.frameIds);
    for (const id of [...a, ...b]) assert.equal(Math.abs(id - a[0]) % 3000, 0, 'ticks from frame to frame at 30 frames a second');
    if (sameInARow(a, b) >= 50) return;
    assert.ok(tries < 10, `${a} and ${b}`);
  }
});

// One inference takes as long as 15 frames. Nothing of it is timed: frames are counted from one result's to the next one's.
test('a model of 500 ms leaves the video at its full rate', async (t) => {
  const slow = await startServer({ set: { width: 160, height: 120, framerate: 30, runtime: 500 } });
  t.after(() => slow.stop());
  // a machine that is slow for a moment leaves frames out, but not between all results
  for (let tries = 1; ; ++tries) {
    const viewer = await startWatching(slow, ['--list-frames']);
    await viewer.reports('8 results', ({ results }) => results >= 8);
    const { frameIds, resultIds } = await viewer.stop();
    const ids = new Set(frameIds);
    const inferences = resultIds.slice(1).map((to, i) => ({ from: resultIds[i], to })).filter(({ from }) => ids.has(from));
    const frames = inferences.map(({ from, to }) => ({ sent: (to - from) / 3000, came: frameIds.filter((id) => id > from && id <= to).length }));
    if (frames.filter(({ sent, came }) => sent >= 15 && came === sent).length >= 3) return;
    assert.ok(tries < 5, `from result to result ${JSON.stringify(frames)}`);
  }
});

test('results come with the video, one per inference', async (t) => {
  const viewer = await startWatching(server);
  t.after(() => viewer.stop());
  const report = await viewer.reports('20 results', (line) => line.results >= 20);
  assert.equal(report.source, 'live');
  assert.ok(report.objects >= 10, `${report.objects} circles in ${report.results} results`);
  assert.ok(report.results <= report.frames + 30, `${report.results} results for ${report.frames} frames`);
});

/** A server whose results are so large that they soon fill what a viewer does not read. */
function startTalkative() {
  const large = [{ x: 1, y: 2, w: 3, h: 4, text: 'x'.repeat(14_000) }];
  const model = `'${process.execPath}' '${join(root, 'tests/models/model.js')}' objects '${JSON.stringify(large)}'`;
  return startServer({ pipeline: 'model', set: { command: model, width: 160, height: 120, framerate: 60 } });
}

test('a viewer that reads nothing does not keep the server from ending', async (t) => {
  const talkative = await startTalkative();
  const [idle, reader] = [await startWatching(talkative), await startWatching(talkative)];
  t.after(() => [idle, reader].forEach((viewer) => viewer.signal('SIGKILL')));
  await idle.reports('results', ({ results }) => results > 0);
  const { results } = await reader.reports('results', (report) => report.results > 0);
  idle.signal('SIGSTOP');
  await reader.reports('200 results', (report) => report.results >= results + 200);
  await talkative.stop();
});

test('a viewer that does not read loses results, and they do not pile up for it', async (t) => {
  const talkative = await startTalkative();
  t.after(() => talkative.stop());
  const idle = await startWatching(talkative, ['--list-frames']);
  t.after(() => idle.stop());
  const reader = await startWatching(talkative);
  t.after(() => reader.stop());
  const frame = ({ report }) => report.lastResults.model.frame;
  await idle.reports('results', ({ results }) => results > 0);
  const { results, lastResults } = await reader.reports('results', (report) => report.results > 0);
  const from = lastResults.model.frame;
  idle.signal('SIGSTOP');
  await reader.reports('200 results', (report) => report.results >= results + 200);
  const to = frame(reader);
  idle.signal('SIGCONT');
  // what waited for it comes before what is new
  await idle.reports('a new result', () => frame(idle) > to);
  const { results: then } = idle.report;
  await idle.reports('more of them', (report) => report.results > then + 10);
  const { resultIds } = await idle.stop();
  const late = resultIds.filter((id) => id > from && id <= to).length;
  assert.ok(late < 100, `${late} of 200 came late`);
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

for (const pipeline of ['plain', 'sync'])
  test(`${pipeline}.pipe has viewers without results`, async (t) => {
    const other = await startServer({ pipeline });
    t.after(() => other.stop());
    const viewer = await startWatching(other);
    t.after(() => viewer.stop());
    const { results, source } = await goesOn(viewer, 30);
    assert.equal(results, 0);
    assert.equal(source, 'live');
  });

test('a pong has the time of this machine', async (t) => {
  // the server's clock is set once, and a machine that halts it in the middle of that makes it wrong; 50 ms are allowed to it
  for (let tries = 1; ; ++tries) {
    const clock = await startServer({ pipeline: 'plain' });
    t.after(() => clock.stop());
    const viewer = await startWatching(clock);
    t.after(() => viewer.stop());
    const { clockErrorUs } = await viewer.reports('3 pongs', ({ pongs }) => pongs >= 3);
    if (clockErrorUs < 10_000) return;
    assert.ok(tries < 3, `${clockErrorUs} µs before its ping was sent, or after it came itself`);
  }
});

test('epoch and id say when a frame was made', async (t) => {
  const ofDay = (ms) => ms - new Date(ms).setHours(0, 0, 0, 0);
  for (let tries = 1; ; ++tries) {
    // the source says it too, on standard output
    const clock = await startServer({ pipeline: variant('plain', { 'ballsrc name=source': 'ballsrc name=source print-time=true' }), set: { framerate: 5 } });
    t.after(() => clock.stop());
    const viewer = await startWatching(clock, ['--list-frames']);
    await goesOn(viewer, 5);
    const { epochUs, frameIds } = await viewer.stop();
    const made = [...clock.stdout.matchAll(/^(\d+):(\d+):(\d+)\.(\d+) #/gm)].map(([, h, min, s, ms]) => ((Number(h) * 60 + Number(min)) * 60 + Number(s)) * 1000 + Number(ms));
    const errors = frameIds.map((id) => {
      const said = ofDay(epochUs / 1000 + id / 90);
      return Math.min(...made.map((ms) => Math.abs(ms - said)));
    });
    assert.ok(errors.length >= 5);
    if (Math.min(...errors) < 10) return;
    assert.ok(tries < 3, `${errors} ms from the time of any frame`);
  }
});

test('viewers are told when the wall clock is set, and go on', async (t) => {
  const file = join(temporaryFolder(), 'stepped');
  const preload = join(dirname(testViewer), '../libcv-test-clock.so');
  assert.ok(existsSync(preload), `no ${preload}: build it`);
  const clock = await startServer({ pipeline: 'plain', env: { LD_PRELOAD: [preload, process.env.LD_PRELOAD ?? ''].join(' '), CV_TEST_CLOCK: file } });
  t.after(() => clock.stop());
  const viewer = await startWatching(clock);
  t.after(() => viewer.stop());
  const { epochUs } = await viewer.reports('the epoch', (report) => report.epochUs > 0);
  writeFileSync(file, '');
  const after = await viewer.reports('another epoch', (report) => report.epochUs !== epochUs);
  const hours = (after.epochUs - epochUs) / 3.6e9;
  assert.ok(Math.abs(hours - 1) < 0.01, `${hours} h later`);
  await goesOn(viewer);
});
