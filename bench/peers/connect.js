// SPDX-License-Identifier: LGPL-2.1-or-later
// How the measuring page connects to each peer of bench/latency and bench/links.
import { ServerClock } from '../../web/core/clock.js';
import { Session } from '../../web/core/session.js';
import { SocketSession } from '../../web/core/socket-session.js';
import { Store } from '../../web/core/store.js';

/** Counts of the video that a peer connection receives. @param {RTCStatsReport} report */
function videoCounts(report) {
  for (const entry of report.values())
    if (entry.type === 'inbound-rtp' && entry.kind === 'video')
      return {
        decoded: entry.framesDecoded, decodeTime: entry.totalDecodeTime, bytes: entry.bytesReceived + entry.headerBytesReceived,
        lost: entry.packetsLost, dropped: entry.framesDropped, keyFrames: entry.keyFramesDecoded ?? 0,
      };
  throw new Error('no video is received');
}

/** cv-launch's WebSocket, through the server of this page: it asks for its own origin. `?downlink=` of the page is handed on. @param {string} server */
export function ourSocket(server) {
  const downlink = new URLSearchParams(location.search).get('downlink');
  return `ws://${location.host}/ws/${new URL(server).port}${downlink ? `?downlink=${downlink}` : ''}`;
}

/** What cv-launch tells becomes known to `source`. @param {boolean} [stamped] the pictures have a stamp of their own, which counts from 1970 */
function told(source, stamped = false) {
  const nothing = () => {};
  const store = new Store();
  store.on(['stream'], ({ stream }) => { if (stream && !stamped) Object.assign(source, { epoch: stream.epoch, stream }); });
  store.on(['link'], ({ link }) => { if (link) source.links.push({ at: performance.now(), ...link }); });
  const events = {
    delays: (delays) => { source.delays = delays; },
    ended: ({ message }) => { throw new Error(message); },
    result: ({ frame }) => source.results.push({ at: performance.now(), frame }),
    model: nothing, stats: nothing, track: nothing,
  };
  return { store, events };
}

/** cv-launch, as its own page connects to it. */
function ours(video, server, source, stamped = false) {
  const { store, events } = told(source, stamped);
  const Native = RTCPeerConnection;
  globalThis.RTCPeerConnection = class extends Native {
    constructor(...args) {
      super(...args);
      source.stats = async () => videoCounts(await this.getStats());
    }
  };
  new Session(ourSocket(server), store, { ...events, track: (stream) => { video.srcObject = stream; } });
  globalThis.RTCPeerConnection = Native;
}

/** The same by WebSocket. @param {(frame: VideoFrame, received: number) => void} show */
function socket(show, server, source) {
  const { store, events } = told(source);
  let counts = { decoded: 0, decodeTime: 0, bytes: 0, lost: 0, dropped: 0, keyFrames: 0 };
  new SocketSession(ourSocket(server), store, {
    ...events,
    frame: (frame, { received, decodeMs }) => {
      counts = { ...counts, decoded: counts.decoded + 1, decodeTime: counts.decodeTime + decodeMs / 1000 };
      show(frame, received);
    },
    stats: ({ bytes, dropped }) => { counts = { ...counts, bytes, dropped }; },
    sound: (data) => data.close(), begun: () => {},
  }, new ServerClock(0));
  source.stats = async () => counts;
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

/** A window of a program. */
const imshow = (video, server, source) => ours(video, server, source, true);

export const videos = { ours, imshow, aiortc: offered, libwebrtc: offered, webrtcbin: offered };

/** Give the page decoded frames. */
export const frames = { socket };

export const pictures = {
  mjpeg(picture, server) { picture.src = `${server}/mjpeg`; },
  base64(picture, server) {
    const socket = new WebSocket(`${server.replace('http', 'ws')}/base64`);
    socket.onmessage = ({ data }) => { picture.src = `data:image/jpeg;base64,${data}`; };
  },
};

/** Pictures that the page shows without us. */
export const shown = {
  widget: () => document.querySelector('img.widget-image'),
};
