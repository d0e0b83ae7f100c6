// SPDX-License-Identifier: LGPL-2.1-or-later
// What cv-launch prints, where it looks for pipelines, and how it ends.
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { Child } from '../lib/child.js';
import { cvLaunch, env, pipe, temporaryFolder } from '../lib/paths.js';
import { runLaunch, startServer } from '../lib/server.js';
import { test } from '../lib/test.js';
import { startViewer, startWatching } from '../lib/viewer.js';
import { until } from '../lib/wait.js';

async function refusal(args) {
  const { code, signal, stdout, stderr } = await runLaunch(args);
  assert.equal(signal, null, stderr);
  assert.notEqual(code, 0);
  assert.doesNotMatch(stdout, /http:/);
  return stderr;
}

test('--help names every option and has examples', async () => {
  const { code, stdout } = await runLaunch(['--help']);
  assert.equal(code, 0);
  for (const option of ['pipeline', 'set', 'print', 'variables', 'host', 'port', 'max-viewers', 'verbose', 'version', 'help'])
    assert.match(stdout, new RegExp(`--${option}\\b`));
  assert.match(stdout, /example/i);
  assert.match(stdout, /cv-launch --pipeline=\S+/);
  assert.match(stdout, /8080/, 'the default port');
});

test('--variables prints what --set can set, with defaults, and what it must', async () => {
  const { code, stdout } = await runLaunch([`--pipeline=${pipe('rtsp')}`, '--variables']);
  assert.equal(code, 0);
  const lines = stdout.trimEnd().split('\n');
  for (const line of ['location (needed)', 'bitrate=1000000', 'codec=vp8', 'protocols=tcp']) assert.ok(lines.includes(line), stdout);
  const wrong = await runLaunch([`--pipeline=${pipe('plain')}`, '--set=codec=nosuch', '--variables']);
  assert.notEqual(wrong.code, 0, 'what is included decides on the variables');
  assert.match(wrong.stderr, /nosuch/);
});

test('--version prints one line with the version', async () => {
  const { code, stdout } = await runLaunch(['--version']);
  assert.equal(code, 0);
  assert.match(stdout, /^\S.*\d+\.\d+\.\d+.*\n$/);
});

for (const option of ['--nosuchoption', '--port=99999', '--port=-1', '--port=web', '--max-viewers=-1', '--max-viewers=many'])
  test(`a wrong option is named: ${option}`, async () => {
    const said = await refusal([`--pipeline=${pipe('plain')}`, option]);
    assert.ok(said.includes(option.split('=')[0].slice(2)), said);
  });

test('an address that is not of this machine is named', async () => {
  assert.match(await refusal([`--pipeline=${pipe('plain')}`, '--port=0', '--host=192.0.2.1']), /192\.0\.2\.1/);
});

test('without a pipeline it says which option names one', async () => {
  assert.match(await refusal([]), /--pipeline/);
});

test('a port that is taken is named, with how to choose another', async (t) => {
  const first = await startServer({ pipeline: 'plain' });
  t.after(() => first.stop());
  const said = await refusal([`--pipeline=${pipe('plain')}`, `--port=${first.port}`]);
  assert.match(said, new RegExp(`\\b${first.port}\\b`));
  assert.match(said, /--port/);
});

test('the default port is 8080, and one that is taken is told', async (t) => {
  const other = createServer();
  t.after(() => other.close());
  await new Promise((resolve) => {
    other.once('error', resolve);  // somebody else has it: as good
    other.listen(8080, '127.0.0.1', () => resolve(undefined));
  });
  const said = await refusal([`--pipeline=${pipe('plain')}`]);
  assert.match(said, /\b8080\b/);
  assert.match(said, /--port/);
});

test('a name without a path is taken from the current folder first', async () => {
  const cwd = temporaryFolder();
  writeFileSync(join(cwd, 'async.pipe'), 'videotestsrc name=mine ! fakesink\n');
  const { stdout } = await runLaunch(['--pipeline=async.pipe', '--print'], { cwd });
  assert.match(stdout, /name=mine/);
});

test('a name without a path is looked up in the shipped pipelines too', async () => {
  const { code, stdout, stderr } = await runLaunch(['--pipeline=async.pipe', '--print'],
    { cwd: temporaryFolder(), env: { CV_PIPELINES: dirname(pipe('async')) } });
  assert.equal(code, 0, stderr);
  assert.match(stdout, /webrtcbin/);
});

test('--print puts in values and defaults, and leaves comments out', async () => {
  const cwd = temporaryFolder();
  writeFileSync(join(cwd, 'my.pipe'), '# comment\nvideotestsrc name=${a} ! # more\n identity name="${b:-some thing}" !\n fakesink name=${c:-third}\n');
  const { code, stdout } = await runLaunch(['--pipeline=my.pipe', '--set=a=first', '--set', 'c=3=3', '--print'], { cwd });
  assert.equal(code, 0);
  assert.deepEqual(stdout.split(/\s+/).join(' ').trim(), 'videotestsrc name=first ! identity name="some thing" ! fakesink name=3=3');
});

