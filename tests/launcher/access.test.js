// SPDX-License-Identifier: LGPL-2.1-or-later
// Who may watch: a token opens the server, in the first message, before anything is made for its viewer.
import assert from 'node:assert/strict';
import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pipe, temporaryFolder } from '../lib/paths.js';
import { threads } from '../lib/proc.js';
import { runLaunch, startServer } from '../lib/server.js';
import { SocketViewer } from '../lib/socket-viewer.js';
import { after, before, test } from '../lib/test.js';
import { steady, until } from '../lib/wait.js';
import { connect } from '../lib/websocket.js';

const message = 'this server wants its token: open the whole address that cv-launch printed, with #token=';
const [token, viewToken] = ['all-0123456789abcdef', 'view-0123456789abcdef'];

/** A file for --token-file. */
function tokenFile(text = `${token}\nview ${viewToken}\n`, mode = 0o600) {
  const path = join(temporaryFolder(), 'token');
  writeFileSync(path, text);
  chmodSync(path, mode);
  return path;
}

let server;
before(async () => { server = await startServer({ args: [`--token-file=${tokenFile()}`, '--verbose'] }); });
after(() => server.stop());

/** The code of the error that a connection ends with when its first message is this one. */
async function codeOf(message, options) {
  const signalling = await connect(server, options);
  signalling.send(message);
  signalling.send({ type: 'token', token });  // too late
  const { status, errors } = await signalling.ends();
  assert.deepEqual([status, errors.length], [1008, 1]);
  assert.ok(!signalling.messages.some(({ type }) => ['access', 'offer'].includes(type)), 'nothing is offered');
  return errors[0].code;
}

for (const [which, secret, control] of [['the token', token, true], ['the token that may only watch', viewToken, false]])
  test(`${which} opens the server, which says what it may do`, async () => {
    const signalling = await connect(server);
    signalling.send({ type: 'token', token: secret });
    await signalling.receives('offer');
    assert.deepEqual(signalling.messages.slice(0, 2), [{ type: 'locked', message }, { type: 'access', control }]);
    assert.equal(signalling.messages[2].type, 'offer');
    signalling.vanish();
  });

test('it opens the way by WebSocket too', async (t) => {
  const viewer = new SocketViewer(server, undefined, viewToken);
  t.after(() => viewer.close());
  await viewer.receives('media');
  assert.equal(await codeOf({ type: 'ack', number: 0, at: 0 }, { path: '?transport=socket', from: '127.0.0.9' }), 'unauthorized');
});

test('who may only watch is told what is adjustable, and ended where it is set all the same', async (t) => {
  const may = new SocketViewer(server, undefined, token);
  const mayNot = new SocketViewer(server, undefined, viewToken);
  t.after(() => [may, mayNot].forEach((viewer) => viewer.close()));
  for (const [viewer, writable] of [[may, true], [mayNot, false]]) {
    const { title, description, ...rest } = await viewer.receives('property');
    assert.deepEqual(rest, { type: 'property', name: 'source.speed', writable, value: 0.05, initial: 0.05, min: 0, max: 1, whole: false });
    assert.deepEqual([title, description.length > 20], ['Speed', true]);
  }
  const set = { type: 'set', name: 'source.speed', value: 0.5 };
  mayNot.send(set);
  const { code, message: why } = await mayNot.receives('error');
  assert.deepEqual([code, why], ['forbidden', 'this viewer may watch, but not change what all viewers see']);
  may.send(set);
  await until('the new speed', () => may.messages.some(({ type, name, value }) => type === 'property' && name === 'source.speed' && value === 0.5));
});

test('until then nothing is made for a viewer, and it hears nothing', async () => {
  const count = () => steady('the number of threads', () => threads(server.pid), { times: 20 });
  const before = await count();
  const all = await Promise.all(Array.from({ length: 10 }, () => connect(server)));
  assert.equal(await count(), before);
  for (const each of all) {
    assert.deepEqual(each.messages, [{ type: 'locked', message }]);
    each.vanish();
  }
});

test('sixteen at most may be silent from one address, and that keeps nobody else out', async (t) => {
  const silent = [];
  t.after(() => silent.forEach((each) => each.vanish()));
  for (let n = 0; n < 16; ++n) silent.push(await connect(server, { from: '127.0.0.6' }));
  const more = await connect(server, { from: '127.0.0.6' });
  assert.deepEqual((await more.ends()).errors.map(({ code }) => code), ['busy']);
  const other = await connect(server);
  other.send({ type: 'token', token });
  await other.receives('access');
  other.vanish();
  silent.shift().vanish();
  await until('a place', async () => {
    const again = await connect(server, { from: '127.0.0.6' });
    silent.push(again);
    return (await until('an answer', () => again.messages[0])).type === 'locked';
  });
});

for (const message of [{ type: 'answer', sdp: 'v=0' }, { type: 'transport', transport: 'socket' }, { type: 'token' }, { type: 'token', token: 5 }, 'no json', '',
  Buffer.from([1, 2, 3])])
  test(`a first message that is no token ends the connection: ${Buffer.isBuffer(message) ? 'bytes' : JSON.stringify(message)}`, async () => {
    assert.equal(await codeOf(message, { from: '127.0.0.8' }), 'unauthorized');
  });

