// SPDX-License-Identifier: LGPL-2.1-or-later
// Ways through NAT and firewalls: what viewers are told, which ports are used, and that nobody else hears of it.
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { limitedLink } from '../lib/link.js';
import { noNetworksBecause, output } from '../lib/network.js';
import { pipe, temporaryFolder } from '../lib/paths.js';
import { sockets } from '../lib/proc.js';
import { runLaunch, startServer } from '../lib/server.js';
import { describe, test } from '../lib/test.js';
import { apart, startAsking, startDoor, startTurn } from '../lib/turn.js';
import { startViewer } from '../lib/viewer.js';
import { until } from '../lib/wait.js';
import { connectForOffer } from '../lib/websocket.js';

/** What is stopped when a test is over, the last one first. */
function stopping(t) {
  const stops = [];
  t.after(async () => { while (stops.length > 0) await stops.pop()(); });
  return (child) => {
    stops.push(() => child.stop());
    return child;
  };
}

/** A file of one's own. */
function file(text, mode = 0o600) {
  const path = join(temporaryFolder(), 'file');
  writeFileSync(path, text, { mode });
  return path;
}

const secret = { CV_LAUNCH_TURN_SECRET: 'very-secret' };
for (const [what, args, message, env = {}] of [
  ['a STUN server that is none', ['--stun=http://a'], /--stun=http:\/\/a: write HOST or HOST:PORT/],
  ['a TURN server without a name', ['--turn=turn:'], /--turn=turn:: write turn:HOST\[:PORT\]/, secret],
  ['TLS by UDP', ['--turn=turns:a.example?transport=udp'], /--turn=turns:a\.example\?transport=udp: write/, secret],
  ['TLS to an address', ['--turn=turns:192.0.2.1'], /with TLS Firefox takes a server's name only/, secret],
  ['another way to talk', ['--turn=turn:a.example?transport=sctp'], /--turn=turn:a\.example\?transport=sctp: write/, secret],
  ['no credentials', ['--turn=127.0.0.1'], /--turn: who may use it\? --turn-file=FILE/],
  ['two kinds of credentials', ['--turn=127.0.0.1', `--turn-file=${file('secret x')}`], /contradict each other: leave one/, secret],
  ['a user without a password', ['--turn=127.0.0.1'], /CV_LAUNCH_TURN_USER and CV_LAUNCH_TURN_PASSWORD in the environment need each other/, { CV_LAUNCH_TURN_USER: 'me' }],
  ['a file without a server', [`--turn-file=${file('secret x')}`], /--turn-file without --turn: name the server too/],
  ['a file that others may open', ['--turn=127.0.0.1', `--turn-file=${file('secret x', 0o644)}`], /--turn-file=\S+: others than its owner may open it; chmod 600/],
  ['a file that says something else', ['--turn=127.0.0.1', `--turn-file=${file('password x')}`], /--turn-file=\S+: write one line, "secret SECRET" or "user NAME PASSWORD"/],
  ['an empty file', ['--turn=127.0.0.1', `--turn-file=${file('# none\n')}`], /--turn-file=\S+: nothing is in it/],
  ['a STUN server that is not there', ['--stun=127.0.0.1:9'], /stun:127\.0\.0\.1:9: no such server answers: .*; is it there, and does a firewall let it through\?/],
  ['a TURN server that is not there', ['--turn=127.0.0.1:9?transport=tcp'], /turn:127\.0\.0\.1:9\?transport=tcp: no such server answers: .*refused/, secret],
  ['a name that nobody has', ['--stun=nobody.invalid'], /stun:nobody\.invalid:3478: no such server answers: /],
  ['one port', ['--udp-ports=50000'], /--udp-ports=50000: write MIN-MAX, from 1024 to 65535, for example 50000-50999/],
  ['ports the wrong way round', ['--udp-ports=50100-50000'], /--udp-ports=50100-50000: write MIN-MAX/],
  ['too few ports', ['--udp-ports=50000-50009', '--max-viewers=10'], /--udp-ports=50000-50009: 10 ports are too few for 10 viewers \(--max-viewers\).*; take 20/],
  ['a name as the public address', ['--ice-address=a.example'], /--ice-address=a\.example: write an IP address, as viewers reach it/],
])
  test(`is an error at the start: ${what}`, async () => {
    const { code, stderr, stdout } = await runLaunch([`--pipeline=${pipe('plain')}`, '--port=0', ...args], { env });
    assert.deepEqual([code, stdout], [2, '']);
    assert.match(stderr, message);
    assert.doesNotMatch(stderr, /very-secret/);
  });

test('a server that answers something else, or nothing, is none', async (t) => {
  for (const answer of ['nonsense', null]) {
    const socket = createSocket('udp4');
    await once(socket.bind(0, '127.0.0.1'), 'listening');
    t.after(() => socket.close());
    let asked = 0;
    socket.on('message', (_, { port }) => {
      ++asked;
      if (answer) socket.send(answer, port, '127.0.0.1');
    });
    const { code, stderr } = await runLaunch([`--pipeline=${pipe('plain')}`, '--port=0', `--stun=127.0.0.1:${socket.address().port}`]);
    assert.equal(code, 2);
    assert.match(stderr, /no such server answers: .*[Tt]imed out/);
    assert.equal(asked, 3, 'a packet may be lost');
  }
});

/** The candidates of a connection, when `enough` are there. */
const candidatesOf = (signalling, enough) => until('candidates', () => {
  const all = signalling.messages.filter(({ type, candidate }) => type === 'candidate' && candidate).map(({ candidate }) => candidate);
  return enough(all) && all;
}, { state: () => signalling.messages });

test('media take the ports that are given, and no others', async (t) => {
  const stops = stopping(t);
  const server = stops(await startServer({ pipeline: 'plain', args: ['--udp-ports=45100-45139'] }));
  const viewers = [];
  for (let n = 0; n < 5; ++n) viewers.push(stops(await startViewer(server)));
  for (const viewer of viewers) await viewer.reports('frames', ({ frames }) => frames > 5);
  const ports = sockets(server.pid, 'udp').map(({ port }) => port);
  assert.ok(ports.length >= 5 && ports.every((port) => port >= 45100 && port <= 45139), String(ports));
});

test('the public address of a NAT is offered beside each of this machine\'s own, with the same port', async (t) => {
  const server = await startServer({ pipeline: 'plain', args: ['--ice-address=192.0.2.7'] });
  t.after(() => server.stop());
  const { signalling } = await connectForOffer(server);
  t.after(() => signalling.vanish());
  const all = await candidatesOf(signalling, (found) => found.some((text) => text.includes('192.0.2.7')));
  const front = all.filter((text) => text.includes(' 192.0.2.7 '));
  for (const text of front) {
    const [, port, own, again] = text.match(/ UDP \d+ 192\.0\.2\.7 (\d+) typ srflx raddr (\S+) rport (\d+)$/) ?? [];
    assert.equal(port, again);
    assert.ok(all.some((other) => other.includes(` ${own} ${port} typ host`)), text);
    assert.notEqual(own, '127.0.0.1');
  }
});

describe('networks', { skip: noNetworksBecause || false }, () => {
  test('nobody but the viewer is spoken to', async (t) => {
    const link = await limitedLink();
    t.after(link.stop);
    const inside = (...command) => output([...link.serverPrefix, ...command]);
    // the link itself gives both an address of IPv6
    const own = [link.serverPrefix, link.browserPrefix].flatMap((prefix) => [...output([...prefix, 'ip', '-6', '-o', 'address']).matchAll(/inet6 ([0-9a-f:]+)/g)].map(([, address]) => address));
    assert.ok(own.length >= 3, String(own));
    inside('nft', `table inet heard {
      chain output {
        type filter hook output priority 0
        meta l4proto { tcp, udp } ip daddr != { ${link.serverAddress}, ${link.browserAddress}, 127.0.0.0/8 } counter
        meta l4proto { tcp, udp } ip6 daddr != { ${[...new Set(own)].join(', ')} } counter
      }
    }`);
    const packets = () => [...inside('nft', 'list', 'table', 'inet', 'heard').matchAll(/counter packets (\d+)/g)].reduce((sum, [, count]) => sum + Number(count), 0);
    const server = await startServer({ pipeline: 'async', prefix: link.serverPrefix, args: ['--host=0.0.0.0', '--no-auth'] });
    const url = `http://${link.serverAddress}:${server.port}/`;
    const viewer = await startViewer({ url, socketUrl: `${url.replace('http', 'ws')}ws` }, [], link.browserPrefix);
    await viewer.reports('frames', ({ frames }) => frames > 60);
    await viewer.stop();
    await server.stop();
    assert.equal(packets(), 0);
    const asking = await runLaunch([`--pipeline=${pipe('plain')}`, '--port=0', '--stun=192.0.2.1'], { prefix: link.serverPrefix });
    assert.equal(asking.code, 2);
    assert.ok(packets() > 0, 'who is asked to speak is heard');
  });

  test('through a NAT with its ports passed on, a viewer who can\'t reach this machine gets its video', async (t) => {
    const stops = stopping(t);
    const networks = stops(await apart());
    networks.translate('50000-50099');
    const server = stops(await startServer({ pipeline: 'plain', prefix: networks.serverPrefix,
      args: [`--host=${networks.serverAddress}`, '--no-auth', '--udp-ports=50000-50099', `--ice-address=${networks.address}`] }));
    const door = stops(await startDoor(networks, server));
    const viewer = stops(await startViewer({ url: door.url, socketUrl: `${door.url.replace('http', 'ws')}ws` }, [], networks.viewerPrefix));
    await viewer.reports('frames', ({ frames }) => frames > 10);
  });

  test('TURN servers are asked at the start, viewers are told of them with a login of their own, and relays are given back', async (t) => {
    const stops = stopping(t);
    const networks = stops(await apart());
    const turn = stops(await startTurn(networks, ['--use-auth-secret', '--static-auth-secret=very-secret']));
    for (const transport of ['', '?transport=tcp']) {
      const { code, stderr } = await runLaunch([`--pipeline=${pipe('plain')}`, '--port=0', `--turn=${networks.address}${transport}`],
        { env: { CV_LAUNCH_TURN_SECRET: 'wrong' }, prefix: networks.serverPrefix });
      assert.equal(code, 2);
      assert.match(stderr, /turn:10\.205\.0\.1:3478\?transport=(udp|tcp): it does not take what it is told of us/);
    }
    const server = stops(await startServer({ pipeline: 'plain', prefix: networks.serverPrefix, env: secret,
      args: [`--host=${networks.serverAddress}`, '--no-auth', `--stun=${networks.address}`, `--turn=${networks.address}`, `--turn=turns:${networks.hostName}`] }));
    const door = stops(await startDoor(networks, server));
    const viewer = await startAsking(networks, door);
    const { iceServers } = viewer.offer;
    assert.deepEqual(iceServers.map(({ urls }) => urls), [['stun:10.205.0.1:3478'], ['turn:10.205.0.1:3478?transport=udp', 'turns:turn.example:5349?transport=tcp']]);
    const { username, credential } = iceServers[1];
    const [expiry, who] = username.split(':');
    assert.match(who, /^viewer\d+$/);
    const left = Number(expiry) - Date.now() / 1000;
    assert.ok(left > 3000 && left <= 3601, String(left));
    assert.equal(credential, createHmac('sha1', 'very-secret').update(username).digest('base64'));
    await turn.says(new RegExp(`user <${username}>: incoming packet ALLOCATE processed, success`));
    await viewer.stop();
    await turn.says(new RegExp(`refreshed, realm=<example>, username=<${username}>, lifetime=0`));
  });
});
