// SPDX-License-Identifier: LGPL-2.1-or-later
// The server's half of PROTOCOL.md in a page: sends a canvas, and results when told. The test drives it by window.peer.

const WIDTH = 640;
const HEIGHT = 360;
const STAMP_ROWS = 16;
const FPS = 30;

const canvas = document.querySelector('canvas');
canvas.width = WIDTH;
const context = canvas.getContext('2d');
const clockWorker = new Worker('/peer-clock.js');
const relay = new WebSocket(`ws://${location.host}/peer`);

class Viewer {
  pings = 0;
  keyframes = 0;
  candidates = 0;
  /** Every frame that was encoded: its RTP timestamp, before the sender adds its secret offset, and the time. */
  log = [];
  epoch = 0;
  #id;
  #pc = new RTCPeerConnection();
  #results = this.#pc.createDataChannel('results', { ordered: false });
  #control = this.#pc.createDataChannel('control');

  constructor(id) {
    this.#id = id;
    const sender = this.#pc.addTransceiver(peer.track, { direction: 'sendonly' }).sender;
    sender.transform = new RTCRtpScriptTransform(clockWorker, { viewer: id });
    this.#pc.onicecandidate = ({ candidate }) => {
      if (candidate) this.#send({ ...candidate.toJSON(), type: 'candidate' });
    };
    this.#results.onopen = () => this.sendStream();
    this.#control.onmessage = ({ data }) => this.#onControl(JSON.parse(data));
    this.#offer();
  }

  get open() {
    return this.#results.readyState === 'open';
  }

  async receive(message) {
    if (message.type === 'answer') {
      await this.#pc.setRemoteDescription(message);
    } else {
      this.candidates++;
      await this.#pc.addIceCandidate(message);
    }
  }

  frame(rtp, time) {
    this.log.push({ rtp, time });
    // The first one waits for the worker to start, and each for a tick of its browser: the quickest says most.
    const start = time - ((rtp - this.log[0].rtp) >>> 0) / 90;
    this.epoch = this.log.length === 1 ? start : Math.min(this.epoch, start);
    if (this.log.length === 1) this.sendStream();
  }

  sendStream() {
    const known = peer.tellOffset && this.log.length > 0;
    this.send({
      type: 'stream', clockRate: 90000, rtpOffset: known ? (this.log[0].rtp + peer.wireOffset) % 2 ** 32 : null,
      epoch: this.epoch + peer.clockAhead, stamp: peer.stamp ? { rows: STAMP_ROWS, cell: 8 } : null,
      state: peer.lost ? 'lost' : 'live', message: peer.lost ?? '',
    });
  }

  send(message) {
    if (this.open) this.#results.send(typeof message === 'string' ? message : JSON.stringify(message));
  }

  close() {
    this.#pc.close();
  }

  async #offer() {
    await this.#pc.setLocalDescription();
    this.#send({ type: 'offer', sdp: this.#pc.localDescription.sdp });
  }

  #onControl({ type, t }) {
    if (type === 'keyframe') this.keyframes++;
    if (type !== 'ping') return;
    this.pings++;
    const now = performance.timeOrigin + performance.now() + peer.clockAhead;
    this.#control.send(JSON.stringify({ type: 'pong', t, now }));
  }

  #send(message) {
    relay.send(JSON.stringify({ viewer: this.#id, message }));
  }
}

const peer = {
  /** The server's clock is another one than the browser's. */
  clockAhead: 3_600_000,
  stamp: false,
  tellOffset: true,
  /** What the sender adds to RTP timestamps: a test finds out. */
  wireOffset: 0,
  /** What happened to the source, if something did. */
  lost: null,
  viewers: new Map(),
  track: null,
  ready: false,

  sendStream() {
    for (const viewer of this.viewers.values()) viewer.sendStream();
  },
  send(message) {
    for (const viewer of this.viewers.values()) viewer.send(message);
  },
  /** The same result again and again, each for a later frame. */
  repeat(result) {
    clearInterval(repeater);
    if (!result) return;
    let { frame } = result;
    repeater = setInterval(() => {
      this.send({ ...result, frame });
      frame += 9000;
    }, 100);
  },
  pause(paused) {
    clearInterval(timer);
    if (!paused) timer = setInterval(draw, 1000 / FPS);
  },
};
window.peer = peer;

let tick = 0;
let timer = 0;
let repeater = 0;
/** A red left half and a blue right half, a square that moves, and a green strip where the stamp is. */
function draw() {
  const height = HEIGHT + (peer.stamp ? STAMP_ROWS : 0);
  if (canvas.height !== height) canvas.height = height;
  context.fillStyle = '#c02020';
  context.fillRect(0, 0, WIDTH / 2, HEIGHT);
  context.fillStyle = '#2020c0';
  context.fillRect(WIDTH / 2, 0, WIDTH / 2, HEIGHT);
  context.fillStyle = '#808080';
  context.fillRect(20 + (tick++ * 4) % 600, 20, 16, 16);
  context.fillStyle = '#00ff00';
  context.fillRect(0, HEIGHT, WIDTH, STAMP_ROWS);
}

clockWorker.onmessage = ({ data: { viewer, rtp, time } }) => peer.viewers.get(viewer)?.frame(rtp, time);
relay.onmessage = ({ data }) => {
  const { viewer, joined, gone, message } = JSON.parse(data);
  if (joined) peer.viewers.set(viewer, new Viewer(viewer));
  if (message) peer.viewers.get(viewer)?.receive(message);
  if (gone) {
    peer.viewers.get(viewer)?.close();
    peer.viewers.delete(viewer);
  }
};
relay.onopen = () => {
  draw();
  peer.pause(false);
  peer.track = canvas.captureStream(FPS).getVideoTracks()[0];
  peer.ready = true;
};
