// SPDX-License-Identifier: LGPL-2.1-or-later
// The peer `libwebrtc` of bench/latency and bench/links: the browsers' own WebRTC stack in Node.js.
//
//   node libwebrtc_server.js FRAME-WRITER SOURCE MAX-BITRATE [--start=BITRATE] [--host=127.0.0.1]
import { spawn } from 'node:child_process';
import { openSync, readSync } from 'node:fs';
import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import { parseArgs } from 'node:util';
import wrtc from '@roamhq/wrtc';

const { positionals: [writer, source, bitrate], values: { start, host } } = parseArgs({
  allowPositionals: true, options: { start: { type: 'string' }, host: { type: 'string', default: '127.0.0.1' } },
});
const video = new wrtc.nonstandard.RTCVideoSource();
const peers = new Set();  // they must not be collected

/** Without a start 640×360 begins at 300 kbit/s, with smaller pictures. */
function withBitrate(sdp) {
  const kbit = (bits) => Math.round(bits / 1000);
  const limits = [...(start ? [`x-google-start-bitrate=${kbit(start)}`] : []), `x-google-max-bitrate=${kbit(bitrate)}`].join(';');
  return sdp.replace(/a=rtpmap:(\d+) VP8\/90000\r\n/g, (line, payload) => `${line}a=fmtp:${payload} ${limits}\r\n`);
}

async function answer({ type, sdp }) {
  const peer = new wrtc.RTCPeerConnection();
  peers.add(peer);
  peer.addTrack(video.createTrack());
  await peer.setRemoteDescription({ type, sdp: withBitrate(sdp) });
  const gathered = new Promise((resolve) => {
    peer.onicegatheringstatechange = () => peer.iceGatheringState === 'complete' && resolve();
  });
  await peer.setLocalDescription(await peer.createAnswer());
  await gathered;
  return { type: 'answer', sdp: peer.localDescription.sdp };
}

/** Frames come through shared memory: the pipeline has a process, and processor time, of its own. */
function readFrames() {
  const child = spawn(writer, [`${source} ! appsink name=sink sync=false max-buffers=1 drop=true`], { stdio: ['ignore', 'pipe', 'inherit'] });
  child.on('close', () => process.exit(1));  // without frames there is nothing to serve
  let [rest, fd, width, height, data] = [''];
  child.stdout.setEncoding('utf8').on('data', (chunk) => {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop();
    if (fd === undefined && lines.length > 0) {
      const [path, ...size] = lines.shift().split(' ');
      [fd, [width, height]] = [openSync(path, 'r'), size.map(Number)];
      data = new Uint8ClampedArray(width * height * 3 / 2);
    }
    if (lines.length === 0) return;
    readSync(fd, data, 0, data.length, Number(lines.at(-1).split(' ')[0]));  // of several the newest
    video.onFrame({ width, height, data });
  });
}

readFrames();
const server = createServer(async (request, response) => {
  const reply = await answer(JSON.parse(await text(request)));
  response.writeHead(200, { 'Access-Control-Allow-Origin': '*' }).end(JSON.stringify(reply));
}).listen(0, host, () => console.log(`http://${host}:${server.address().port}`));
