// SPDX-License-Identifier: LGPL-2.1-or-later
// How the measuring page connects to each peer of bench/latency.
import { Session } from '../../web/core/session.js';
import { Store } from '../../web/core/store.js';

/** Counts of the video that a peer connection receives. @param {RTCStatsReport} report */
function videoCounts(report) {
  for (const entry of report.values())
    if (entry.type === 'inbound-rtp' && entry.kind === 'video')
      return {
        decoded: entry.framesDecoded, decodeTime: entry.totalDecodeTime, bytes: entry.bytesReceived + entry.headerBytesReceived,
        lost: entry.packetsLost, dropped: entry.framesDropped,
      };
  throw new Error('no video is received');
}

/** cv-launch, as its own page connects to it. Its WebSocket is reached through the server of this page: it asks for its own origin. */
function ours(video, server, source) {
  const nothing = () => {};
  const store = new Store();
  store.on(['stream'], ({ stream }) => { source.epoch = stream.epoch; });
  const session = new Session(`ws://${location.host}/ws/${new URL(server).port}`, store, {
    track: (stream) => { video.srcObject = stream; },
    delays: (delays) => { source.delays = delays; },
    ended: ({ message }) => { throw new Error(message); },
    result: nothing, model: nothing, stats: nothing,
  });
  source.stats = async () => videoCounts(await session.getStats());
}

/**
 * A server that answers one HTTP request, as the examples have it: all candidates are in the two descriptions. The browsers
 * hide their addresses behind names of multicast DNS, which not every machine resolves: servers get the address instead.
 */
async function offered(video, server, source) {
  const pc = new RTCPeerConnection();
  pc.ontrack = ({ track, streams }) => { video.srcObject = streams[0] ?? new MediaStream([track]); };
  source.stats = async () => videoCounts(await pc.getStats());
  pc.addTransceiver('video', { direction: 'recvonly' });
  await pc.setLocalDescription(await pc.createOffer());
  await new Promise((resolve) => {
    const check = () => pc.iceGatheringState === 'complete' && resolve();
    pc.onicegatheringstatechange = check;
    check();
  });
  const { type, sdp: hidden } = pc.localDescription;
  const sdp = hidden.replaceAll(/[\w-]+\.local\b/g, new URLSearchParams(location.search).get('address'));
  const reply = await fetch(`${server}/offer`, { method: 'POST', body: JSON.stringify({ type, sdp }) });
  await pc.setRemoteDescription(await reply.json());
}

export const videos = { ours, aiortc: offered, libwebrtc: offered, webrtcbin: offered };

export const pictures = {
  mjpeg(picture, server) { picture.src = `${server}/mjpeg`; },
  base64(picture, server) {
    const socket = new WebSocket(`${server.replace('http', 'ws')}/base64`);
    socket.onmessage = ({ data }) => { picture.src = `data:image/jpeg;base64,${data}`; };
  },
};
