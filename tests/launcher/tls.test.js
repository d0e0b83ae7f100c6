// SPDX-License-Identifier: LGPL-2.1-or-later
// TLS of its own: what it shows, what it takes, and who can't hold it up.
import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { chmodSync, copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { get as httpGet } from 'node:http';
import { get as httpsGet } from 'node:https';
import { connect as connectTcp } from 'node:net';
import { join } from 'node:path';
import { Duplex } from 'node:stream';
import { connect as connectTls } from 'node:tls';
import { openssl, selfSigned, signed } from '../lib/certificates.js';
import { RawConnection, request } from '../lib/http.js';
import { pipe, temporaryFolder } from '../lib/paths.js';
import { descriptors, sockets } from '../lib/proc.js';
import { runLaunch, startServer } from '../lib/server.js';
import { after, before, test } from '../lib/test.js';
import { until, within } from '../lib/wait.js';
import { Signalling, connect } from '../lib/websocket.js';

const textOf = (path) => readFileSync(path, 'utf8');
const names = 'IP:127.0.0.1,DNS:cv.example,DNS:*.cams.example';

let files, server;
before(async () => {
  files = await selfSigned({ names });
  server = await startServer({ tls: files, env: { CV_LAUNCH_REQUEST_MS: '1000' } });
});
after(() => server.stop());

/** A reply by HTTPS, and what the server showed of itself. @param {object} [options] of node:https */
function get({ port, ca }, options = {}) {
  return within('the reply', new Promise((resolve, reject) => {
    // whom the certificate is for is what the server is asked, and not a test of the client's
    httpsGet({ port, ca, host: '127.0.0.1', agent: false, checkServerIdentity: () => undefined, ...options }, (reply) => {
      const { fingerprint256 } = reply.socket.getPeerCertificate();
      const chunks = [];
      reply.on('data', (data) => chunks.push(data)).on('end', () => {
        resolve({ status: reply.statusCode, headers: reply.headers, body: Buffer.concat(chunks).toString(), fingerprint256, protocol: reply.socket.alpnProtocol });
      }).on('error', reject);
    }).on('error', reject);
  }));
}

test('the page and its signalling come by TLS, with the headers that it has without', async () => {
  assert.match(server.url, /^https:\/\/127\.0\.0\.1:\d+\/$/);
  const { status, headers, body } = await get(server);
  assert.equal(status, 200);
  assert.match(body, /<script type="?module/);
  const plain = await startServer();
  const { headers: expected } = await request(plain, 'GET', '/');
  await plain.stop();
  for (const name of ['content-security-policy', 'x-content-type-options', 'referrer-policy', 'cache-control', 'connection']) assert.equal(headers[name], expected[name], name);
  const signalling = await connect(server);
  assert.ok((await signalling.receives('offer')).sdp);
  signalling.vanish();
});

test('browsers are asked for HTTP/1.1 and not for HTTP/2', async () => {
  const socket = connectTls({ port: server.port, host: '127.0.0.1', ca: server.ca, ALPNProtocols: ['h2', 'http/1.1'] });
  await within('the handshake', new Promise((resolve, reject) => { socket.on('secureConnect', resolve).on('error', reject); }));
  assert.equal(socket.alpnProtocol, 'http/1.1');
  socket.destroy();
});

test('who speaks no TLS is sent to https://, not for good, and no WebSocket goes without it', async () => {
  const reply = await request(server, 'GET', '/page.js?a=1&b=%20');
  assert.deepEqual([reply.status, reply.headers.location], [307, `${server.url}page.js?a=1&b=%20`]);
  assert.equal((await request(server, 'GET', '/', ['Host: evil.example'])).status, 403);
  const plain = new Signalling({ url: server.url.replace('https', 'http'), socketUrl: server.socketUrl.replace('wss', 'ws') });
  await assert.rejects(plain.open, { status: 403 });
});

test('a name of the certificate is a name of the server', async () => {
  for (const [host, status] of [['cv.example', 200], ['door.cams.example', 200], ['other.example', 403], ['a.door.cams.example', 403]])
    assert.equal((await get(server, { headers: { host: `${host}:${server.port}` } })).status, status, host);
  const signalling = new Signalling(server, { origin: 'https://cv.example', headers: { host: 'cv.example' } });
  await within('an open WebSocket', signalling.open);
  signalling.vanish();
  const foreign = new Signalling(server, { origin: 'https://other.example', headers: { host: 'cv.example' } });
  await assert.rejects(foreign.open, { status: 403 });
});

test('a body is refused by TLS too', async () => {
  const { status } = await get(server, { method: 'POST', headers: { 'content-length': 100_000_000 } });
  assert.equal(status, 413);
});

test('on SIGHUP the files are read again: who is there stays, and files that do not fit change nothing', async (t) => {
  const folder = temporaryFolder();
  const used = await selfSigned({ folder, names });
  const own = await startServer({ tls: used });
  t.after(() => own.stop());
  const viewer = await connect(own);
  await viewer.receives('offer');
  const first = (await get(own)).fingerprint256;
  const next = await selfSigned({ names, key: 'ec -pkeyopt ec_paramgen_curve:prime256v1' });
  copyFileSync(next.cert, used.cert);
  own.signal('SIGHUP');
  await own.says(/the certificate stays as it was: --key=\S+: it is not the key of --cert=/);
  assert.equal((await get(own)).fingerprint256, first);
  copyFileSync(next.key, used.key);
  own.signal('SIGHUP');
  await own.says(/the certificate has been read again/);
  const { fingerprint256 } = await get(own, { ca: undefined, rejectUnauthorized: false });
  assert.equal(fingerprint256, new X509Certificate(textOf(next.cert)).fingerprint256);
  assert.notEqual(fingerprint256, first);
  viewer.send({ type: 'nonsense' });
  assert.deepEqual((await viewer.ends()).errors.map(({ code }) => code), ['unknown-type']);
});

test('one file may have both, and others: what is used is the first certificate of it, and its key', async (t) => {
  const [one, other] = [await selfSigned({ names }), await selfSigned({ names, key: 'ed25519' })];
  const both = file(textOf(one.key) + textOf(other.cert) + textOf(other.key));
  const own = await startServer({ tls: { cert: both, key: file(textOf(other.key)) } });
  t.after(() => own.stop());
  const { fingerprint256 } = await get(own, { ca: undefined, rejectUnauthorized: false });
  assert.equal(fingerprint256, new X509Certificate(textOf(other.cert)).fingerprint256);
});

test('those who vouch for the certificate stand behind it, and are shown', async (t) => {
  const { cert, key, authority } = await signed({ names });
  const own = await startServer({ tls: { cert, key } });
  t.after(() => own.stop());
  own.ca = textOf(authority);
  assert.equal((await get(own)).status, 200);
});

test('one that has expired is used, with a warning', async (t) => {
  const folder = temporaryFolder();
  const [cert, key] = ['cert', 'key'].map((name) => join(folder, name));
  const [request, serial, index, config] = ['request', 'serial', 'index', 'config'].map((name) => join(folder, name));
  writeFileSync(serial, '01');
  writeFileSync(index, '');
  writeFileSync(config, `[ca]\ndefault_ca = own\n[own]\ndatabase = ${index}\nserial = ${serial}\nnew_certs_dir = ${folder}\ndefault_md = sha256\npolicy = any\n[any]\ncommonName = supplied\n`);
  await openssl(['req', '-new', '-newkey', 'rsa:2048', '-nodes', '-subj', '/CN=x', '-keyout', key, '-out', request]);
  await openssl(['ca', '-batch', '-selfsign', '-config', config, '-keyfile', key, '-in', request, '-startdate', '20200101000000Z', '-enddate', '20210101000000Z', '-out', cert]);
  const own = await startServer({ tls: { cert, key } });
  t.after(() => own.stop());
  await own.says(/warning: --cert=\S+: it has expired on \d{4}-\d\d-\d\d; browsers will not take it/);
});

/** A file with this text. */
function file(text, mode = 0o600) {
  const path = join(temporaryFolder(), 'file');
  writeFileSync(path, text, { mode });
  return path;
}

for (const [what, make, message] of [
  ['a certificate without its key', ({ cert }) => [`--cert=${cert}`], /--cert needs --key too: a certificate and its own key, both in PEM/],
  ['a key without its certificate', ({ key }) => [`--key=${key}`], /--key needs --cert too/],
  ['a certificate that is not there', ({ key }) => ['--cert=/nowhere.pem', `--key=${key}`], /--cert=\/nowhere\.pem: .*No such file/],
  ['a certificate that is none', ({ key }) => [`--cert=${file('nonsense')}`, `--key=${key}`], /--cert=\S+: not a certificate in PEM: /],
  ['a key that is none', ({ cert }) => [`--cert=${cert}`, `--key=${file('nonsense')}`], /--key=\S+: not a private key in PEM: /],
  ['a key as the certificate', ({ key }) => [`--cert=${key}`, `--key=${key}`], /--cert=\S+: not a certificate in PEM: /],
  ['the key of another one', async ({ cert }) => [`--cert=${cert}`, `--key=${(await selfSigned()).key}`], /--key=\S+: it is not the key of --cert=\S+/],
  ['a key that all may read', ({ cert, key }) => {
    const path = join(temporaryFolder(), 'key');
    copyFileSync(key, path);
    chmodSync(path, 0o644);
    return [`--cert=${cert}`, `--key=${path}`];
  }, /--key=(\S+): all users of this machine may open it; chmod o= \1/],
  ['a key with a password', async ({ cert, key }) => {
    const path = join(temporaryFolder(), 'key');
    await openssl(['pkey', '-in', key, '-aes256', '-passout', 'pass:x', '-out', path]);
    return [`--cert=${cert}`, `--key=${path}`];
  }, /--key=\S+: it has a password, which nobody could be asked for/],
])
  test(`is an error at the start: ${what}`, async () => {
    const { code, stderr, stdout } = await runLaunch([`--pipeline=${pipe('async')}`, '--port=0', ...await make(files)]);
    assert.deepEqual([code, stdout], [2, '']);
    assert.match(stderr, message);
  });

/** Begins a handshake and never says more: what the server says does not reach its TLS. @param {string} from an address of this machine's */
function stall({ port }, from) {
  const socket = connectTcp({ port, host: '127.0.0.1', localAddress: from });
  const ended = new Promise((resolve) => { socket.on('close', resolve).on('error', resolve); });
  socket.resume();
  const deaf = new Duplex({ read() {}, write: (data, _, done) => socket.write(data, done) });
  connectTls({ socket: deaf }).on('error', () => {});
  return { ended, end: () => socket.destroy() };
}

test('handshakes that never end keep nobody out, and are over with their time', async (t) => {
  const own = await startServer({ tls: files, env: { CV_LAUNCH_REQUEST_MS: '3600000' } });
  t.after(() => own.stop());
  const stalls = [];
  t.after(() => stalls.forEach(({ end }) => end()));
  for (let n = 0; n < 120; ++n) stalls.push(stall(own, `127.0.0.${2 + n % 3}`));
  await until('that they are there', () => sockets(own.pid, 'tcp').length > 100);
  for (let n = 0; n < 10; ++n) assert.equal((await get(own)).status, 200);
  const impatient = stall(server, '127.0.0.5');
  await within('its end', impatient.ended);
});

test('who says nothing, or goes in the middle of its handshake, leaves nothing behind', async () => {
  const silent = new RawConnection(server);
  await within('the end of one who says nothing', silent.closed);
  silent.socket.destroy();
  const before = descriptors(server.pid);
  for (let n = 0; n < 50; ++n) stall(server, '127.0.0.7').end();
  for (let n = 0; n < 20; ++n) await connect(server).then((each) => each.vanish());
  assert.equal((await get(server)).status, 200);
  await until('as many descriptors as before', () => descriptors(server.pid) <= before, { state: () => descriptors(server.pid) });
});

test('who reads nothing holds up nobody', async (t) => {
  const sockets = Array.from({ length: 30 }, () => {
    const socket = connectTls({ port: server.port, host: '127.0.0.1', ca: server.ca, highWaterMark: 1 });
    socket.on('error', () => {});
    socket.on('secureConnect', () => {
      socket.pause();
      for (let n = 0; n < 50; ++n) socket.write(`GET /cv-player.js HTTP/1.1\r\nHost: 127.0.0.1:${server.port}\r\n\r\n`);
    });
    return socket;
  });
  t.after(() => sockets.forEach((socket) => socket.destroy()));
  for (let n = 0; n < 20; ++n) assert.equal((await get(server)).status, 200);
});

test('connections do not take the last descriptors: 64 are kept for other things, and later there are some for connections again', async (t) => {
  const own = await startServer({ pipeline: 'plain', prefix: ['prlimit', '--nofile=200:200'], env: { CV_LAUNCH_REQUEST_MS: '3600000' } });
  t.after(() => own.stop());
  const many = Array.from({ length: 250 }, () => connectTcp({ port: own.port, host: '127.0.0.1' }).on('error', () => {}));
  const refused = Promise.race(many.map((each) => new Promise((resolve) => { each.on('close', resolve); })));
  await within('one that is refused', refused);
  await until('all but the last descriptors', () => descriptors(own.pid) >= 130);
  assert.ok(descriptors(own.pid) <= 160, String(descriptors(own.pid)));  // others may be opened and closed
  for (const each of many) each.destroy();
  await until('a page', () => new Promise((resolve) => {
    httpGet({ port: own.port, host: '127.0.0.1', agent: false }, (reply) => { reply.resume(); resolve(reply.statusCode === 200); }).on('error', () => resolve(false));
  }));
});