test('after five wrong tokens their address has to wait, with the right one too; others need not', async () => {
  const from = '127.0.0.7';
  for (const wrong of ['', 'wrong', token.slice(0, -1), `${token}0`, token.toUpperCase()]) assert.equal(await codeOf({ type: 'token', token: wrong }, { from }), 'unauthorized');
  const signalling = await connect(server, { from });
  signalling.send({ type: 'token', token });
  const [error] = (await signalling.ends()).errors;
  assert.equal(error.code, 'too-many');
  assert.match(error.message, /has to wait \d+ s$/);
  const other = await connect(server);
  other.send({ type: 'token', token });
  await other.receives('access');
  other.vanish();
});

test('behind a proxy it is the viewer\'s address that has to wait; who is no proxy is not believed', async (t) => {
  const proxied = await startServer({ args: [`--token-file=${tokenFile()}`, '--public-origin=https://hub.example'] });
  t.after(() => proxied.stop());
  const answer = async (of, secret, by) => {
    const signalling = await connect(of, { headers: { 'X-Forwarded-For': by } });
    signalling.send({ type: 'token', token: secret });
    const { code, type } = await until('an answer', () => signalling.messages[1]);
    signalling.vanish();
    return code ?? type;
  };
  for (let n = 0; n < 5; ++n) assert.equal(await answer(proxied, 'wrong', `192.0.2.${n}, 203.0.113.5`), 'unauthorized');
  assert.equal(await answer(proxied, token, '192.0.2.9, 203.0.113.5'), 'too-many');
  assert.equal(await answer(proxied, token, '203.0.113.5, 203.0.113.6'), 'access');
  assert.equal(await answer(proxied, token, 'nonsense'), 'access');
  const own = await startServer({ args: [`--token-file=${tokenFile()}`] });
  t.after(() => own.stop());
  for (let n = 0; n < 5; ++n) assert.equal(await answer(own, 'wrong', `203.0.113.${n}`), 'unauthorized');
  assert.equal(await answer(own, token, '203.0.113.77'), 'too-many');
});

test('who sends no token in time is told', async (t) => {
  const hurried = await startServer({ args: [`--token-file=${tokenFile()}`], env: { CV_LAUNCH_REQUEST_MS: '300' } });
  t.after(() => hurried.stop());
  const silent = await connect(hurried);
  assert.deepEqual((await silent.ends()).errors.map(({ code }) => code), ['unauthorized']);
});

test('a second token, later, is a message that there is not', async () => {
  const signalling = await connect(server);
  signalling.send({ type: 'token', token: viewToken });
  await signalling.receives('offer');
  signalling.send({ type: 'token', token });
  assert.deepEqual((await signalling.ends()).errors.map(({ code }) => code), ['unknown-type']);
});

test('a server that needs no token takes one, and is open to who has none', async (t) => {
  const open = await startServer();
  t.after(() => open.stop());
  const having = await connect(open);
  having.send({ type: 'token', token });
  assert.equal((await having.receives('access')).control, true);
  await having.receives('offer');
  having.vanish();
  const without = await connect(open);
  await without.receives('offer');
  assert.ok(!without.messages.some(({ type }) => type === 'locked'));
  without.vanish();
});

test('--auth makes up a token and prints it behind the address', async (t) => {
  const made = await startServer({ args: ['--auth', '--verbose'] });
  t.after(() => made.stop());
  const [, secret] = await made.says(/http:\/\/\S+\/#token=([0-9a-f]{32})$/m);
  const signalling = await connect(made);
  signalling.send({ type: 'token', token: secret });
  assert.equal((await signalling.receives('access')).control, true);
  signalling.vanish();
  assert.ok(!made.stderr.includes(secret), 'it is in no log');
});

test('the environment has tokens too', async (t) => {
  const own = await startServer({ args: ['--host=0.0.0.0'], env: { CV_LAUNCH_VIEW_TOKEN: viewToken } });
  t.after(() => own.stop());
  const local = { socketUrl: `ws://127.0.0.1:${own.port}/ws`, url: `http://127.0.0.1:${own.port}/` };
  const signalling = await connect(local);
  signalling.send({ type: 'token', token: viewToken });
  assert.equal((await signalling.receives('access')).control, false);
  signalling.vanish();
});

test('a token that is given is neither printed nor logged, and in no list of processes', () => {
  for (const secret of [token, viewToken]) {
    assert.ok(!server.stdout.includes(secret) && !server.stderr.includes(secret));
    assert.ok(!readFileSync(`/proc/${server.pid}/cmdline`, 'utf8').includes(secret));
  }
});

const refusals = [
  [['--host=0.0.0.0'], /--host=0\.0\.0\.0: others can reach this address.*--auth.*--token-file.*--no-auth/],
  [['--auth', '--no-auth'], /--no-auth and --auth contradict each other/],
  [['--token-file=/nowhere'], /--token-file=\/nowhere: No such file/],
  [[`--token-file=${tokenFile(token, 0o644)}`], /others than its owner may open it; chmod 600/],
  [[`--token-file=${tokenFile('short')}`], /line 1: a token of 5 characters; take 16 to 256/],
];
for (const [args, said] of refusals)
  test(`refused at the start: ${args.join(' ').replace(/\/\S+\//, '…/')}`, async () => {
    const { code, stdout, stderr } = await runLaunch([`--pipeline=${pipe('plain')}`, '--port=0', ...args]);
    assert.deepEqual([code, stdout], [2, '']);
    assert.match(stderr, said);
  });
