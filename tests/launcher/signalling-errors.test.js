// SPDX-License-Identifier: LGPL-2.1-or-later
// What a viewer can send that is wrong: it is told and dropped, and another viewer does not notice.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../lib/paths.js';
import { answerTo, candidate, fingerprint, sections } from '../lib/sdp.js';
import { startServer } from '../lib/server.js';
import { after, afterEach, before, test } from '../lib/test.js';
import { goesOn, startWatching } from '../lib/viewer.js';
import { connect, connectForOffer } from '../lib/websocket.js';

let server;
let other;
const open = [];

before(async () => {
  server = await startServer();
  other = await startWatching(server, ['--interval=10']);
});
after(async () => {
  await other.stop();
  await server.stop();
});
afterEach(async () => {
  open.splice(0).forEach((signalling) => signalling.vanish());
  await goesOn(other, 1);
});

async function offered() {
  const { signalling, offer } = await connectForOffer(server);
  open.push(signalling);
  return { signalling, offer };
}

/** Checks that the server ends this connection with one error of this code. */
async function endsWith(signalling, code) {
  const { errors } = await signalling.ends();
  assert.deepEqual(errors.map((error) => error.code), [code], JSON.stringify(errors));
  assert.equal(typeof errors[0].message, 'string');
  assert.ok(errors[0].message.length > 0, 'a message for people');
  assert.deepEqual(signalling.messages.at(-1), errors[0], 'nothing follows an error');
}

for (const text of ['not json{', '', '[]', '"answer"', '42', 'null', '{}', '{"type":1}', '{"type":null}',
  '{"type":"answer"}', '{"type":"answer","sdp":5}', '{"type":"answer","sdp":null}', '{"type":"answer","sdp":["v=0"]}',
  '{"type":"candidate"}', '{"type":"candidate","candidate":1,"sdpMLineIndex":0}',
  '{"type":"candidate","candidate":"","sdpMLineIndex":"0"}', '{"type":"candidate","candidate":"","sdpMLineIndex":0.5}',
  '{"type":"candidate","candidate":"","sdpMLineIndex":1e99}', '{"type":"candidate","candidate":""}',
  '{"type":"answer","sdp":"v=0"} {}', '{"type":"answer","sdp":"v=0"'])
  test(`a malformed message ends the viewer with \`malformed\`: ${text}`, async () => {
    const { signalling } = await offered();
    signalling.send(text);
    await endsWith(signalling, 'malformed');
  });

test('a binary message ends the viewer with `malformed`', async () => {
  const { signalling } = await offered();
  signalling.send(Buffer.from([0, 1, 2, 255]));
  await endsWith(signalling, 'malformed');
});

test('60,000 opening brackets end the viewer with `malformed`', async () => {
  const { signalling } = await offered();
  signalling.send('['.repeat(60_000));
  await endsWith(signalling, 'malformed');
});

test('60,000 nested objects end the viewer with `malformed`', async () => {
  const { signalling } = await offered();
  signalling.send('{"a":'.repeat(12_000));
  await endsWith(signalling, 'malformed');
});

test('an unknown type ends the viewer with `unknown-type`', async () => {
  const { signalling } = await offered();
  signalling.send({ type: 'dance' });
  await endsWith(signalling, 'unknown-type');
});

test('fields that nobody knows are ignored', async () => {
  const { signalling } = await offered();
  signalling.send({ type: 'candidate', candidate: '', sdpMLineIndex: 0, sdpMid: 'video0', usernameFragment: null, more: [{}] });
  signalling.send({ type: 'last' });
  await endsWith(signalling, 'unknown-type');
});

test('a message over 64 KiB closes the WebSocket with 1009', async () => {
  const { signalling } = await offered();
  signalling.send(`{"type":"last","x":"${'x'.repeat(64 * 1024)}"}`);
  assert.equal((await signalling.ends()).status, 1009);
});

test('a message of exactly 64 KiB is read', async () => {
  const { signalling } = await offered();
  const frame = '{"type":"last","x":""}';
  signalling.send(frame.replace('""', `"${'x'.repeat(64 * 1024 - frame.length)}"`));
  await endsWith(signalling, 'unknown-type');
});

test('a message over 64 KiB in pieces closes the WebSocket before much of it came', async () => {
  const { signalling } = await offered();
  const piece = 'x'.repeat(512 * 1024);
  let ended = false;
  signalling.closed.then(() => { ended = true; });
  let sent = 0;
  for (; sent < 20 && !ended; ++sent) {
    await Promise.race([signalling.sendFragment(piece, false), signalling.closed]);
    await goesOn(other, 6);  // 200 ms, in which the server looks at least once how much has come
  }
  await signalling.ends();
  assert.ok(sent < 20, `${sent} pieces of 512 KiB were taken`);
});

test('an answer before the offer ends the viewer with `unexpected`', async (t) => {
  // the offer may be quicker than we are, and then the answer is a bad one: try again
  for (let tries = 1; ; ++tries) {
    const signalling = await connect(server);
    t.after(() => signalling.vanish());
    signalling.send({ type: 'answer', sdp: 'v=0\r\n' });
    const { errors } = await signalling.ends();
    if (tries < 20 && errors[0]?.code === 'bad-sdp') continue;
    assert.deepEqual(errors.map((error) => error.code), ['unexpected']);
    return;
  }
});

test('a second answer ends the viewer with `unexpected`', async () => {
  const { signalling, offer } = await offered();
  signalling.send({ type: 'answer', sdp: answerTo(offer) });
  signalling.send({ type: 'answer', sdp: answerTo(offer) });
  await endsWith(signalling, 'unexpected');
});

