// SPDX-License-Identifier: LGPL-2.1-or-later
// The measuring page of bench/latency, the same for every peer. `?peer=` says what to connect to, `&server=` where, `&cell=`
// how large the stamp's cells are.
import * as connect from './connect.js';
import { captureTime } from '../../web/core/frame-id.js';
import { framesKnowTheirTime, takeSnapshot } from '../../web/player/snapshot.js';
import { STAMP_ROWS, readStamp, stampTop } from '../../web/core/stamp.js';

const query = new URLSearchParams(location.search);
const stamp = { rows: STAMP_ROWS, cell: Number(query.get('cell')) };
const strip = new OffscreenCanvas(1, STAMP_ROWS).getContext('2d', { willReadFrequently: true });

/** Each frame when its pixels were first seen, in the order of that, and received. @type {Map<number, {at: number, received?: number}>} */
const seen = new Map();
const first = { connect: NaN, shown: NaN };
let [unreadable, offset] = [0, NaN];
/** What the peer tells: unix time, in ms, of id 0; how old frames are that come out of its encoder, and leave it; its counts. */
const source = { epoch: 0, delays: {}, stats: async () => ({}) };

/** The id in rows `top` and on of what is drawn. Only these are drawn: the whole would cost the decoder its processor. */
function readDrawn(image, top, width) {
  if (strip.canvas.width !== width) strip.canvas.width = width;
  strip.drawImage(image, 0, top, width, STAMP_ROWS, 0, 0, width, STAMP_ROWS);
  const { data } = strip.getImageData(0, 0, width, STAMP_ROWS);
  return readStamp({ data, offset: 1, stride: 4 * width, step: 4, width }, stamp.cell);
}

/** The id in the pixels of the video's present frame, as cv-launch's page reads it. */
async function readVideo(video) {
  if (!framesKnowTheirTime) return readDrawn(video, stampTop(video.videoHeight), video.videoWidth);
  const { stampId, close } = await takeSnapshot(video, strip, { stamp });
  close();
  return stampId;
}

/** The id in the picture as it is now. Of one that comes in parts Firefox's drawImage() goes on to draw an old one. */
async function readPicture(picture) {
  const [top, width] = [stampTop(picture.naturalHeight), picture.naturalWidth];
  if (picture.src.startsWith('data:')) return readDrawn(picture, top, width);
  const bitmap = await createImageBitmap(picture, 0, top, width, STAMP_ROWS);
  return readDrawn(bitmap, 0, width);
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
    record(await readVideo(video), at, receiveTime);
  };
  video.requestVideoFrameCallback(presented);
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

/**
 * The system's clock less the page's, in ms, from the moments at which Date.now() steps: of some looks the largest, since an
 * interruption makes one too small. The page's clock is set once, when it is opened.
 */
function clockOffset() {
  const looks = Array.from({ length: 7 }, () => {
    const last = Date.now();
    while (Date.now() === last);
    const page = performance.timeOrigin + performance.now();
    return last + 1 - page;
  });
  return Math.max(...looks);
}

/** Median time between two repaints, in ms. */
async function repaintInterval() {
  const times = [];
  for (let i = 0; i < 31; ++i) times.push(await new Promise(requestAnimationFrame));
  return times.slice(1).map((time, i) => time - times[i]).sort((a, b) => a - b)[15];
}

/** For bench/latency.js. */
window.bench = {
  /** How long frames have been shown, in ms; NaN before the first. */
  playing: () => performance.now() - first.shown,
  /** Begins a measurement. */
  async begin() {
    offset = clockOffset();
    return { at: performance.now(), unreadable, ...await source.stats() };
  },
  /** Ends it: a text, because Firefox takes long for long lists. */
  async end() {
    const counts = { at: performance.now(), unreadable, ...await source.stats() };
    const drift = clockOffset() - offset;
    const zero = performance.timeOrigin + offset;
    const frames = [...seen].map(([id, { at, received }]) => {
      const latency = zero + at - captureTime(id, source.epoch, zero + at);
      return { id, at, latency, received: latency - at + received };
    });
    return JSON.stringify({ counts, drift, frames, first, delays: source.delays, repaint: await repaintInterval() });
  },
};

first.connect = performance.now();
const element = document.createElement(query.get('peer') in connect.pictures ? 'img' : 'video');
if (element instanceof HTMLVideoElement) {
  Object.assign(element, { muted: true, autoplay: true, playsInline: true });
  watchVideo(element);
  connect.videos[query.get('peer')](element, query.get('server'), source);
} else {
  element.crossOrigin = 'anonymous';  // or its pixels could not be read
  watchPicture(element);
  connect.pictures[query.get('peer')](element, query.get('server'));
}
document.body.append(element);
