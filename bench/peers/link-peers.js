// SPDX-License-Identifier: LGPL-2.1-or-later
// Starts the servers that bench/links compares, behind its link. Both send the same 640×360 pixels, stamped, 30 a second (a quarter of a
// frame less, see start.js), with 1 Mbit/s at most.
import { root } from '../../tests/lib/paths.js';
import { startServer, variant } from '../../tests/lib/server.js';
import { frameWriter, quarters, source, startPeer } from './start.js';

const video = { width: 640, height: 360, rate: 30, bitrate: 1_000_000 };
const framerate = `${quarters(video.rate)}/4`;
const film = '/usr/share/doc/opencv-doc/examples/data/vtest.avi';

/**
 * The pictures: our pipe, and the same source for others.
 * @type {Record<string, {pipe: () => string, set: object, source: string}>}
 */
export const pictures = {
  ball: {
    pipe: () => variant('exact', { 'framerate=${framerate:-30}/1': 'framerate=${framerate:-119/4}' }),
    set: { framerate }, source: source(video),
  },
  // A detector of people would take a processor for itself: this is about the network, so it is one that takes none.
  people: {
    pipe: () => variant('people', { '${here}/../models/people.py': `${root}/bench/peers/timed_model.py` }),
    set: { framerate, width: video.width, height: video.height },
    source: `filesrc location=${film} ! decodebin ! videoconvert ! videoscale add-borders=true ! videorate
      ! video/x-raw,format=I420,width=${video.width},height=${video.height},pixel-aspect-ratio=1/1,framerate=${framerate}
      ! clocksync ! framestamp name=stamp`,
  },
};

/** The size of what is sent, with the stamp's rows below: framestamp makes whole macroblocks of it. */
export const sent = `${video.width}x${Math.ceil(video.height / 16) * 16 + 16}`;

/**
 * @param {keyof typeof pictures} picture
 * @param {Awaited<ReturnType<typeof import('../../tests/lib/link.js').limitedLink>>} link
 */
export async function startOurs(picture, link) {
  const { pipe, set } = pictures[picture];
  return startServer({ pipeline: pipe(), set: { ...set, bitrate: video.bitrate }, prefix: link.serverPrefix, args: [`--host=${link.serverAddress}`, '--no-auth'] });
}

/** As it comes: it begins where it likes to, and may make its pictures smaller. @param {keyof typeof pictures} picture @param {object} link */
export function startLibwebrtc(picture, link) {
  return startPeer([...link.serverPrefix, process.execPath], 'libwebrtc_server.js', frameWriter, pictures[picture].source, video.bitrate,
    `--host=${link.serverAddress}`);
}

/** The measuring pages' server, beside the browser: what is measured is how the video comes, not the page. @returns {Promise<object>} */
export const startPages = (link) => startPeer([...link.browserPrefix, process.execPath], 'page_server.js', link.serverAddress);
