// SPDX-License-Identifier: LGPL-2.1-or-later
// The page's HTTP server and the doors it keeps shut.
import assert from 'node:assert/strict';
import { gunzipSync } from 'node:zlib';
import { descriptors, resident, sockets } from '../lib/proc.js';
import { RawConnection, handshake, request } from '../lib/http.js';
import { pipe } from '../lib/paths.js';
import { runLaunch, startServer } from '../lib/server.js';
import { after, before, describe, test } from '../lib/test.js';
import { baseOf, backAt } from '../lib/viewer.js';
import { connect, connectForOffer } from '../lib/websocket.js';
import { until, within } from '../lib/wait.js';

let server;
before(async () => { server = await startServer(); });
after(() => server.stop());

/** How many connections a server has. */
const open = ({ pid }) => sockets(pid, 'tcp').filter(({ listening }) => !listening).length;

const origin = () => `Origin: ${server.url.slice(0, -1)}`;

test('the page is HTML, and its scripts come whole', async () => {
  const page = await request(server, 'GET', '/');
  assert.equal(page.status, 200);
  assert.match(page.headers['content-type'], /^text\/html/);
  const script = page.body.toString().match(/<script[^>]* src="?([^"> ]+)/)?.[1];
  assert.ok(script, 'a script');
  const worker = /new Worker\(new URL\("([^"]+)", import\.meta\.url\)/;
  const { body } = await request(server, 'GET', new URL(script, server.url).pathname);
  const path = new URL(body.toString().match(worker)?.[1] ?? '', new URL(script, server.url)).pathname;
  for (const url of [new URL(script, server.url).pathname, '/cv-player.js', path]) {
    const module = await request(server, 'GET', url);
    assert.equal(module.status, 200, url);
    assert.match(module.headers['content-type'], /^(text|application)\/javascript/, url);
    assert.doesNotMatch(module.body.toString(), /^\s*import[\s{*'"]/m, `${url} is all there is to load`);
    assert.ok(module.body.length > 1000, url);
  }
});

const headers = {
  connection: 'close',
  'content-security-policy': "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; media-src 'self' blob:; img-src 'self'; "
    + "frame-ancestors 'none'; base-uri 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
  'cache-control': 'no-store',
};
for (const [what, status, ask] of [
  ['the page', 200, () => request(server, 'GET', '/')],
  ['a script', 200, () => request(server, 'GET', '/cv-player.js')],
  ['a packed script', 200, () => request(server, 'GET', '/cv-player.js', ['Accept-Encoding: gzip'])],
  ['what is not there', 404, () => request(server, 'GET', '/nothing')],
  ['another method', 405, () => request(server, 'PUT', '/')],
  ['another host', 403, () => request(server, 'GET', '/', ['Host: evil.example'])],
  ['a foreign WebSocket', 403, () => handshake(server, ['Origin: http://evil.example'])],
  ['what is no request', 400, async () => {
    const connection = new RawConnection(server);
    await connection.write('nonsense\r\n\r\n');
    await within('the close', connection.closed);
    connection.socket.destroy();
    return connection.reply;
  }],
])
  test(`the reply to ${what} has all security headers`, async () => {
    const reply = await ask();
    assert.equal(reply.status, status);
    for (const [name, value] of Object.entries(headers)) assert.equal(reply.headers[name], value, name);
  });

test('HEAD is answered as GET, without the body', async () => {
  const whole = await request(server, 'GET', '/');
  const head = await request(server, 'HEAD', '/');
  assert.equal(head.status, 200);
  assert.equal(head.headers['content-length'], String(whole.body.length));
  assert.equal(head.body.length, 0);
});

/** @param {string} accepted */
const accepting = (accepted) => [`Accept-Encoding: ${accepted}`];

test('a client that takes gzip gets the page and its scripts in less than half the bytes, and they are the same', async () => {
  for (const path of ['/', '/page.js', '/cv-player.js', '/style.css']) {
    const plain = await request(server, 'GET', path);
    const packed = await request(server, 'GET', path, accepting('gzip, deflate, br'));
    assert.equal(packed.status, 200);
    assert.equal(packed.headers['content-encoding'], 'gzip', path);
    assert.equal(packed.headers['content-length'], String(packed.body.length));
    assert.equal(packed.headers['content-type'], plain.headers['content-type']);
    assert.deepEqual(gunzipSync(packed.body), plain.body);
    assert.ok(packed.body.length < (path.endsWith('.js') ? plain.body.length / 2 : plain.body.length), `${path}: ${packed.body.length} of ${plain.body.length}`);
  }
});

test('another one gets them as they are', async () => {
  const page = await request(server, 'GET', '/');
  for (const fields of [[], accepting(''), accepting('br'), accepting('gzip;q=0, *'), accepting('identity, *;q=0'), [...accepting('br'), ...accepting('*;q=0')]]) {
    const { status, headers, body } = await request(server, 'GET', '/', fields);
    assert.deepEqual([status, headers['content-encoding']], [200, undefined], String(fields));
    assert.deepEqual(body, page.body);
  }
});

test('a cache is told that there are both', async () => {
  for (const fields of [[], accepting('gzip')]) assert.equal((await request(server, 'GET', '/page.js', fields)).headers.vary, 'Accept-Encoding');
});

test('HEAD has the length of what GET brings, packed too', async () => {
  const packed = await request(server, 'GET', '/page.js', accepting('gzip'));
  const head = await request(server, 'HEAD', '/page.js', accepting('gzip'));
  assert.equal(head.body.length, 0);
  for (const name of ['content-length', 'content-encoding', 'content-type', 'vary']) assert.equal(head.headers[name], packed.headers[name], name);
});

test('an error is sent as it is', async () => {
  const { status, headers, body } = await request(server, 'GET', '/nothing', accepting('gzip'));
  assert.deepEqual([status, headers['content-encoding'], body.toString()], [404, undefined, 'not found\n']);
});

test('Range is ignored', async () => {
  const whole = await request(server, 'GET', '/');
  for (const range of ['bytes=0-9', 'bytes=0-99999999', `bytes=${Array(500).fill('0-').join(',')}`]) {
    const reply = await request(server, 'GET', '/', [`Range: ${range}`]);
    assert.equal(reply.status, 200);
    assert.equal(reply.body.length, whole.body.length);
  }
});

for (const path of ['/nothing', '/player/', '/../../etc/passwd', '/%2e%2e/%2e%2e/etc/passwd', '/index.html%00', '/player/../../PROTOCOL.md'])
  test(`there is nothing at ${path}`, async () => {
    const { status } = await request(server, 'GET', path);
    assert.ok(status === 404 || (status === 400 && path.includes('%00')), `status ${status}`);
  });

for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH'])
  test(`${method} is not allowed`, async () => {
    const { status, headers } = await request(server, method, '/', ['Content-Length: 0']);
    assert.deepEqual([status, headers.allow], [405, 'GET, HEAD']);
  });

test('a request with a body is refused before the body comes', async (t) => {
  for (const field of ['Content-Length: 100000000', 'Transfer-Encoding: chunked']) {
    const connection = new RawConnection(server);
    t.after(() => connection.socket.destroy());
    await connection.write(`POST / HTTP/1.1\r\nHost: 127.0.0.1:${server.port}\r\n${field}\r\n\r\n`);
    const reply = await until('a reply', () => connection.reply);
    assert.ok([405, 413].includes(reply.status), `status ${reply.status}`);
    await within('the close', connection.closed);
  }
});

test('a body that comes all the same is not kept', async (t) => {
  const connection = new RawConnection(server);
  t.after(() => connection.socket.destroy());
  const megabytes = 64;
  const before = resident(server.pid);
  await connection.write(`POST / HTTP/1.1\r\nHost: 127.0.0.1:${server.port}\r\nContent-Length: ${megabytes}000000\r\n\r\n`);
  for (let sent = 0; sent < megabytes - 1; ++sent) await connection.write(Buffer.alloc(1_000_000));
  assert.ok(connection.socket.writable, 'it took them');
  const more = (resident(server.pid) - before) / 1000;
  assert.ok(more < megabytes / 4, `${more} MB more for ${megabytes} MB`);
});

describe('a request for another host', () => {
  for (const host of ['evil.example', 'evil.example:80', '127.0.0.1.evil.example', '192.0.2.1', ''])
    test(`is refused: "${host}"`, async () => {
      for (const path of ['/', '/ws']) {
        const { status } = await request(server, 'GET', path, [`Host: ${host}`]);
        assert.ok([400, 403, 421].includes(status), `status ${status}`);
      }
    });

  test('is refused when the right one stands beside it', async () => {
    for (const hosts of [['evil.example', `127.0.0.1:${server.port}`], [`127.0.0.1:${server.port}`, 'evil.example']]) {
      const { status } = await request(server, 'GET', '/', hosts.map((host) => `Host: ${host}`));
      assert.ok([400, 403, 421].includes(status), `status ${status}`);
    }
  });

  test('is refused as a WebSocket too, whatever its origin', async () => {
    const { status } = await handshake(server, ['Host: evil.example', 'Origin: http://evil.example']);
    assert.ok([400, 403, 421].includes(status), `status ${status}`);
  });

  test('is not one when the host is localhost', async () => {
    assert.equal((await request(server, 'GET', '/', [`Host: localhost:${server.port}`])).status, 200);
  });
});

test('a request that expects something first is refused and closed', async () => {
  const reply = await request(server, 'GET', '/', ['Expect: 100-continue']);
  assert.deepEqual([reply.status, reply.headers.connection], [417, 'close']);
});

describe('a WebSocket', () => {
  test('is opened for the page itself, without compression', async () => {
    const reply = await handshake(server, [origin(), 'Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits']);
    assert.equal(reply.status, 101);
    assert.equal(reply.headers['sec-websocket-extensions'], undefined);
    assert.equal(reply.headers.connection, 'Upgrade', 'Tornado, in front of notebooks, takes no other');
  });

  test('that is none, or of another version, is answered and closed', async () => {
    for (const fields of [['Upgrade: h2c', 'Connection: Upgrade'], ['Upgrade: websocket', 'Connection: Upgrade', 'Sec-WebSocket-Version: 7']])
      assert.equal((await request(server, 'GET', '/ws', [origin(), ...fields])).headers.connection, 'close');
  });

  test('is opened for the page at a public origin, whatever a proxy makes of Host', async (t) => {
    const behind = await startServer({ pipeline: 'plain', args: ['--public-origin=https://hub.example', '--public-origin=http://door.example:8000/'] });
    t.after(() => behind.stop());
    for (const host of [`127.0.0.1:${behind.port}`, 'hub.example'])
      for (const from of ['https://hub.example', 'http://door.example:8000'])
        assert.equal((await handshake(behind, [`Host: ${host}`, `Origin: ${from}`])).status, 101, `${from} at ${host}`);
    for (const fields of [[], ['Host: hub.example']])
      assert.equal((await handshake(behind, ['Origin: http://hub.example', ...fields])).status, 403);
    assert.equal((await handshake(server, ['Origin: https://hub.example'])).status, 403);
  });

  test('is opened for pages of another site that is allowed, which may load the files too; no other site may', async (t) => {
    const open = await startServer({ pipeline: 'plain', args: ['--allow-origin=https://app.example', '--allow-origin=http://127.0.0.1:9'] });
    t.after(() => open.stop());
    const allowed = async (from, of = open) => {
      const { headers } = await request(of, 'GET', '/cv-player.js', [`Origin: ${from}`, 'Accept-Encoding: gzip']);
      return [(await handshake(of, [`Origin: ${from}`])).status, headers['access-control-allow-origin'], headers.vary];
    };
    const vary = 'Origin, Accept-Encoding';
    for (const from of ['https://app.example', 'http://127.0.0.1:9']) assert.deepEqual(await allowed(from), [101, from, vary]);
    for (const from of ['http://app.example', 'https://app.example:444', 'https://evil.app.example', 'null', 'http://127.0.0.1:90'])
      assert.deepEqual(await allowed(from), [403, undefined, vary]);
    assert.deepEqual(await allowed('https://app.example', server), [403, undefined, 'Accept-Encoding']);
    assert.equal((await request(open, 'GET', '/', ['Host: app.example'])).status, 403, 'it is no name of ours');
  });

  test('is opened for the page at localhost', async () => {
    const reply = await handshake(server, [`Host: localhost:${server.port}`, `Origin: http://localhost:${server.port}`]);
    assert.equal(reply.status, 101);
  });

  for (const foreign of ['http://evil.example', 'null', 'http://127.0.0.1:1', 'https://127.0.0.1.evil.example', 'http://127.0.0.1', ''])
    test(`is refused to a foreign page: "${foreign}"`, async () => {
      assert.equal((await handshake(server, [`Origin: ${foreign}`])).status, 403);
    });

  test('is refused when a foreign origin stands beside the right one', async () => {
    const { status } = await handshake(server, [origin(), 'Origin: http://evil.example']);
    assert.ok([400, 403].includes(status), `status ${status}`);
  });

  test('is there at /ws only', async () => {
    assert.equal((await handshake(server, [origin()], '/other')).status, 404);
  });
});

test('who knows the key of frames has all by any name and for any page, in a frame too, but for what wants a token', async (t) => {
  const key = '0123456789abcdef';
  const open = await startServer({ pipeline: 'plain', env: { CV_LAUNCH_FRAME_KEY: key, CV_LAUNCH_TOKEN: 'all-0123456789abcdef' } });
  t.after(() => open.stop());
  const host = 'Host: hub.example';
  for (const path of ['/', '/cv-player.js']) {
    const { status, headers: given } = await request(open, 'GET', `/${key}${path}`, [host]);
    assert.equal(status, 200, path);
    assert.deepEqual({ ...given, ...headers }, { ...given, ...headers, 'content-security-policy': headers['content-security-policy'] });
    assert.equal(given['content-security-policy'], headers['content-security-policy'].replace("frame-ancestors 'none'; ", ''));
  }
  assert.equal((await handshake(open, [host, 'Origin: vscode-webview://abc'], `/${key}/ws`)).status, 101);
  assert.equal((await handshake(open, [host], `/${key}/ws`)).status, 403, 'from no page');
  const signalling = await connect(open, { path: `/${key}/ws` });
  await signalling.receives('locked');
  signalling.close();
  assert.equal((await request(open, 'GET', `/${key}/nothing`)).status, 404);
  for (const path of ['/', '/0123456789abcdee/', `/other/${key}/`, `//${key}/`]) {
    assert.equal((await request(open, 'GET', path, [host])).status, 403, path);
    assert.equal((await handshake(open, [`Host: 127.0.0.1:${open.port}`, 'Origin: http://evil.example'], `${path}ws`)).status === 101, false, path);
    assert.equal((await request(open, 'GET', path)).headers['content-security-policy'], headers['content-security-policy'], path);
  }
});

for (const [key, wrong] of [['short', 'a token of 5 characters'], ['0123456789abcdef/', 'letters and digits only']])
  test(`a key of frames that is none is refused: ${key}`, async () => {
    const { code, stderr } = await runLaunch([`--pipeline=${pipe('plain')}`, '--port=0'], { env: { CV_LAUNCH_FRAME_KEY: key } });
    assert.equal(code, 2);
    assert.match(stderr, new RegExp(`CV_LAUNCH_FRAME_KEY: .*${wrong}`));
  });

test('200 requests leave no descriptor behind', async () => {
  await request(server, 'GET', '/');
  const before = descriptors(server.pid);
  for (let i = 0; i < 200; ++i) await (await fetch(server.url)).arrayBuffer();
  await until('the descriptors of before', () => descriptors(server.pid) <= before);
});

test('50 WebSockets that open and vanish leave nothing behind', async () => {
  const base = await baseOf(server);
  for (let i = 0; i < 50; ++i) {
    const { signalling } = await connectForOffer(server);
    if (i % 2) signalling.vanish();
    else signalling.close();
  }
  await backAt(server, base);
});

test('of 257 connections the last one is closed, until another one is', async (t) => {
  const connections = [];
  t.after(() => connections.forEach(({ socket }) => socket.destroy()));
  const connected = async () => {
    const connection = new RawConnection(server);
    connections.push(connection);
    await connection.opened;
    return connection;
  };
  while (connections.length < 256) await connected();
  await until('256 connections', () => open(server) >= 256);
  await within('the close of one more', (await connected()).closed);
  assert.deepEqual(connections.slice(0, 256).map(({ socket }) => socket.readableEnded || socket.destroyed), Array(256).fill(false));
  connections.splice(0, 1)[0].socket.destroy();
  await until('a place for a request', async () => (await request(server, 'GET', '/'))?.status === 200);
});

test('a WebSocket has a ping now and then, so that no proxy takes it for dead', async (t) => {
  const pinging = await startServer({ pipeline: 'plain', env: { CV_LAUNCH_KEEPALIVE_MS: '1000' } });
  t.after(() => pinging.stop());
  const signalling = await connect(pinging);
  await until('two pings', () => signalling.pings >= 2);
  signalling.close();
});

test('connections that vanish while their WebSocket opens leave no line in the log', async (t) => {
  const busy = await startServer({ pipeline: 'plain' });
  t.after(() => busy.stop());
  busy.signal('SIGSTOP');
  for (let i = 0; i < 8; ++i) {  // fewer than may wait to be taken
    const connection = new RawConnection(busy);
    await connection.write(['GET /ws HTTP/1.1', `Host: 127.0.0.1:${busy.port}`, `Origin: http://127.0.0.1:${busy.port}`, 'Connection: Upgrade', 'Upgrade: websocket',
      'Sec-WebSocket-Version: 13', 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==', '', ''].join('\r\n'));
    connection.socket.destroy();
    await connection.closed;
  }
  busy.signal('SIGCONT');
  assert.equal((await request(busy, 'GET', '/')).status, 200, 'those before it were taken');
  await busy.stop();
  assert.doesNotMatch(busy.stderr, /libsoup/);
});

describe('a client that does not speak loses its connection', () => {
  const cases = async (t, env, limit, start) => {
    const silent = await startServer({ pipeline: 'plain', env });
    t.after(() => silent.stop());
    const begin = performance.now();
    const connection = new RawConnection(silent);
    t.after(() => connection.socket.destroy());
    await start(connection, silent);
    await within('the server to close the connection', connection.closed);
    await until('no connection', () => open(silent) === 0);
    assert.ok(performance.now() - begin >= limit, 'not before its time');
  };
  const quiet = (t, start) => cases(t, { CV_LAUNCH_SILENT_MS: '1000' }, 1000, start);

  test('at once', (t) => quiet(t, (connection) => connection.opened));
  test('after half a request', (t) => quiet(t, (connection) => connection.write('GET / HTTP/1.1\r\nHost: 127')));
  test('after half a body', (t) => quiet(t, (connection, { port }) => connection.write(
    `POST / HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nContent-Length: 10\r\n\r\nhalf`)));
  test('when it drips byte after byte', (t) => cases(t, { CV_LAUNCH_REQUEST_MS: '1000' }, 1000, async (connection) => {
    await connection.write('GET / HTTP/1.1\r\nX: ');
    const drip = setInterval(() => connection.socket.write('x'), 100);
    t.after(() => clearInterval(drip));
  }));
});