test('candidates without end end the viewer with `unexpected`', async () => {
  const { signalling, offer } = await offered();
  signalling.send({ type: 'answer', sdp: answerTo(offer) });
  for (let port = 10_000; port < 11_000; ++port) signalling.send({ type: 'candidate', candidate: candidate('127.0.0.1', port), sdpMLineIndex: 0 });
  await endsWith(signalling, 'unexpected');
});

const replace = (pattern, text) => (sdp) => sdp.replace(pattern, text);
for (const [what, change] of Object.entries({
  'no text': () => '',
  'no SDP': () => 'hello',
  'no media section': (sdp) => sdp.slice(0, sdp.indexOf('m=')),
  'one media section less': (sdp) => sdp.slice(0, sdp.indexOf('m=application')).replace(/^(a=group:BUNDLE \S+).*$/m, '$1'),
  'one media section more': (sdp) => `${sdp}${sections(sdp)[0].replace(/^a=mid:.*$/m, 'a=mid:more')}`,
  'media sections in another order': (sdp) => `${sdp.slice(0, sdp.indexOf('m='))}${sections(sdp).reverse().join('')}`,
  'another mid': replace(/^a=mid:.*$/m, 'a=mid:another'),
  'audio where video was offered': replace(/^m=video/m, 'm=audio'),
  'a payload type that was not offered': (sdp) => sdp.replace(/^(m=video \d+ \S+) .*$/m, '$1 35').replace(/^a=(rtpmap|fmtp|rtcp-fb):\d+/gm, 'a=$1:35'),
  'no fingerprint': replace(/^a=fingerprint:.*\r\n/gm, ''),
  'two different fingerprints': replace(/^a=fingerprint:.*$/m, `a=fingerprint:${fingerprint.replaceAll('AB', 'CD')}`),
  'a SHA-1 fingerprint': replace(/^a=fingerprint:.*$/gm, `a=fingerprint:sha-1 ${Array(20).fill('AB').join(':')}`),
  'a fingerprint that is too short': replace(/^a=fingerprint:.*$/gm, 'a=fingerprint:sha-256 AB:CD'),
  'no ICE user': replace(/^a=ice-ufrag:.*\r\n/gm, ''),
  'no ICE password': replace(/^a=ice-pwd:.*\r\n/gm, ''),
  'media of its own': replace(/^a=recvonly/m, 'a=sendrecv'),
  'a candidate that is none': replace(/^a=recvonly/m, 'a=candidate:1 1 UDP\r\na=recvonly'),
  'a candidate of 60,000 characters': replace(/^a=recvonly/m, `a=${candidate()} ${'x'.repeat(60_000)}\r\na=recvonly`),
  'candidates without end': replace(/^a=recvonly/m, `${`a=${candidate()}\r\n`.repeat(51)}a=recvonly`),
}))
  test(`an answer with ${what} ends the viewer with \`bad-sdp\``, async () => {
    const { signalling, offer } = await offered();
    const answer = answerTo(offer);
    const sdp = change(answer);
    assert.notEqual(sdp, answer, 'something was changed');
    signalling.send({ type: 'answer', sdp });
    await endsWith(signalling, 'bad-sdp');
  });

for (const browser of ['chromium', 'firefox'])
  test(`an answer with the candidates that ${browser} writes is accepted`, async () => {
    const { signalling, offer } = await offered();
    const lines = readFileSync(join(root, `tests/fuzz/corpus/answer/${browser}-candidates`), 'utf8').match(/^a=(candidate:|end-of-candidates).*\r\n/gm);
    assert.ok(lines?.length > 3, 'candidates');
    signalling.send({ type: 'answer', sdp: answerTo(offer).replace(/^a=recvonly/m, `${lines.join('')}a=recvonly`) });
    signalling.send({ type: 'answer', sdp: answerTo(offer) });
    await endsWith(signalling, 'unexpected');
  });

for (const [what, text, section] of [
  ['that says nothing', 'nonsense', 0],
  ['that ends early', 'candidate:1 1 UDP', 0],
  ['with a port that is none', 'candidate:1 1 UDP 2130706431 127.0.0.1 99999 typ host', 0],
  ['with a line break', `${candidate()}\r\na=more`, 0],
  ['for a media section that is not there', candidate(), 2],
])
  test(`a candidate ${what} ends the viewer with \`bad-candidate\``, async () => {
    const { signalling, offer } = await offered();
    signalling.send({ type: 'answer', sdp: answerTo(offer) });
    signalling.send({ type: 'candidate', candidate: text, sdpMLineIndex: section });
    await endsWith(signalling, 'bad-candidate');
  });

for (const [what, text] of [
  ['empty, the end of candidates', ''],
  ['with a .local name', candidate('0d3a5b0e-59a0-4d3f-9d5c-7f6a9b1c2d3e.local', 50_000)],
  ['over TCP', 'candidate:2 1 tcp 1518280447 127.0.0.1 9 typ host tcptype active'],
  ['over TCP without a type', 'candidate:2 1 TCP 1518280447 127.0.0.1 9 typ host'],
  ['with IPv6', candidate('::1', 50_000)],
  ['as a peer-reflexive one', 'candidate:3 1 udp 1694498815 192.0.2.1 40000 typ srflx raddr 0.0.0.0 rport 0 generation 0 ufrag abcd network-cost 999'],
])
  test(`a candidate ${what} is accepted`, async () => {
    const { signalling, offer } = await offered();
    signalling.send({ type: 'answer', sdp: answerTo(offer) });
    signalling.send({ type: 'candidate', candidate: text, sdpMLineIndex: 0 });
    signalling.send({ type: 'last' });
    await endsWith(signalling, 'unknown-type');
  });
