// SPDX-License-Identifier: LGPL-2.1-or-later
// Starts the servers that bench/latency compares. All send the same: ballsrc's frames, stamped, with ids that tell their time.
import { dirname, join, resolve } from 'node:path';
import { Child, run } from '../../tests/lib/child.js';
import { cvLaunch, env, root } from '../../tests/lib/paths.js';
import { runLaunch, sets, startServer, variant } from '../../tests/lib/server.js';
import { percentile } from '../../tests/lib/wait.js';

/** @typedef {{width: number, height: number, rate: number, bitrate: number}} Video */

export const frameWriter = resolve(root, process.env.CV_FRAME_WRITER ?? join(dirname(cvLaunch), '../bench/frame-writer'));

/**
 * A quarter of a frame a second is missing to each rate. Source and display have one clock here: at 30 or 60 frames a second
 * a frame would find the display in the same phase for minutes, and luck would decide how long each has to wait for it. So
 * all phases come to pass within four seconds.
 */
export const quarters = (rate) => 4 * rate - 1;

/** plain.pipe as it is shipped, with that frame rate. */
const plainPipe = () => variant('plain', { 'framerate=${framerate:-30}/1': 'framerate=${framerate:-119}/4' });

/** @param {Video} video */
const set = ({ rate, ...video }) => ({ ...video, framerate: quarters(rate), stamp: 'framestamp' });

/** @param {Video} video the same source for the others */
export const source = ({ width, height, rate }) =>
  `ballsrc ! video/x-raw,format=I420,width=${width},height=${height},framerate=${quarters(rate)}/4 ! framestamp name=stamp`;

/** @param {string[]} command a program, and what stands before its script @param {string} script in this folder @param {unknown[]} args */
export async function startPeer(command, script, ...args) {
  const [program, ...before] = command;
  const server = new Child(program, [...before, join(root, 'bench/peers', script), ...args.map(String)], { env });
  try {
    return Object.assign(server, { url: (await server.says(/http:\/\/[\d.:]+/))[0] });
  } catch (error) {
    server.signal('SIGKILL');
    throw error;
  }
}

const python = ['/usr/bin/python3'];  // Debian's: it has the packages
const jpeg = (video) => startPeer(python, 'jpeg_server.py', source(video));

/** @type {Record<string, (video: Video) => Promise<Child & {url: string}>>} */
export const peers = {
  ours: (video) => startServer({ pipeline: plainPipe(), set: set(video) }),
  socket: (video) => startServer({ pipeline: plainPipe(), set: set(video) }),
  aiortc: (video) => startPeer(python, 'aiortc_server.py', frameWriter, source(video), video.bitrate, video.rate),
  libwebrtc: (video) => startPeer([process.execPath], 'libwebrtc_server.js', frameWriter, source(video), video.bitrate, `--start=${video.bitrate}`),
  webrtcbin: (video) => startPeer(python, 'webrtcbin_server.py', source(video), video.bitrate),
  mjpeg: jpeg,
  base64: jpeg,
};

/**
 * How long our encoder takes for a frame, in ms: the pipeline of `ours` without viewers.
 * @param {Video} video @param {number} seconds
 */
export async function encodeTimes(video, seconds) {
  const { stdout } = await runLaunch(['--print', `--pipeline=${plainPipe()}`, ...sets({ ...set(video), rungs: 1 })]);
  const line = stdout.replace('ballsrc ', `ballsrc num-buffers=${(seconds + 1) * video.rate} `).replace(/webrtcbin .*/s, 'fakesink sync=false');
  const { stderr } = await run('gst-launch-1.0', line.trim().split(/\s+/),
    { env: { ...env, GST_TRACERS: 'latency(flags=element)', GST_DEBUG: 'GST_TRACER:7', GST_DEBUG_NO_COLOR: '1' } });
  const times = [...stderr.matchAll(/element-latency,.* element=\(string\)encoder,.* time=\(guint64\)(\d+)/g)]
    .slice(video.rate).map(([, time]) => Number(time) / 1e6);  // after a second of warming up
  if (times.length < video.rate / 2) throw new Error(`the encoder's time is not known: ${stderr.slice(-300)}`);
  return { frames: times.length, p50: percentile(times, 50), p95: percentile(times, 95), shown: times.length / seconds };
}
