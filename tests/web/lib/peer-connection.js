// SPDX-License-Identifier: LGPL-2.1-or-later
// The browser's end of a connection, without a network: the test says what comes over it.

export class FakePeerConnection {
  /** @type {FakePeerConnection} */
  static last;
  connectionState = 'new';
  iceConnectionState = 'new';
  /** @type {{type: string, sdp: string}|null} */
  localDescription = null;
  /** What it was told, in order. @type {unknown[]} */
  told = [];
  /** What getStats() says of the received video; null: it fails. @type {object|null} */
  stats = {};
  closed = false;
  /** @type {string[]} */
  transceivers = [];
  /** The channel that the page has opened. @type {FakeChannel|null} */
  own = null;
  /** An error of setRemoteDescription(). @type {Error|null} */
  refusal = null;
  ontrack = null;
  ondatachannel = null;
  onicecandidate = null;
  onconnectionstatechange = null;

  constructor() {
    FakePeerConnection.last = this;
  }

  /** @param {object} description */
  async setRemoteDescription(description) {
    if (this.refusal) throw this.refusal;
    this.told.push(description);
  }

  /** @param {{type: string, sdp: string}} [description] */
  async setLocalDescription(description = { type: 'answer', sdp: 'v=0 answer' }) {
    this.localDescription = description;
    if (description.type === 'offer') this.told.push(description);
  }

  async createOffer() {
    return { type: 'offer', sdp: 'v=0 own offer' };
  }

  /** @param {string} kind @param {{direction: string}} options */
  addTransceiver(kind, { direction }) {
    this.transceivers.push(`${kind} ${direction}`);
    return { receiver: {} };
  }

  getConfiguration() {
    return { bundlePolicy: 'max-bundle' };
  }

  /** @param {object} configuration */
  setConfiguration(configuration) {
    this.told.push(configuration);
  }

  /** What else is in it a browser does not look at. @param {{candidate: string, sdpMLineIndex?: number}} init */
  async addIceCandidate({ candidate, sdpMLineIndex }) {
    this.told.push({ candidate, sdpMLineIndex });
    if (candidate === 'useless') throw new Error('useless');
  }

  async getStats() {
    if (!this.stats) throw new Error('no stats');
    return new Map([['v', { type: 'inbound-rtp', kind: 'video', id: 'v', timestamp: performance.now(), ...this.stats }]]);
  }

  /** The page opens a data channel. @param {string} label */
  createDataChannel(label) {
    this.own = new FakeChannel(label);
    return this.own;
  }

  close() {
    this.closed = true;
  }

  /** @param {string} state */
  become(state) {
    this.connectionState = state;
    this.onconnectionstatechange?.();
  }

  /** A media section of the offer is known. @param {string} mid @param {'video'|'audio'} [kind] */
  addTrack(mid, kind = 'video') {
    const receiver = new FakeReceiver();
    const track = { kind, id: mid };
    this.ontrack?.({ track, receiver, streams: [{ id: 'of the server' }], transceiver: { mid, receiver } });
    return { track, receiver };
  }

  /** The server opens a data channel. @param {string} label @param {string} [readyState] */
  openChannel(label, readyState = 'open') {
    const channel = Object.assign(new FakeChannel(label), { readyState });
    this.ondatachannel?.({ channel });
    return channel;
  }
}

export class FakeReceiver {
  /** What getStats() says of it. @type {object|null} */
  stats = {};
  /** @type {unknown} */
  transform = null;

  async getStats() {
    if (!this.stats) throw new Error('no stats');
    return new Map([['t', { type: 'transport', id: 't' }], ['v', { type: 'inbound-rtp', kind: 'video', id: 'v', timestamp: performance.now(), ...this.stats }]]);
  }
}

export class FakeChannel {
  readyState = 'open';
  /** @type {(() => void)|null} */
  onopen = null;
  onmessage = null;
  /** The messages sent over it. @type {{type: string, [field: string]: unknown}[]} */
  sent = [];

  /** @param {string} label */
  constructor(label) {
    this.label = label;
  }

  /** @param {string} text */
  send(text) {
    this.sent.push(JSON.parse(text));
  }

  /** @param {unknown} message as text, if it is none yet */
  deliver(message) {
    this.onmessage?.({ data: typeof message === 'string' ? message : JSON.stringify(message) });
  }

  /** The messages of this type. @param {string} type */
  of(type) {
    return this.sent.filter((message) => message.type === type);
  }
}
