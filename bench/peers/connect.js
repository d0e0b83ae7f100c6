// SPDX-License-Identifier: LGPL-2.1-or-later
// How the measuring page connects to each peer of bench/latency.
import { ControlChannel } from '../../web/core/control-channel.js';
import { parseResults } from '../../web/core/protocol.js';
import { Signaling } from '../../web/core/signaling.js';

/** Counts of the video that a peer connection receives. */
async function videoStats(pc) {
  for (const entry of (await pc.getStats()).values())
    if (entry.type === 'inbound-rtp' && entry.kind === 'video')
      return {
        decoded: entry.framesDecoded, decodeTime: entry.totalDecodeTime, bytes: entry.bytesReceived + entry.headerBytesReceived,
        lost: entry.packetsLost, dropped: entry.framesDropped,
      };
  throw new Error('no video is received');
}

function receiver(video, source) {
  const pc = new RTCPeerConnection();
  pc.ontrack = ({ track, streams }) => { video.srcObject = streams[0] ?? new MediaStream([track]); };
  source.stats = () => videoStats(pc);
  return pc;
}

/** cv-launch, by launcher/PROTOCOL.md. Its WebSocket is reached through the server of this page: it asks for its own origin. */
function ours(video, server, source) {
  const pc = receiver(video, source);
  let answered;
  const negotiated = new Promise((resolve) => { answered = resolve; });
  const signaling = new Signaling(`ws://${location.host}/ws/${new URL(server).port}`, {
    message: async ({ type, ...message }) => {
      if (type === 'candidate') {
        await negotiated;
        return pc.addIceCandidate(message);
      }
      await pc.setRemoteDescription({ type, sdp: message.sdp });
      await pc.setLocalDescription();
      signaling.send({ type: 'answer', sdp: pc.localDescription.sdp });
      answered();
    },
    closed: ({ message }) => { throw new Error(message); },
  });
  pc.onicecandidate = async ({ candidate }) => {
    await negotiated;
    if (candidate?.candidate) signaling.send({ type: 'candidate', candidate: candidate.candidate, sdpMLineIndex: candidate.sdpMLineIndex });
  };
  pc.ondatachannel = ({ channel }) => {
    // its pings are the heartbeat
    if (channel.label === 'control') new ControlChannel(channel, { add() {} }, (delays) => { source.delays = delays; });
    else channel.onmessage = ({ data }) => { source.epoch = parseResults(data).epoch ?? source.epoch; };
  };
}

/**
 * A server that answers one HTTP request, as the examples have it: all candidates are in the two descriptions. The browsers
 * hide their addresses behind names of multicast DNS, which not every machine resolves: servers get the address instead.
 */
async function offered(video, server, source) {
  const pc = receiver(video, source);
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
