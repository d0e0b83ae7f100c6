// SPDX-License-Identifier: LGPL-2.1-or-later
// --publish: the stream at a WHIP endpoint (RFC 9725), whatever that endpoint does.
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { signed } from '../lib/certificates.js';
import { Child } from '../lib/child.js';
import { noNetworksBecause } from '../lib/network.js';
import { pipe, root, temporaryFolder } from '../lib/paths.js';
import { runLaunch, startServer } from '../lib/server.js';
import { Sfu } from '../lib/sfu.js';
import { after, afterEach, before, describe, test } from '../lib/test.js';
import { goesOn, startWatching } from '../lib/viewer.js';
import { apart, startDoor, startTurn } from '../lib/turn.js';
import { until } from '../lib/wait.js';
import { connect } from '../lib/websocket.js';

/** A file of one's own. */
function file(text, mode = 0o600) {
  const path = join(temporaryFolder(), 'token');
  writeFileSync(path, text, { mode });
  return path;
}

const url = 'https://127.0.0.1:9/whip';
for (const [what, args, message] of [
  ['an address that is none', ['--publish=sfu.example/whip'], /--publish=sfu\.example\/whip: write the address of a WHIP endpoint: https:\/\/host\/path/],
  ['another scheme', ['--publish=rtmp://sfu.example/live'], /--publish=rtmp:\/\/sfu\.example\/live: write the address/],
  ['a password in the address', ['--publish=https://me:secret@sfu.example/whip'], /--publish=https:\/\/sfu\.example: no name or password in it/],
  ['a token without an endpoint', [`--publish-token-file=${file('x')}`], /--publish-token-file without --publish: name the endpoint too/],
  ['a file that is not there', [`--publish=${url}`, '--publish-token-file=/nowhere'], /--publish-token-file=\/nowhere: No such file/],
  ['a file that others may open', [`--publish=${url}`, `--publish-token-file=${file('x', 0o644)}`], /--publish-token-file=\S+: others than its owner may open it; chmod 600/],
  ['an empty file', [`--publish=${url}`, `--publish-token-file=${file('\n')}`], /--publish-token-file=\S+: write the token and nothing else/],
  ['two tokens', [`--publish=${url}`, `--publish-token-file=${file('a b')}`], /write the token and nothing else/],
  ['a token that could not be sent', [`--publish=${url}`, `--publish-token-file=${file('tökén')}`], /a Bearer token has no such characters/],
  ['no viewers, and no endpoint either', ['--max-viewers=0'], /--max-viewers=0: must be from 1 to 1000/],
])
  test(`is an error at the start: ${what}`, async () => {
    const { code, stderr, stdout } = await runLaunch([`--pipeline=${pipe('plain')}`, '--port=0', ...args]);
    assert.equal(code, 2, stderr);
    assert.match(stderr, message);
    assert.ok(!stderr.includes('secret') && stdout === '', stderr);
  });

