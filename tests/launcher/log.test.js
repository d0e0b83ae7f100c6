// SPDX-License-Identifier: LGPL-2.1-or-later
// What is said on stderr, for people, for programs and for the journal.
import assert from 'node:assert/strict';
import { fstatSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { Child } from '../lib/child.js';
import { canMakeNetworks, namespaces, noNetworksBecause, output, prefixOf } from '../lib/network.js';
import { cvLaunch, env, pipe, temporaryFolder } from '../lib/paths.js';
import { pipelineFile, runLaunch, startServer } from '../lib/server.js';
import { test } from '../lib/test.js';
import { connectForOffer } from '../lib/websocket.js';

const ending = pipelineFile('videotestsrc is-live=true num-buffers=15 ! video/x-raw,width=160,height=120,framerate=30/1 ! vp8enc deadline=1 ! rtpvp8pay ! webrtcbin');

test('--log=json: each line is an object with its time, its level and the message', async () => {
  const server = await startServer({ pipeline: ending, args: ['--log=json', '--verbose'] });
  const { signalling } = await connectForOffer(server);
  signalling.vanish();
  await server.says(/"message":"the source is lost, retrying: /);
  await server.stop();
  const lines = server.stderr.trim().split('\n').map((line) => JSON.parse(line));
  for (const { time, level, message, ...more } of lines) {
    assert.match(time, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/);
    assert.ok(Math.abs(Date.parse(time) - Date.now()) < 600_000, time);
    assert.ok(['error', 'warning', 'notice', 'info'].includes(level), level);
    assert.equal(typeof message, 'string');
    assert.deepEqual(more, {});
  }
  const levelOf = (pattern) => lines.find(({ message }) => pattern.test(message))?.level;
  assert.deepEqual([levelOf(/^the source is lost/), levelOf(/a viewer joins from 127\.0\.0\.1/)], ['error', 'info']);
  assert.equal(server.lines[0], server.url, 'the address is on stdout, as ever');
});

test('an error of the command line is such an object too', async () => {
  const { code, stderr } = await runLaunch(['--log=json', `--pipeline=${pipe('plain')}`, '--host=0.0.0.0']);
  assert.equal(code, 2);
  const { level, message } = JSON.parse(stderr);
  assert.equal(level, 'error');
  assert.match(message, /^--host=0\.0\.0\.0: others can reach this address/);
});

test('another format is an error', async () => {
  const { code, stderr } = await runLaunch(['--log=xml', `--pipeline=${pipe('plain')}`]);
  assert.deepEqual([code, stderr], [2, 'cv-launch: --log=xml: there are text and json\n']);
});

test('the journal is told the level of each line, and a terminal or a file is not', async () => {
  const said = [];
  for (const journal of [true, false]) {
    const path = join(temporaryFolder(), 'stderr');
    const file = openSync(path, 'w');
    const { dev, ino } = fstatSync(file);
    const stream = journal ? `${dev}:${ino}` : `${dev}:${ino + 1}`;
    const child = spawn(cvLaunch, [`--pipeline=${pipe('plain')}`, '--host=0.0.0.0'], { env: { ...process.env, ...env, JOURNAL_STREAM: stream }, stdio: ['ignore', 'ignore', file] });
    await once(child, 'exit');
    said.push(readFileSync(path, 'utf8'));
  }
  assert.match(said[0], /^<3>cv-launch: --host=0\.0\.0\.0: /);
  assert.match(said[1], /^cv-launch: --host=0\.0\.0\.0: /);
});

/** Says how many packets of video it got, when there were a hundred. */
const hundredPackets = `let count = 0; require('node:dgram').createSocket('udp4').on('message', () => { if (++count === 100) console.log('100 packets'); })
  .bind(5004, process.argv[1], () => console.log('it listens'));`;

test('an element that warns of each packet is heard once, and the other host gets its packets', { skip: canMakeNetworks ? false : noNetworksBecause }, async (t) => {
  const { names: [name], remove } = await namespaces(1);
  const stops = [remove];
  t.after(async () => { while (stops.length > 0) await stops.pop()(); });
  const [program, ...args] = prefixOf(name);
  const listen = async (address) => {
    const listener = new Child(program, [...args, process.execPath, '-e', hundredPackets, address]);
    stops.push(() => listener.stop());
    await listener.says(/it listens/);
    return listener;
  };
  const [listener, later] = [await listen('127.0.0.1'), await listen('127.0.0.2')];
  // names are looked up for the kinds of addresses that a machine has, and 127.0.0.1 does not count
  output(['ip', '-n', name, 'address', 'add', '10.99.2.1/32', 'dev', 'lo']);
  const hosts = join(temporaryFolder(), 'hosts');
  writeFileSync(hosts, '127.0.0.1 localhost\n');
  const knowing = [...prefixOf(name), 'sh', '-c', `mount --bind ${hosts} /etc/hosts && exec "$@"`, 'sh'];
  // no way leads to the second one, and the third can't be found
  const server = await startServer({ pipeline: 'janus', set: { nodes: '127.0.0.1,10.99.0.1,nosuch.invalid' }, prefix: knowing, env: { CV_LAUNCH_LOOK_UP_MS: '200' } });
  stops.push(() => server.stop());
  await listener.says(/100 packets/);
  const warnings = server.stderr.split('\n').filter((line) => line.includes('10.99.0.1:5004'));
  assert.equal(warnings.length, 1, server.stderr);
  for (const port of [5004, 5005, 5006]) assert.match(server.stderr, new RegExp(`warning: the host of "nosuch\\.invalid:${port}" can't be found`));
  assert.match(warnings[0], /warning: .*Error sending UDP packets \(client 10\.99\.0\.1:5004/);
  // now it can be found
  writeFileSync(hosts, '127.0.0.1 localhost\n127.0.0.2 nosuch.invalid\n');
  await later.says(/100 packets/);
  for (const port of [5004, 5005, 5006]) await server.says(new RegExp(`the host of "nosuch\\.invalid:${port}" has been found; it gets the stream from now on`));
});
