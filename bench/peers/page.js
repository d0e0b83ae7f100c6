// SPDX-License-Identifier: LGPL-2.1-or-later
// The measuring page of bench/latency and bench/links, the same for every peer. `?peer=` says what to connect to, `&server=` where,
// `&cell=` how large the stamp's cells are; `&sent=WIDTHxHEIGHT` that the sender may make pictures of this size smaller; `&course=MS`
// how often to count what has come. In a page that is not ours `window.measuring` has these in place of the address.
import { clockOffset } from './clock-offset.js';
import * as connect from './connect.js';
import { captureTime } from '../../web/core/frame-id.js';
import { framesKnowTheirTime, snapshotOf, takeSnapshot } from '../../web/player/snapshot.js';
import { STAMP_ROWS, readStamp, stampTop } from '../../web/core/stamp.js';
import { stampOf } from '../../web/core/stream-picture.js';

const query = new URLSearchParams(window.measuring ?? location.search);
const stamp = { rows: STAMP_ROWS, cell: Number(query.get('cell')) };
const sent = query.get('sent')?.split('x').map(Number);
const strip = new OffscreenCanvas(1, STAMP_ROWS).getContext('2d', { willReadFrequently: true });

/** Each frame when its pixels were first seen, in the order of that, and received. @type {Map<number, {at: number, received?: number}>} */
const seen = new Map();
const first = { connect: NaN, shown: NaN };
let [unreadable, offset] = [0, NaN];
/**
 * What the peer tells: unix time, in ms, of id 0; how old frames are that come out of its encoder, and leave it; its counts; its stream,
 * results and what it says of the link.
 */
const source = { epoch: 0, delays: {}, stats: async () => ({}), stream: null, results: [], links: [] };
/** When each frame was presented, whether its stamp can be read or not. @type {number[]} */
const presentations = [];
/** The counts in the course of the connection. @type {object[]} */
const course = [];

/** The id in the strip of what is drawn. Only that is drawn: the whole would cost the decoder its processor. */
function readDrawn(image, [top, width, rows], cell = stamp.cell, [fullWidth] = [width]) {
  if (strip.canvas.width !== fullWidth) strip.canvas.width = fullWidth;
  strip.drawImage(image, 0, top, width, rows, 0, 0, fullWidth, STAMP_ROWS);
  const { data } = strip.getImageData(0, 0, fullWidth, STAMP_ROWS);
  return readStamp({ data, offset: 1, stride: 4 * fullWidth, step: 4, width: fullWidth }, cell);
}

/** The same where the sender may have made the picture smaller: the strip is drawn as large as it was. */
function readSmaller(video) {
  const frame = framesKnowTheirTime ? new VideoFrame(video) : video;
  const [width, height] = framesKnowTheirTime ? [frame.displayWidth, frame.displayHeight] : [video.videoWidth, video.videoHeight];
  const scale = height / sent[1];
  const id = readDrawn(frame, [stampTop(sent[1]) * scale, width, STAMP_ROWS * scale], stamp.cell, sent);
  frame.close?.();
  return id;
}

/** The id in the pixels of the video's present frame, as cv-launch's page reads it. */
async function readVideo(video) {
  if (sent) return readSmaller(video);
  const stream = source.stream ?? { stamp };
  if (!framesKnowTheirTime) {
    const { videoWidth: width, videoHeight: height } = video;
    return readDrawn(video, [stampTop(height), width, STAMP_ROWS], stampOf(stream, { width, height })?.cell);
  }
  const snapshot = await takeSnapshot(video, strip, stream);
  snapshot?.close();
  return snapshot?.stampId ?? null;
}

/** The id in the picture as it is now. Of one that comes in parts Firefox's drawImage() goes on to draw an old one. */
async function readPicture(picture) {
  const [top, width] = [stampTop(picture.naturalHeight), picture.naturalWidth];
  if (/^(data|blob):/.test(picture.src)) return readDrawn(picture, [top, width, STAMP_ROWS]);
  const bitmap = await createImageBitmap(picture, 0, top, width, STAMP_ROWS);
  return readDrawn(bitmap, [0, width, STAMP_ROWS]);
}

function record(id, at, received) {
  if (id === null) ++unreadable;
  else if (!seen.has(id)) seen.set(id, { at, received });
}

/** Every frame that the video presents; its time is that at which the browser calls. */
function watchVideo(video) {
  const presented = async (_, { receiveTime }) => {
    const at = performance.now();
    video.requestVideoFrameCallback(presented);
    first.shown ||= at;
    presentations.push(at);
    record(await readVideo(video), at, receiveTime);
  };
  video.requestVideoFrameCallback(presented);
}