describe('an endpoint', () => {
  let sfu;
  const open = [];
  before(async () => {
    sfu = new Sfu();
    await sfu.listen();
  });
  after(() => sfu.close());
  afterEach(async () => {
    while (open.length > 0) await open.pop().stop();
    Object.assign(sfu, { requests: [], intercept: () => false, answer: (sdp) => sdp, headers: {} });
    assert.equal(sfu.publisher, null, 'the endpoint was told of the end');
  });

  async function start(args = [], options = {}) {
    const server = await startServer({ args: [`--publish=${sfu.whip}`, ...args], ...options });
    open.push(server);
    return server;
  }
  /** More packets come than when this is asked. */
  async function publishes() {
    const before = sfu.packets;
    await until('packets come', () => sfu.packets > before + 60);
  }
  const figures = async ({ url }) => (await fetch(`${url}metrics`)).text();

  test('gets the stream beside local viewers, till cv-launch ends', async () => {
    const token = 'a.Bearer-token/1';
    const server = await start([`--publish-token-file=${file(`${token}\n`)}`]);
    await publishes();
    await server.says(new RegExp(`publishing to ${sfu.origin}\n`));
    assert.match(await figures(server), /^cv_launch_publishing 1$/m);
    const viewer = await startWatching(server);
    await goesOn(viewer, 1);
    await viewer.stop();
    await server.stop();
    const [post] = sfu.of('POST');
    assert.equal(post.headers['content-type'], 'application/sdp');
    assert.match(post.body, /^m=video .*\r\n/m);
    assert.match(post.body, /^a=sendonly\r$/m);
    assert.match(post.body, /^a=candidate:.* typ host\r$/m);
    assert.doesNotMatch(post.body, /^m=application/m, 'an endpoint takes sound and video only');
    assert.deepEqual(sfu.requests.map(({ method, url }) => [method, url]).filter(([method]) => method !== 'PATCH'), [['POST', '/whip'], ['DELETE', sfu.session]]);
    assert.deepEqual(new Set(sfu.requests.map(({ headers }) => headers.authorization)), new Set([`Bearer ${token}`]));
    assert.ok(!server.stderr.includes(token));
  });

  test('is all that there is with --max-viewers=0', async () => {
    const server = await start(['--max-viewers=0']);
    await publishes();
    const { errors } = await (await connect(server)).ends();
    assert.deepEqual(errors.map(({ code, message }) => [code, message]), [['full', 'nobody can watch here (--max-viewers=0); this server only publishes']]);
  });

  test('may be elsewhere: 307 and 308 are followed, with the token', async () => {
    sfu.intercept = ({ url }, response) => url === '/whip' && sfu.requests.length < 3 && response.writeHead(sfu.requests.length === 1 ? 307 : 308, { Location: '/whip' }).end();
    await start([`--publish-token-file=${file('secret')}`]);
    await publishes();
    assert.deepEqual(sfu.of('POST').map(({ headers, body }) => [headers.authorization, body === sfu.of('POST')[0].body]), Array(3).fill(['Bearer secret', true]));
  });

  for (const [what, answer, message] of [
    ['wants another token', (r) => r.writeHead(401).end(), '401 Unauthorized: it wants a token, or another one (--publish-token-file)'],
    ['is not at this address', (r) => r.writeHead(404).end(), '404 Not Found: there is no WHIP endpoint at this address'],
    ['has another publisher', (r) => r.writeHead(409).end(), '409 Conflict: somebody else publishes there'],
    ['does not take the stream', (r) => r.writeHead(406).end('no VP8'), '406 Not Acceptable: it does not take this stream'],
    ['redirects as a page does', (r) => r.writeHead(301, { Location: '/other' }).end(), '301 Moved Permanently: a WHIP endpoint must redirect with 307 or 308 (RFC 9725); name the address that it leads to'],
    ['redirects again and again', (r) => r.writeHead(307, { Location: '/whip' }).end(), 'it redirects again and again'],
    ['redirects to nowhere', (r) => r.writeHead(308).end(), 'it redirects to nowhere'],
    ['is in trouble', (r) => r.writeHead(503, { 'Retry-After': '0' }).end(), '503 Service Unavailable: it is in trouble'],
    ['ends the connection', (r) => r.destroy(), /Connection terminated unexpectedly|reset/],
    ['is a page', (r) => r.writeHead(200, { 'Content-Type': 'text/html' }).end('<p>'), 'it answers with text/html instead of application/sdp, so it is no WHIP endpoint'],
    ['says too much', (r) => r.writeHead(201, { 'Content-Type': 'application/sdp', Location: '/x' }).end('x'.repeat(300_000)), 'its reply is too long'],
    ['names no session', (r) => r.writeHead(201, { 'Content-Type': 'application/sdp' }).end('v=0'), 'its answer has no Location that could be used, so it is no WHIP endpoint (RFC 9725, 4.2)'],
    ['answers with nonsense', (r) => r.writeHead(201, { 'Content-Type': 'application/sdp', Location: '/whip' }).end('hello'), 'the answer has 0 media sections, the offer 1'],
  ])
    test(`that ${what}: the log says so, and it is tried again`, async () => {
      sfu.intercept = (request, response) => request.method !== 'DELETE' && (answer(response), true);
      const server = await start();
      await server.says(/it is tried again/);
      const asked = sfu.of('POST').length;
      await until('it is tried again', () => sfu.of('POST').length > asked);
      assert.match(await figures(server), /^cv_launch_publishing 0$/m);
      sfu.intercept = () => false;
      await publishes();
      const said = server.stderr.split('\n').filter((line) => line.includes(`publishing to ${sfu.origin}: `));
      assert.equal(said.length, 1, 'once');
      const words = said[0].match(/: (?:WARNING: )?publishing to \S+: (.*); it is tried again$/)?.[1];
      if (typeof message === 'string') assert.equal(words, message);
      else assert.match(words, message);
    });

  test('that never answers is left after 10 s, and tried again', async () => {
    sfu.intercept = ({ method }) => method === 'POST';
    const server = await start();
    await server.says(/publishing to \S+: it has not answered for 10 s; it is tried again/);
    sfu.intercept = () => false;
    await publishes();
  });

  test('whose answer does not fit is told so by a DELETE', async () => {
    sfu.answer = (sdp) => sdp.replace(/^a=fingerprint.*\r\n/gm, '');
    const server = await start();
    await server.says(/publishing to \S+: the answer must name one SHA-256 fingerprint.*; it is tried again/);
    await until('it is told', () => sfu.of('DELETE').length > 0);
    sfu.answer = (sdp) => sdp;
    await publishes();
  });

  test('gets the token that is in the file when it is asked', async () => {
    const path = file('old');
    sfu.intercept = ({ headers }, response) => headers.authorization !== 'Bearer new' && response.writeHead(403).end();
    const server = await start([`--publish-token-file=${path}`]);
    await server.says(/403 Forbidden: it wants a token, or another one/);
    writeFileSync(path, 'new\n');
    await publishes();
  });

  test('that says when to come again is left alone till then', async () => {
    const asked = [];
    sfu.intercept = (_, response) => asked.push(performance.now()) === 1 && response.writeHead(503, { 'Retry-After': '2' }).end();
    await start();
    await publishes();
    assert.ok(asked[1] - asked[0] >= 2000, String(asked));
  });

  for (const [what, end, message] of [
    ['forgets the stream in the middle', () => sfu.forget(), /publishing to \S+: nothing came from there for 4 s; it is tried again/],
    ['hangs up', () => sfu.hangUp(), /publishing to \S+: .*; it is tried again/],
  ])
    test(`that ${what} gets a new one, and local viewers do not notice`, async () => {
      const server = await start([], { env: { CV_LAUNCH_ENDPOINT_MS: '4000' } });
      const viewer = await startWatching(server);
      await publishes();
      await end();
      await server.says(message);
      await publishes();
      await goesOn(viewer, 1);
      await viewer.stop();
    });

});

