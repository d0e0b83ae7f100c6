// SPDX-License-Identifier: LGPL-2.1-or-later
import assert from 'node:assert/strict';
import { Whep, iceServersOf } from '../../../web/core/whep.js';
import { test } from '../../lib/test.js';
import { FakeEndpoint } from '../lib/endpoint.js';
import { pass, settle, stopTime, timersLeft } from '../lib/time.js';

stopTime();

const OFFER = ['v=0', 'a=group:BUNDLE 0 1', 'm=video 9 UDP/TLS/RTP/SAVPF 96', 'a=ice-ufrag:u', 'a=ice-pwd:p', 'a=mid:0', 'm=audio 9 UDP/TLS/RTP/SAVPF 97', 'a=ice-ufrag:u', 'a=ice-pwd:p', 'a=mid:1', ''].join('\r\n');
const HEAD = 'a=ice-ufrag:u\r\na=ice-pwd:p\r\nm=video 9 UDP/TLS/RTP/SAVPF 96\r\na=mid:0\r\n';
const candidate = (/** @type {string} */ text) => /** @type {RTCIceCandidate} */ ({ candidate: text });

function start(token = '') {
  const endpoint = new FakeEndpoint();
  /** @type {import('../../../web/core/signaling.js').SessionError[]} */
  const errors = [];
  const whep = new Whep('whep:https://sfu.example/whep', token, { closed: (error) => errors.push(error) });
  const answer = whep.offer(OFFER);
  return { endpoint, errors, whep, answer };
}

test('the offer is posted with the token, candidates follow by PATCH, DELETE ends it', async () => {
  const { endpoint, whep, answer, errors } = start('secret');
  assert.deepEqual(endpoint.last, { method: 'POST', url: 'https://sfu.example/whep', headers: { Authorization: 'Bearer secret', 'Content-Type': 'application/sdp' }, body: OFFER });
  whep.candidate(candidate('candidate:1'));
  await pass(100);
  assert.equal(endpoint.requests.length, 1, 'there is no session yet');
  endpoint.reply(201, { Location: '/session/7', ETag: '"x"' }, 'v=0 answer');
  assert.deepEqual(await answer, { sdp: 'v=0 answer', iceServers: [] });
  whep.candidate(candidate('candidate:2'));
  whep.candidate(null);
  await pass(100);
  const headers = { Authorization: 'Bearer secret', 'Content-Type': 'application/trickle-ice-sdpfrag', 'If-Match': '"x"' };
  assert.deepEqual(endpoint.last, { method: 'PATCH', url: 'https://sfu.example/session/7', headers, body: `${HEAD}a=candidate:1\r\na=candidate:2\r\na=end-of-candidates\r\n` });
  endpoint.reply(405);
  await settle();
  whep.candidate(candidate('candidate:3'));
  whep.close();
  assert.deepEqual([endpoint.last.method, endpoint.last.url, endpoint.last.headers], ['DELETE', 'https://sfu.example/session/7', { Authorization: 'Bearer secret' }]);
  endpoint.fail();
  whep.close();
  await pass(100);
  assert.deepEqual([endpoint.requests.map(({ method }) => method), errors, timersLeft()], [['POST', 'PATCH', 'DELETE'], [], 0]);
});

test('who leaves before the answer ends the session when it is there', async () => {
  const { endpoint, whep, answer, errors } = start();
  whep.close();
  endpoint.reply(201, { Location: 'https://other.example/7' });
  assert.deepEqual([await answer, endpoint.last.method, endpoint.last.url, errors], [null, 'DELETE', 'https://other.example/7', []]);
});

test('an endpoint that lets no page read where the session is plays all the same', async () => {
  const { endpoint, whep, answer } = start();
  endpoint.reply(201, {}, 'v=0');
  assert.equal((await answer)?.sdp, 'v=0');
  whep.candidate(candidate('candidate:1'));
  await pass(100);
  whep.close();
  assert.deepEqual(endpoint.requests.map(({ method }) => method), ['POST']);
});

for (const [status, code] of /** @type {const} */ ([[401, 'unauthorized'], [403, 'unauthorized'], [404, 'unavailable'], [406, 'protocol'], [409, 'unavailable'], [503, 'unavailable']]))
  test(`${status} is ${code}`, async () => {
    const { endpoint, answer, errors } = start();
    endpoint.reply(status);
    assert.equal(await answer, null);
    assert.deepEqual(errors, [{ code, message: `the WHEP endpoint: ${status}` }]);
  });

test('no way to it is said', async () => {
  const { endpoint, answer, errors } = start();
  endpoint.fail();
  assert.equal(await answer, null);
  assert.deepEqual(errors, [{ code: 'connection', message: 'no connection to the WHEP endpoint, or it lets no page of this site ask (CORS)' }]);
});

test('Link headers name servers', async () => {
  const header = '<stun:stun.example.net>; rel="ice-server", <turn:turn.example.net?transport=udp>; rel="ice-server"; username="user"; credential="my, \\"Password\\"; x"; credential-type="password", <turn:b> ; Rel=ice-server';
  const servers = [{ urls: 'stun:stun.example.net' }, { urls: 'turn:turn.example.net?transport=udp', username: 'user', credential: 'my, "Password"; x' }, { urls: 'turn:b' }];
  assert.deepEqual(iceServersOf(header), servers);
  for (const text of ['', ',', '<', '<turn:a>', '<turn:a>; rel=next', 'turn:a; rel=ice-server', '<turn:a>; title=ice-server']) assert.deepEqual(iceServersOf(text), [], text);
  const { endpoint, answer } = start();
  endpoint.reply(201, { Link: header }, 'v=0');
  assert.deepEqual((await answer)?.iceServers, servers);
});
