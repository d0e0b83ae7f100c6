// SPDX-License-Identifier: LGPL-2.1-or-later
// The server's half of PROTOCOL.md, in a page of Chromium: sends pictures that it draws, and results when told. The test
// drives it by window.peer. What it sends must pass the page's own check, and what it receives the contract's.
import { parseControl, parseResults, parseSignal } from '../../../web/core/protocol.js';
import { faultOf, messagesOf } from './contract.js';
import { stampCells } from './stamp.js';

const width = 640;
const height = 360;
/** As framestamp adds it to a picture of this size. */
const stamp = { rows: 24, cell: 8 };
const stampRows = 16;
const fps = 30;
/** An encoder that has not given a frame after this long has left it out, perhaps. */
const patience = 200;

const contract = await (await fetch('/launcher/PROTOCOL.md')).text();
const [signals, controls] = [1, 4].map((section) => messagesOf(contract, section, 'viewer → server'));
const sent = new Map([1, 4].flatMap((section) => [...messagesOf(contract, section, 'server → viewer')]));
const relay = new WebSocket(`ws://${location.host}/peer`);

/** @param {object} message @param {(text: string) => {type: string}} parse of the page */
function checked(message, parse) {
  const text = JSON.stringify(message);
  const parsed = parse(text);
  if (parsed.type !== message.type) throw new Error(`not a message of PROTOCOL.md: ${text}: ${parsed.reason ?? 'unknown'}`);
  const fault = sent.has(message.type) ? faultOf(sent, text) : null;
  if (fault) throw new Error(fault);
  return text;
}

/** Whatever goes wrong is for the test to see. */
const fail = (error) => { peer.faults.push(String(error)); };

class Viewer {
  pings = 0;
  keyframes = 0;
  candidates = 0;
  /** Frames that went out: id, and when each was drawn in page time. */
  frames = [];
  /** Frames that results were sent for. */
  results = [];
  rtpOffset = crypto.getRandomValues(new Uint32Array(1))[0];
  #id;
  #track = new MediaStreamTrackGenerator({ kind: 'video' });
  #writer = this.#track.writable.getWriter();
  #pc = new RTCPeerConnection({ encodedInsertableStreams: true });
  #results = this.#pc.createDataChannel('results', { ordered: false });
  #control = this.#pc.createDataChannel('control');
  #answered = false;
  /** The first picture, until it has come out of the encoder. */
  #first = null;
  /** Frames that the encoder has: {id, time: of drawing, at: when it got it}. */
  #encoding = [];
  /** Of the frame that came out last: its timestamp, and when it may have gone in. */
  #last = null;
  #encodeTimes = [];