test('an endpoint that is not there is tried again till it is', async (t) => {
  const holder = createServer();
  await new Promise((resolve) => { holder.listen(0, '127.0.0.1', resolve); });
  const { port } = holder.address();
  await new Promise((resolve) => { holder.close(resolve); });
  const server = await startServer({ args: [`--publish=http://127.0.0.1:${port}/whip`] });
  t.after(() => server.stop());
  await server.says(new RegExp(`publishing to http://127.0.0.1:${port}: .*refused; it is tried again`));
  const sfu = new Sfu();
  await sfu.listen({ port });
  t.after(() => sfu.close());
  await until('packets', () => sfu.packets > 0);
});

test('by TLS an endpoint gets the stream if this machine trusts its certificate, and else nothing', { skip: noNetworksBecause || false }, async (t) => {
  const { cert, key, authority } = await signed({ names: 'IP:127.0.0.1' });
  const sfu = new Sfu({ cert: readFileSync(cert), key: readFileSync(key) });
  await sfu.listen();
  t.after(() => sfu.close());
  const stranger = await startServer({ args: [`--publish=${sfu.whip}`] });
  t.after(() => stranger.stop());
  await stranger.says(/publishing to https:\S+: .*: this machine does not trust who has signed it, or it is for another host or time; it is tried again/);
  assert.deepEqual(sfu.requests, []);
  // what it runs has mounts of its own
  const trusting = ['unshare', '--mount', 'sh', '-c', `mount -t tmpfs none /etc/ssl/certs && cp ${authority} /etc/ssl/certs/ca-certificates.crt && exec "$@"`, 'sh'];
  const server = await startServer({ args: [`--publish=${sfu.whip}`], prefix: trusting });
  t.after(() => server.stop());
  await until('packets', () => sfu.packets > 60);
});

test('a TURN server of which an endpoint tells is the way where there is no other: its candidates come by PATCH', { skip: noNetworksBecause || false }, async (t) => {
  const stops = [];
  t.after(async () => { while (stops.length > 0) await stops.pop().stop(); });
  const started = (child) => { stops.push(child); return child; };
  const networks = started(await apart());
  started(await startTurn(networks, ['--lt-cred-mech', '--user=me:pa,ss']));
  const link = `<turn:${networks.hostName}?transport=udp>; rel="ice-server"; username="me"; credential="pa,ss"; credential-type="password", <turns:${networks.hostName}>; rel=ice-server`;
  const [program, ...before] = networks.viewerPrefix;
  const sfu = started(new Child(program, [...before, process.execPath, join(root, 'tests/lib/sfu-program.js'), networks.viewerAddress, JSON.stringify({ Link: link })]));
  const [, port] = await sfu.says(/http:\S+:(\d+)/);
  const door = started(await startDoor({ ...networks, serverAddress: networks.viewerAddress }, { port }));
  started(await startServer({ prefix: networks.serverPrefix, args: [`--publish=${door.url}whip`] }));
  await sfu.says(/packets [1-9]\d\d+, PATCH [1-9]/);
});