test('the address is the only line on the standard output, and a log stays quiet', async (t) => {
  const server = await startServer();
  t.after(() => server.stop());
  const viewer = await startWatching(server);
  t.after(() => viewer.stop());
  const before = server.stderr;
  await viewer.reports('100 frames', (report) => report.frames > 100);
  assert.match(server.stdout, /^[^\n]*http:\/\/127\.0\.0\.1:\d+\/[^\n]*\n$/);
  assert.equal(server.stderr, before, 'nothing is printed while nothing happens');
});

test('in a terminal one status line shows viewers, frames a second and model time', async (t) => {
  const command = `exec '${cvLaunch}' --port=0 '--pipeline=${pipe('async')}'`;
  const terminal = new Child('script', ['-qec', command, '/dev/null'], { env });
  t.after(() => terminal.stop());
  const url = (await terminal.says(/http:\/\/\S+\//))[0];
  const [pid] = readFileSync(`/proc/${terminal.pid}/task/${terminal.pid}/children`, 'utf8').trim().split(' ').map(Number);
  t.after(() => { if (terminal.alive) process.kill(pid, 'SIGTERM'); });
  const viewer = await startWatching({ socketUrl: `${url.replace('http', 'ws')}ws` });
  t.after(() => viewer.stop());
  await terminal.says(/(?<!\d)1 viewer/i);
  await terminal.says(/[\d.]+ (fps|frames)/i);
  await terminal.says(/[\d.]+ ms/i);
  const lines = terminal.stdout.split('\n').length;
  const size = terminal.stdout.length;
  await until('two updates', () => terminal.stdout.slice(size).match(/viewer/g)?.length >= 2);
  assert.equal(terminal.stdout.split('\n').length, lines, 'the line is written over, not repeated');
  process.kill(pid, 'SIGINT');
  assert.equal((await terminal.end()).code, 0);
});

test('SIGINT ends it within 2 s, and its viewers are told', async (t) => {
  const server = await startServer();
  t.after(() => server.stop());
  const viewers = await Promise.all([1, 2, 3].map(() => startWatching(server)));
  t.after(() => Promise.all(viewers.map((viewer) => viewer.stop())));
  const start = performance.now();
  server.signal('SIGINT');
  assert.deepEqual(await server.end(), { code: 0, signal: null });
  const took = performance.now() - start;
  assert.ok(took < 2000, `it took ${took} ms`);
  for (const viewer of viewers) assert.equal((await viewer.ended()).code, 'shutdown');
});

test('SIGTERM ends it as SIGINT does', async (t) => {
  const server = await startServer();
  t.after(() => server.stop());
  server.signal('SIGTERM');
  assert.deepEqual(await server.end(2000), { code: 0, signal: null });
});

test('SIGINT ends it within 2 s with a viewer that is stopped', async (t) => {
  const server = await startServer();
  t.after(() => server.stop());
  const viewer = await startWatching(server);
  t.after(() => viewer.stop());
  viewer.signal('SIGSTOP');
  const start = performance.now();
  server.signal('SIGINT');
  await server.end();
  const took = performance.now() - start;
  assert.ok(took < 2000, `it took ${took} ms`);
});

test('a second SIGINT ends it at once', async (t) => {
  const server = await startServer();
  t.after(() => { if (server.alive) server.signal('SIGKILL'); });
  const viewers = await Promise.all([1, 2].map(() => startWatching(server)));
  t.after(() => Promise.all(viewers.map((viewer) => viewer.stop())));
  const start = performance.now();
  server.signal('SIGINT');
  server.signal('SIGINT');
  const { signal } = await server.end();
  assert.ok(signal === null || signal === 'SIGINT', `died of ${signal}`);
  const took = performance.now() - start;
  assert.ok(took < 1000, `it took ${took} ms`);
});

test('a viewer more than --max-viewers is told `full`, and welcome once another has left', async (t) => {
  const server = await startServer({ args: ['--max-viewers=1'] });
  t.after(() => server.stop());
  const first = await startWatching(server);
  const second = await (await startViewer(server)).ended();
  assert.equal(second.code, 'full');
  assert.equal(second.wirePackets, 0);
  await first.stop();
  const third = await until('a place', async () => {
    const viewer = await startViewer(server);
    const report = await viewer.reports('a frame or `full`', (line) => line.frames > 0 || line.code === 'full').catch(() => null);
    if (report?.frames > 0) return viewer;
    await viewer.stop();
    return null;
  });
  await third.stop();
});

test('--host=0.0.0.0 lets other machines in', async (t) => {
  const server = await startServer({ pipeline: 'plain', args: ['--host=0.0.0.0'] });
  t.after(() => server.stop());
  assert.equal((await fetch(`http://127.0.0.1:${server.port}/`)).status, 200);
});
