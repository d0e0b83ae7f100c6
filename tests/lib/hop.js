// SPDX-License-Identifier: LGPL-2.1-or-later
// A transcoder between cv-launch's encoder and its viewers: another process that decodes and encodes the video again, and
// gives its frames timestamps of their arrival.
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { Child } from './child.js';
import { env } from './paths.js';

/** A UDP port that stays ours; who binds it after us, as udpsrc does, gets what comes. */
async function holdPort() {
  const socket = createSocket({ type: 'udp4', reuseAddr: true });
  await once(socket.bind(0, '127.0.0.1'), 'listening');
  return { port: socket.address().port, release: () => socket.close() };
}

const caps = 'application/x-rtp,media=video,clock-rate=90000,encoding-name=VP8,payload=96';
const encoder = 'vp8enc deadline=1 cpu-used=8 end-usage=cbr target-bitrate=2000000 keyframe-max-dist=15';
const receive = (port) => `udpsrc address=127.0.0.1 port=${port} caps=${caps}`;
const send = (port) => `udpsink host=127.0.0.1 port=${port} sync=false async=false`;
const newest = 'queue max-size-buffers=1 max-size-bytes=0 max-size-time=0 leaky=downstream';

/** `pipeline`: text of a pipeline file whose viewers get what comes out of the hop, and results from before it. */
export async function startHop() {
  const held = [await holdPort(), await holdPort()];
  const [there, back] = held.map(({ port }) => port);
  const line = `-q ${receive(there)} ! rtpvp8depay ! vp8dec ! ${encoder} ! rtpvp8pay mtu=1200 ! ${send(back)}`;
  const process = new Child('gst-launch-1.0', line.split(' '), { env });
  const pipeline = `
    ballsrc ground-truth=true speed=\${speed} line-width=12 show-time=false
    ! video/x-raw,format=I420,width=640,height=360,framerate=\${framerate}/1 ! framestamp ! tee name=frames
    frames. ! ${newest} ! ${encoder} ! rtpvp8pay mtu=1200 ! ${send(there)}
    frames. ! ${newest} ! circledetect runtime=\${runtime} ! fakesink name=results sync=false async=false
    ${receive(back)} ! rtpvp8depay ! rtpvp8pay mtu=1200 picture-id-mode=15-bit perfect-rtptime=false ! webrtcbin bundle-policy=max-bundle`;
  const stop = async () => {
    await process.stop();
    held.forEach(({ release }) => release());
  };
  return { pipeline, stop };
}
