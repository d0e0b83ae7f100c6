// SPDX-License-Identifier: LGPL-2.1-or-later
// What cv-launch prints, where it looks for pipelines, and how it ends.
import assert from 'node:assert/strict';
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import { dirname, join } from 'node:path';
import { Child, run } from '../lib/child.js';
import { film } from '../lib/film.js';
import { cvLaunch, env, pipe, temporaryFolder } from '../lib/paths.js';
import { sockets } from '../lib/proc.js';
import { runLaunch, startServer, variant } from '../lib/server.js';
import { test } from '../lib/test.js';
import { startViewer, startWatching } from '../lib/viewer.js';
import { until } from '../lib/wait.js';

/** What it says when it refuses to run. @param {string[]} args */
async function refusalOf(args, options) {
  const { code, signal, stdout, stderr } = await runLaunch(args, options);
  assert.equal(signal, null, stderr);
  assert.notEqual(code, 0);
  assert.doesNotMatch(stdout, /http:/);
  return stderr;
}

test('--help names every option and has examples', async () => {
  const { code, stdout } = await runLaunch(['--help']);
  assert.equal(code, 0);
  for (const option of ['pipeline', 'set', 'print', 'variables', 'host', 'auth', 'token-file', 'no-auth', 'port', 'public-origin', 'allow-origin', 'cert', 'key', 'stun', 'turn', 'turn-file', 'udp-ports', 'ice-address', 'log', 'max-viewers', 'verbose', 'version', 'help'])
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

for (const option of ['--nosuchoption', '--port=99999', '--port=-1', '--port=web', '--max-viewers=-1', '--max-viewers=many', '--public-origin=hub.example', '--allow-origin=*'])
  test(`a wrong option is named: ${option}`, async () => {
    const said = await refusalOf([`--pipeline=${pipe('plain')}`, option]);
    assert.ok(said.includes(option.split('=')[0].slice(2)), said);
  });

test('an address that is not of this machine is named', async () => {
  assert.match(await refusalOf([`--pipeline=${pipe('plain')}`, '--port=0', '--host=192.0.2.1']), /192\.0\.2\.1/);
});

test('without a pipeline it says which option names one', async () => {
  assert.match(await refusalOf([]), /--pipeline/);
});

test('a port that is taken is named, with how to choose another', async (t) => {
  const first = await startServer({ pipeline: 'plain' });
  t.after(() => first.stop());
  const said = await refusalOf([`--pipeline=${pipe('plain')}`, `--port=${first.port}`]);
  assert.match(said, new RegExp(`\\b${first.port}\\b`));
  assert.match(said, /--port/);
});

test('the default port is 8080', async () => {
  const launch = new Child(cvLaunch, [`--pipeline=${pipe('plain')}`], { env });
  await launch.says(/http:\/\/127\.0\.0\.1:8080\/|port 8080 .* is in use/);  // somebody else may have it
  if (launch.alive) launch.signal('SIGKILL');
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

// without a locale, with the plainest one, and with one that knows all characters
for (const locale of [undefined, 'C', 'C.UTF-8'])
  test(`names with other letters than English ones are taken as they are: LC_ALL=${locale}`, async (t) => {
    const cwd = temporaryFolder();
    copyFileSync(await film(), join(cwd, 'Küche.webm'));
    const letters = { LC_ALL: locale, LANG: undefined };
    const server = await startServer({ pipeline: 'file', set: { location: 'Küche.webm' }, cwd, env: letters });
    t.after(() => server.stop());
    assert.match(await refusalOf([`--pipeline=${pipe('file')}`, '--set=location=Küche.png', '--port=0'], { cwd, env: letters }), /Küche\.png/);
    assert.match(await refusalOf([`--pipeline=${pipe('plain')}`, '--host=Küche'], { env: letters }), /--host Küche: not an IP address/);
    assert.match(await refusalOf([`--pipeline=${pipe('plain')}`, '--set=Größe=5'], { env: letters }), /no variable "Größe"/);
  });

test('a value that is not UTF-8 is named', async () => {
  const command = `exec '${cvLaunch}' '--pipeline=${pipe('file')}' --port=0 --set=location=K$'\\xfc'che.png`;
  const { code, stderr } = await run('bash', ['-c', command], { env });
  assert.equal(code, 2, stderr);
  assert.match(stderr, /--set location=K.*che\.png: not UTF-8/);
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

for (const signal of ['SIGINT', 'SIGTERM'])
  test(`${signal} ends it, and its viewers are told`, async (t) => {
    const server = await startServer();
    t.after(() => server.stop());
    const viewers = await Promise.all([1, 2, 3].map(() => startWatching(server)));
    t.after(() => Promise.all(viewers.map((viewer) => viewer.stop())));
    server.signal(signal);
    assert.deepEqual(await server.end(), { code: 0, signal: null });
    for (const viewer of viewers) assert.equal((await viewer.ended()).code, 'shutdown');
  });

/** A pipeline with a part that does not end. */
const endless = () => variant('plain', { 'framerate=${framerate:-30}/1': 'framerate=${framerate:-30}/1\n! tee name=all\nall. ! queue leaky=downstream ! identity sleep-time=4000000000 ! fakesink\nall.' });

test('SIGINT ends it after a while although a part of its pipeline does not end', async (t) => {
  const server = await startServer({ pipeline: endless(), env: { CV_LAUNCH_END_MS: '200' } });
  t.after(() => server.stop());
  server.signal('SIGINT');
  assert.deepEqual(await server.end(), { code: 0, signal: null });
});

test('SIGINT ends it after a while although a viewer is stopped', async (t) => {
  const server = await startServer({ env: { CV_LAUNCH_END_MS: '200' } });
  t.after(() => server.stop());
  const viewer = await startWatching(server);
  t.after(() => viewer.stop());
  viewer.signal('SIGSTOP');
  server.signal('SIGINT');
  assert.deepEqual(await server.end(), { code: 0, signal: null });
});

test('a second SIGINT ends it at once', async (t) => {
  const server = await startServer({ pipeline: endless() });
  t.after(() => { if (server.alive) server.signal('SIGKILL'); });
  const viewer = await startWatching(server);
  server.signal('SIGINT');
  assert.equal((await viewer.ended()).code, 'shutdown', 'the first one was heard');
  await until('the end of who listens', () => sockets(server.pid, 'tcp').every(({ listening }) => !listening));
  assert.ok(server.alive);
  server.signal('SIGINT');
  assert.deepEqual(await server.end(), { code: null, signal: 'SIGINT' });
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

test('--host=0.0.0.0 lets other machines in, without it nobody does', async (t) => {
  // another address of this machine takes the same way into the server as another machine
  const address = Object.values(networkInterfaces()).flat().find(({ family, internal }) => family === 'IPv4' && !internal)?.address ?? '127.0.0.2';
  const all = await startServer({ pipeline: 'plain', args: ['--host=0.0.0.0', '--no-auth'] });
  t.after(() => all.stop());
  assert.equal((await fetch(`http://${address}:${all.port}/`)).status, 200);
  const own = await startServer({ pipeline: 'plain' });
  t.after(() => own.stop());
  await assert.rejects(fetch(`http://${address}:${own.port}/`), ({ cause }) => cause.code === 'ECONNREFUSED');
});
