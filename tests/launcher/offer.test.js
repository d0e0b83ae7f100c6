// SPDX-License-Identifier: LGPL-2.1-or-later
// What the server offers.
import assert from 'node:assert/strict';
import { hostname, userInfo } from 'node:os';
import { pipelineFile, startServer } from '../lib/server.js';
import { test } from '../lib/test.js';
import { Signalling } from '../lib/websocket.js';

const h264 = `videotestsrc is-live=true ! video/x-raw,format=I420,width=320,height=240,framerate=30/1
  ! x264enc tune=zerolatency speed-preset=ultrafast ! video/x-h264,profile=constrained-baseline
  ! rtph264pay config-interval=-1 aggregate-mode=zero-latency mtu=1200 ! application/x-rtp,payload=102 ! webrtcbin`;

async function offerOf(options) {
  const server = await startServer(options);
  try {
    return (await new Signalling(server).receives('offer')).sdp;
  } finally {
    await server.stop();
  }
}

test('the offer is sendonly, bundled, repairs losses and asks for no delay', async () => {
  const sdp = await offerOf({ pipeline: 'plain' });
  assert.match(sdp, /^m=video 9 UDP\/TLS\/RTP\/SAVPF 96 97\r$/m);
  assert.match(sdp, /^a=sendonly\r$/m);
  assert.doesNotMatch(sdp, /^a=(sendrecv|recvonly)\r$/m);
  assert.match(sdp, /^a=group:BUNDLE video0 application1\r$/m);
  assert.match(sdp, /^a=extmap:14 http:\/\/www\.webrtc\.org\/experiments\/rtp-hdrext\/playout-delay\r$/m);
  assert.match(sdp, /^a=rtpmap:97 rtx\/90000\r$/m);
  assert.match(sdp, /^a=ssrc:\d+ cname:/m);
});

test('the offer does not say whose machine the server is', async () => {
  const sdp = await offerOf({ pipeline: 'plain' });
  assert.match(sdp, /^a=ssrc:\d+ msid:/m);
  for (const name of [hostname(), userInfo().username]) assert.doesNotMatch(sdp, new RegExp(`\\b${name.replaceAll('.', '\\.')}\\b`), name);
});

test('an H.264 offer has the parameter sets and the payload type of the file', async () => {
  const sdp = await offerOf({ pipeline: pipelineFile(h264) });
  assert.match(sdp, /^a=rtpmap:102 H264\/90000\r$/m);
  assert.match(sdp, /^a=fmtp:102 .*profile-level-id=42c0/m);
  assert.match(sdp, /^a=fmtp:102 .*sprop-parameter-sets=/m);
});

test('every viewer has an SSRC of its own', async () => {
  const server = await startServer({ pipeline: 'plain' });
  try {
    const viewers = [new Signalling(server), new Signalling(server)];
    const [a, b] = await Promise.all(viewers.map(async (viewer) => (await viewer.receives('offer')).sdp.match(/a=ssrc:(\d+)/)[1]));
    assert.notEqual(a, b);
  } finally {
    await server.stop();
  }
});
