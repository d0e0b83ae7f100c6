// SPDX-License-Identifier: LGPL-2.1-or-later
// What cv-launch tells a service manager, and what it does otherwise when it is a service.
import assert from 'node:assert/strict';
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { selfSigned } from '../lib/certificates.js';
import { Child } from '../lib/child.js';
import { cvLaunch, env, temporaryFolder } from '../lib/paths.js';
import { pipelineFile, runLaunch, startServer } from '../lib/server.js';
import { startManager } from '../lib/service.js';
import { test } from '../lib/test.js';
import { until } from '../lib/wait.js';

const video = 'videotestsrc is-live=true ! video/x-raw,width=160,height=120,framerate=30/1';
const toBrowsers = 'vp8enc deadline=1 cpu-used=8 ! rtpvp8pay ! webrtcbin';

for (const address of [undefined, `@cv-launch-test-${process.pid}`])
  test(`the service manager ${address ? 'with an abstract address ' : ''}is told of readiness, the video's address, signs of life and the end`, async (t) => {
    const manager = await startManager(t, address);
    const server = await startServer({ args: ['--auth'], env: { NOTIFY_SOCKET: manager.address, WATCHDOG_USEC: '100000' } });
    t.after(() => server.stop());
    const live = await manager.hears('that there is a picture', ({ STATUS }) => STATUS?.startsWith('live'));
    assert.equal(live.STATUS, `live at ${server.url}`);
    assert.ok(server.stdout.includes('#token='), 'there is a token, and all users may read a status');
    assert.deepEqual(manager.messages[0], { READY: '1', STATUS: 'waiting for the source\'s first picture' });
    await until('signs of life', () => manager.all('WATCHDOG').length > 3);
    assert.deepEqual(manager.all('STOPPING'), []);
    assert.deepEqual(await server.stop(), { code: 0, signal: null });
    await manager.hears('its end', ({ STOPPING }) => STOPPING === '1');
    assert.deepEqual(manager.all('READY'), ['1']);
    assert.doesNotMatch(server.stderr, /warning/);
  });

test('it is ready when it listens, though no picture comes yet', async (t) => {
  const manager = await startManager(t);
  const child = new Child(cvLaunch, [`--pipeline=${pipelineFile(`${video} ! valve drop=true ! ${toBrowsers}`)}`, '--port=0'],
    { env: { ...env, NOTIFY_SOCKET: manager.address, CV_LAUNCH_FIRST_FRAME_MS: '300' } });
  t.after(() => child.alive && child.stop());
  await manager.hears('that it is ready', ({ READY }) => READY === '1');
  await child.says(/no picture from the pipeline yet/);
  assert.deepEqual(manager.all('STATUS'), ['waiting for the source\'s first picture']);
  assert.equal(child.stdout, '');
});

test('the status says when the source is lost, and when it is back', async (t) => {
  const manager = await startManager(t);
  // each of its runs ends with an error
  const pipeline = pipelineFile(`${video} ! identity error-after=30 ! ${toBrowsers}`);
  const server = await startServer({ pipeline, env: { NOTIFY_SOCKET: manager.address } });
  t.after(() => server.stop());
  await until('a source that is lost and comes back', () => manager.all('STATUS').length >= 4);
  const [waiting, live, lost, back] = manager.all('STATUS');
  assert.match(waiting, /^waiting/);
  assert.equal(live, `live at ${server.url}`);
  assert.match(lost, /^the source is lost, retrying: identity/);
  assert.equal(back, live);
});

test('the source that can\'t be opened ends the service, which tells so', async (t) => {
  const manager = await startManager(t);
  const pipeline = pipelineFile(`filesrc location=/nowhere ! ${toBrowsers}`);
  const { code } = await runLaunch([`--pipeline=${pipeline}`, '--port=0'], { env: { NOTIFY_SOCKET: manager.address } });
  assert.equal(code, 1);
  await manager.hears('its end', ({ STOPPING }) => STOPPING === '1');
});