/** Frames that the page itself gets: shown by the next repaint. Where the browser makes a track of them, in a video. */
function showFrames(connectTo) {
  if ('MediaStreamTrackGenerator' in window) {
    const track = new MediaStreamTrackGenerator({ kind: 'video' });
    const writer = track.writable.getWriter();
    const video = Object.assign(document.createElement('video'), { muted: true, autoplay: true, playsInline: true, srcObject: new MediaStream([track]) });
    watchVideo(video);
    connectTo((frame) => writer.write(frame));
    return video;
  }
  const canvas = document.createElement('canvas');
  const context = canvas.getContext('2d', { alpha: false });
  let next = null;
  const draw = async () => {
    const at = performance.now();
    const { frame, received } = next;
    next = null;
    first.shown ||= at;
    presentations.push(at);
    const { displayWidth: width, displayHeight: height } = frame;
    if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
    context.drawImage(frame, 0, 0, width, height);
    const snapshot = await snapshotOf(frame, { rtp: undefined, certain: false }, context, source.stream ?? { stamp });
    snapshot.close();
    record(snapshot.stampId, at, received);
  };
  connectTo((frame, received) => {
    if (next) next.frame.close();
    else requestAnimationFrame(draw);
    next = { frame, received };
  });
  return canvas;
}

/** A picture tells nobody when it changes: it is looked at before each repaint. */
function watchPicture(picture) {
  const repaint = async () => {
    const at = performance.now();
    requestAnimationFrame(repaint);
    if (picture.naturalWidth === 0) return;
    first.shown ||= at;
    record(await readPicture(picture), at);
  };
  requestAnimationFrame(repaint);
}

/** Median time between two repaints, in ms. */
async function repaintInterval() {
  const times = [];
  for (let i = 0; i < 31; ++i) times.push(await new Promise(requestAnimationFrame));
  return times.slice(1).map((time, i) => time - times[i]).sort((a, b) => a - b)[15];
}

/** For bench/latency.js and bench/links.js. */
window.bench = {
  /** How long frames have been shown, in ms; NaN before the first. */
  playing: () => performance.now() - first.shown,
  /** What came of the video so far. */
  bytes: async () => (await source.stats()).bytes,
  /** Learns the system's clock: from here on times can be told. */
  start() {
    offset = clockOffset();
    return { connect: first.connect, now: performance.now() };
  },
  /** Begins a measurement. */
  async begin() {
    window.bench.start();
    return { at: performance.now(), unreadable, ...await source.stats() };
  },
  /** All that was seen so far: a text, because Firefox takes long for long lists. */
  report() {
    const zero = performance.timeOrigin + offset;
    const ageOf = (id, at) => zero + at - captureTime(id, source.epoch, zero + at);
    const frames = [...seen].map(([id, { at, received }]) => {
      const latency = ageOf(id, at);
      return { id, at, latency, received: latency - at + received };
    });
    const results = source.results.map(({ at, frame }) => ({ at, age: ageOf(frame, at) }));
    return JSON.stringify({ drift: clockOffset() - offset, zero, frames, first, presentations, results, links: source.links, course });
  },
  /** Ends it. */
  async end() {
    const counts = { at: performance.now(), unreadable, ...await source.stats() };
    return JSON.stringify({ ...JSON.parse(window.bench.report()), counts, delays: source.delays, repaint: await repaintInterval() });
  },
};

if (query.has('course')) {
  const count = async () => course.push({ at: performance.now(), ...await source.stats() });
  setInterval(() => count().catch(() => {}), Number(query.get('course')));  // before the first packet there is nothing to count
}
first.connect = performance.now();
const [peer, server] = [query.get('peer'), query.get('server')];
if (peer in connect.frames) {
  document.body.append(showFrames((show) => connect.frames[peer](show, server, source)));
} else if (peer in connect.pictures) {
  const picture = Object.assign(document.createElement('img'), { crossOrigin: 'anonymous' });  // or its pixels could not be read
  watchPicture(picture);
  connect.pictures[peer](picture, server);
  document.body.append(picture);
} else if (peer in connect.shown) {
  watchPicture(connect.shown[peer]());
} else {
  const video = Object.assign(document.createElement('video'), { muted: true, autoplay: true, playsInline: true });
  watchVideo(video);
  connect.videos[peer](video, server, source);
  document.body.append(video);
}