  constructor(id) {
    this.#id = id;
    const { sender } = this.#pc.addTransceiver(this.#track, { direction: 'sendonly' });
    const { readable, writable } = sender.createEncodedStreams();
    const transform = (frame, out) => this.#onEncoded(frame, out);
    readable.pipeThrough(new TransformStream({ transform })).pipeTo(writable).catch((error) => { if (peer.viewers.get(id) === this) fail(error); });
    this.#pc.onicecandidate = ({ candidate }) => {
      if (candidate?.candidate) this.#signal({ type: 'candidate', candidate: candidate.candidate, sdpMLineIndex: candidate.sdpMLineIndex });
    };
    this.#results.onopen = () => this.sendStream();
    this.#control.onmessage = ({ data }) => this.#onControl(data);
    this.#offer().catch(fail);
  }

  /** @param {string} text from the viewer's WebSocket */
  async receive(text) {
    const fault = faultOf(signals, text);
    if (fault) throw new Error(fault);
    const message = JSON.parse(text);
    if (message.type === 'answer') {
      if (this.#answered) throw new Error('a second answer');
      this.#answered = true;
      await this.#pc.setRemoteDescription(message);
      return;
    }
    if (!this.#answered) throw new Error('a candidate before the answer');
    this.candidates++;
    // As the server: no names, no TCP.
    if (/ udp .* typ /i.test(message.candidate) && !message.candidate.includes('.local ')) await this.#pc.addIceCandidate(message);
  }

  /** @param {OffscreenCanvas} picture @param {{id: number, time: number}} frame that it is */
  show(picture, frame) {
    if (this.#pc.connectionState !== 'connected') return;
    const at = performance.now();
    // One at a time: so it is certain which one comes out.
    if (this.#encoding.length > 0 && at - this.#encoding.at(-1).at < patience) return;
    const timestamp = Math.round(at * 1000);
    if (this.#last === null) {
      // Until one comes out it is the same one again.
      this.#first ??= { frame, picture: new VideoFrame(picture, { timestamp }) };
      this.#encoding.push({ ...this.#first.frame, at });
      this.#writer.write(new VideoFrame(this.#first.picture, { timestamp })).catch(() => {});
      return;
    }
    this.#encoding.push({ ...frame, at });
    this.#writer.write(new VideoFrame(picture, { timestamp })).catch(() => {});
  }

  sendStream() {
    this.send({
      type: 'stream', clockRate: 90000, rtpOffset: peer.tellOffset && this.frames.length > 0 ? this.rtpOffset : null,
      epoch: performance.timeOrigin + peer.clockAhead, stamp: peer.stamped ? stamp : null,
      state: peer.lost === null ? 'live' : 'lost', message: peer.lost ?? '',
    });
  }

  /** @param {object} message on the channel `results` */
  send(message) {
    this.sendRaw(checked(message, parseResults));
  }

  /** @param {string} text that need not be a message */
  sendRaw(text) {
    if (this.#results.readyState === 'open') this.#results.send(text);
  }

  close() {
    this.#pc.close();
    this.#track.stop();
    this.#first?.picture.close();
  }

  async #offer() {
    await this.#pc.setLocalDescription();
    this.#signal({ type: 'offer', sdp: this.#pc.localDescription.sdp, stamped: peer.stamped });
  }

  /** @param {RTCEncodedVideoFrame} encoded */
  #onEncoded(encoded, out) {
    const frame = this.#identify(encoded.timestamp);
    const now = performance.now();
    this.#encodeTimes = [...this.#encodeTimes.slice(-20), now - frame.time];
    this.frames.push(frame);
    if (this.frames.length === 1) this.sendStream();
    const metadata = { ...encoded.getMetadata(), rtpTimestamp: (frame.id + this.rtpOffset) >>> 0 };
    // Zeros are no picture.
    if (peer.undecodable) encoded.data = new ArrayBuffer(encoded.data.byteLength);
    out.enqueue(new RTCEncodedVideoFrame(encoded, { metadata }));
    if (peer.model && this.frames.length % peer.model.every === 0) this.#infer(frame, now);
  }

  /** Which frame it is: the encoder gives it a timestamp of its own, which counts the time between two frames. @param {number} rtp */
  #identify(rtp) {
    const frames = this.#encoding;
    if (this.#last === null) {
      this.#last = { rtp, ats: frames.map(({ at }) => at) };
      this.#encoding = [];
      return { id: frames[0].id, time: frames[0].time };
    }
    // an encoder that is given no picture for a while repeats the last one
    if (frames.length === 0) return this.frames.at(-1);
    const passed = ((rtp - this.#last.rtp) | 0) / 90;
    const off = ({ at }) => Math.min(...this.#last.ats.map((before) => Math.abs(before + passed - at)));
    const found = frames.reduce((best, frame) => off(frame) < off(best) ? frame : best);
    this.#last = { rtp, ats: [found.at] };
    this.#encoding = frames.filter(({ at }) => at > found.at);
    return { id: found.id, time: found.time };
  }

  /** @param {{id: number, time: number}} frame */
  #infer({ id, time }, now) {
    const { lag, objects } = peer.model;
    setTimeout(() => {
      this.results.push(id);
      this.send(resultOf(id, objects, performance.now() - time));
    }, Math.max(0, time + lag - now));
  }

  #onControl(text) {
    const fault = faultOf(controls, text);
    if (fault) fail(fault);
    const { type, t } = JSON.parse(text);
    if (type === 'keyframe') this.keyframes++;
    if (type !== 'ping') return;
    this.pings++;
    const ms = this.#encodeTimes.length === 0 ? null : [...this.#encodeTimes].sort((a, b) => a - b)[this.#encodeTimes.length >> 1];
    const now = performance.timeOrigin + performance.now() + peer.clockAhead;
    this.#control.send(checked({ type: 'pong', t, now, encoded: ms, sent: ms }, parseControl));
  }

  #signal(message) {
    checked(message, parseSignal);
    relay.send(JSON.stringify({ viewer: this.#id, message }));
  }
}

const resultOf = (frame, objects, age = 1) =>
  ({ type: 'result', frame, model: 'test', ms: 12.5, age, width, height: peer.stamped ? height + stamp.rows : height, whole: true, objects });

const peer = {
  /** The server's clock is another one than the browser's. */
  clockAhead: 3_600_000,
  /** Whether the frames carry their ids in their pixels. To be set before a viewer comes. */
  stamped: false,
  tellOffset: true,
  /** Whether what is sent as video is none. */
  undecodable: false,
  /** What happened to the source, if something did. */
  lost: null,
  /** Looks at every n-th frame, and says so many ms after its capture that `objects` are there: {every, lag, objects}. */
  model: null,
  paused: false,
  /** What went wrong here, or was wrong of what came. */
  faults: [],
  viewers: new Map(),
  ready: false,

  /** The one that came last. */
  get viewer() {
    return [...this.viewers.values()].at(-1);
  },
  sendStream() {
    for (const viewer of this.viewers.values()) viewer.sendStream();
  },
  send(message) {
    for (const viewer of this.viewers.values()) viewer.send(message);
  },
  sendResult(frame, objects) {
    this.send(resultOf(frame, objects));
  },
};
window.peer = peer;

const canvas = new OffscreenCanvas(width, height);
const context = canvas.getContext('2d', { alpha: false });
let drawn = 0;

/** A red left half and a blue right half, a square that moves, and the stamp below where there is one. */
function draw(id) {
  const whole = height + (peer.stamped ? stamp.rows : 0);
  if (canvas.height !== whole) canvas.height = whole;
  const fill = (colour, ...place) => {
    context.fillStyle = colour;
    context.fillRect(...place);
  };
  fill('#c02020', 0, 0, width / 2, height);
  fill('#2020c0', width / 2, 0, width / 2, height);
  fill('#808080', 20 + (drawn++ * 4) % 600, 20, 16, 16);
  if (!peer.stamped) return;
  fill('black', 0, height, width, stamp.rows);
  const columns = width / stamp.cell;
  [...stampCells(id)].forEach((light, i) => {
    if (light === '1') fill('white', i % columns * stamp.cell, whole - stampRows + Math.floor(i / columns) * stamp.cell, stamp.cell, stamp.cell);
  });
}

setInterval(() => {
  if (peer.paused) return;
  const time = Math.floor(performance.now());
  const id = time * 90 % 2 ** 32;
  draw(id);
  for (const viewer of peer.viewers.values()) viewer.show(canvas, { id, time });
}, 1000 / fps);

relay.onmessage = ({ data }) => {
  const { viewer, joined, gone, text } = JSON.parse(data);
  if (joined) peer.viewers.set(viewer, new Viewer(viewer));
  if (text) peer.viewers.get(viewer)?.receive(text).catch(fail);
  if (gone) {
    const one = peer.viewers.get(viewer);
    peer.viewers.delete(viewer);
    one?.close();
  }
};
relay.onopen = () => { peer.ready = true; };