test('a reload is told with its time, and ends with "ready"', async (t) => {
  const manager = await startManager(t);
  const tls = await selfSigned();
  const server = await startServer({ tls, env: { NOTIFY_SOCKET: manager.address } });
  t.after(() => server.stop());
  await manager.hears('that there is a picture', ({ STATUS }) => STATUS?.startsWith('live'));
  for (const [times, change, says] of [[1, () => {}, /the certificate has been read again/], [2, () => writeFileSync(tls.key, ''), /the certificate stays as it was/]]) {
    change();
    server.signal('SIGHUP');
    await server.says(says);
    await until('the reload, and its end', () => manager.all('READY').length === times + 1);
    const [reloading, ready] = manager.messages.slice(-2);
    assert.equal(reloading.RELOADING, '1');
    assert.match(reloading.MONOTONIC_USEC, /^\d+$/);
    assert.deepEqual(ready, { READY: '1', STATUS: `live at ${server.url}` });
  }
});

test('a reload without a certificate does not end a service, and does end what is none', async (t) => {
  const manager = await startManager(t);
  const service = await startServer({ env: { NOTIFY_SOCKET: manager.address } });
  t.after(() => service.stop());
  service.signal('SIGHUP');
  await service.says(/there is no certificate and no config to be read again/);
  await until('the end of the reload', () => manager.all('READY').length === 2);
  assert.equal((await fetch(service.url)).status, 200);
  const plain = await startServer();
  plain.signal('SIGHUP');
  assert.deepEqual(await plain.end(), { code: null, signal: 'SIGHUP' });
});

test('signs of life are for the process that the manager names', async (t) => {
  for (const [pid, expected] of [['$$', true], ['1', false]]) {
    const manager = await startManager(t);
    const prefix = ['sh', '-c', `WATCHDOG_PID=${pid} exec "$@"`, 'sh'];
    const server = await startServer({ prefix, env: { NOTIFY_SOCKET: manager.address, WATCHDOG_USEC: '20000' } });
    t.after(() => server.stop());
    if (expected) await manager.hears('a sign of life', ({ WATCHDOG }) => WATCHDOG === '1');
    await server.stop();
    await manager.hears('its end', ({ STOPPING }) => STOPPING === '1');
    assert.equal(manager.all('WATCHDOG').length > 0, expected, pid);
  }
});

test('what it starts does not get the manager\'s address', async (t) => {
  const manager = await startManager(t);
  const [script, seen] = ['model', 'seen'].map((name) => join(temporaryFolder(), name));
  writeFileSync(script, `env >${seen}\necho the end >>${seen}\n`);
  const model = pipelineFile(`${video} ! modelproc command="sh ${script}" ! ${toBrowsers}`);
  const server = await startServer({ pipeline: model, env: { NOTIFY_SOCKET: manager.address, WATCHDOG_USEC: '100000', OTHER: 'stays' } });
  t.after(() => server.stop());
  const environment = await until('a model\'s environment', () => existsSync(seen) && readFileSync(seen, 'utf8').match(/[^]*^the end$/m)?.[0]);
  assert.match(environment, /^OTHER=stays$/m);
  assert.doesNotMatch(environment, /NOTIFY_SOCKET|WATCHDOG/);
});

test('without the variables nothing is said of services', async () => {
  const server = await startServer();
  assert.deepEqual(await server.stop(), { code: 0, signal: null });
  assert.equal(server.stderr, '');
});

test('a credential of the service may show rights of a group, and another file may not', async () => {
  const folder = temporaryFolder();
  const tokens = join(folder, 'tokens');
  writeFileSync(tokens, 'a-token-of-the-service\n');
  const cases = [[0o440, folder, false], [0o444, folder, true], [0o440, temporaryFolder(), true], [0o440, '', true], [0o440, folder.slice(0, -1), true]];
  for (const [mode, where, refused] of cases) {
    chmodSync(tokens, mode);
    // the address is none of this machine: it gets no further than there
    const { stderr } = await runLaunch(['--pipeline=async.pipe', '--host=203.0.113.1', `--token-file=${tokens}`], { env: { CREDENTIALS_DIRECTORY: where } });
    assert.match(stderr, refused ? /others than its owner may open it/ : /203\.0\.113\.1/);
  }
});
