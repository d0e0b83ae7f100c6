// SPDX-License-Identifier: LGPL-2.1-or-later
// One stream of a connection that has several, for as long as that lasts. Who watches it comes and goes: what the server says only once, or when it changes, is kept for
// the next one, and the server is told when there is none.

/**
 * @typedef {import('./connection.js').ConnectionEvents} ConnectionEvents
 * @typedef {import('./connection.js').LabelledChannel} LabelledChannel
 * @typedef {import('./video-delay.js').VideoWorker} VideoWorker
 * @typedef {Pick<ConnectionEvents, 'track'|'channel'|'connected'>} Watcher
 * @typedef {'results'|'control'} Label
 */

const COUNTERS = ['packetsReceived', 'packetsLost', 'nackCount', 'bytesReceived', 'framesDecoded', 'framesDropped'];

export class SharedStream {
  name;
  stamped;
  #mids;
  /** Its video first. @type {Pick<RTCTrackEvent, 'track'|'receiver'|'transceiver'>[]} */
  #tracks = [];
  /** Delays the video. @type {DelayPort|undefined} */
  #delay;
  /** The server's newest word on each state. @type {Map<string, {label: Label, text: string}>} */
  #states = new Map();
  /** The connection's own. @type {Partial<Record<Label, RTCDataChannel>>} */
  #channels = {};
  /** What of them is this stream's. @type {Partial<Record<Label, LabelledChannel>>} */
  #parts = {};
  /** Whether somebody watches, and whether the server believes so. */
  #watched = false;
  #wanted = true;
  /** How often the server was told whether the video is wanted. */
  #wishes = 0;
  /** What the server was asked for that is not as at first. @type {Set<'results'|'playout'>} */
  #asked = new Set();

  /** @param {import('./protocol.js').OfferedStream} offered */
  constructor({ name, mids, stamped = false }) {
    this.name = name;
    this.stamped = stamped;
    this.#mids = mids;
  }

  /** Whether this media section is its own. @param {string|null} mid */
  has(mid) {
    return mid !== null && this.#mids.includes(mid);
  }

  /** Whether there is a video. */
  get plays() {
    return this.#tracks[0]?.track.kind === 'video';
  }

  /** To be called in `ontrack`: Chromium ignores a transform that comes later. @param {RTCTrackEvent} event @param {Worker|null} worker that delays videos */
  addTrack({ track, receiver, transceiver }, worker) {
    const one = { track, receiver, transceiver };
    if (track.kind === 'audio') this.#tracks.push(one);
    else this.#tracks.unshift(one);
    if (track.kind === 'audio' || !this.stamped || !worker) return;
    const { port1, port2 } = new MessageChannel();
    this.#delay = new DelayPort(port1, receiver);
    receiver.transform = new RTCRtpScriptTransform(worker, { port: port2 }, [port2]);
  }

  /** The connection's channel is open. @param {RTCDataChannel} channel */
  open(channel) {
    const label = /** @type {Label} */ (channel.label);
    this.#channels[label] = channel;
    this.#parts[label]?.onopen?.(new Event('open'));
    if (!this.#watched) this.#leave();
  }

  /** @param {Label} label of the channel @param {string} state see addressOf() @param {string} text */
  receive(label, state, text) {
    if (state) this.#states.set(state, { label, text });
    this.#hand(label, text);
  }

  /** Somebody watches from now on. @param {Watcher} watcher */
  begin(watcher) {
    this.#watched = true;
    const before = this.#wishes;
    const streams = [new MediaStream(this.#tracks.map(({ track }) => track))];
    for (const one of this.#tracks) watcher.track({ ...one, streams }, this.#delay);
    if (!this.#watched) return;  // who was told may have ended it in there
    for (const label of /** @type {Label[]} */ (['results', 'control'])) watcher.channel({ channel: this.#part(label) });
    watcher.connected(countedFromNow(this.#tracks[0].receiver));
    for (const { label, text } of [...this.#states.values()]) this.#hand(label, text);
    // who has a limit, or does not look, has said so by now
    if (this.#watched && !this.#wanted && this.#wishes === before) this.#send('control', { type: 'video', wanted: true, maxBitrate: null });
  }

  /** Nobody does any more. */
  end() {
    this.#watched = false;
    this.#parts = {};
    this.#leave();
  }

  #leave() {
    if (this.#asked.has('results')) this.#send('control', { type: 'results', repeats: 0 });
    // Firefox, which is asked for as much for good, would show nothing any more: see VideoDelay.check()
    if (this.#asked.has('playout') && 'createEncodedStreams' in RTCRtpReceiver.prototype) this.#send('control', { type: 'playout', max: 0 });
    if (this.#wanted) this.#send('control', { type: 'video', wanted: false, maxBitrate: null });
  }

  /** @param {Label} label @param {string} text */
  #hand(label, text) {
    this.#parts[label]?.onmessage?.(new MessageEvent('message', { data: text }));
  }

  /** @param {Label} label @returns {LabelledChannel} */
  #part(label) {
    const stream = this;
    const part = {
      label, onopen: null, onmessage: null,
      get readyState() { return stream.#channels[label]?.readyState ?? 'connecting'; },
      /** @param {string} text */
      send: (text) => this.#send(label, JSON.parse(text)),
    };
    this.#parts[label] = part;
    return part;
  }

  /** @param {Label} label @param {Record<string, unknown>} message */
  #send(label, message) {
    const channel = this.#channels[label];
    if (channel?.readyState !== 'open') return;
    const { type } = message;
    if (type === 'video') {
      this.#wanted = message.wanted === true;
      ++this.#wishes;
    }
    if (type === 'results' || type === 'playout') {
      if (message.repeats || message.max) this.#asked.add(type);
      else this.#asked.delete(type);
    }
    channel.send(JSON.stringify({ stream: this.name, ...message }));
  }
}

/** Where the worker has several videos, what of it is for one: as the worker of a single one. @implements {VideoWorker} */
class DelayPort {
  #port;
  #receiver;

  /** @param {MessagePort} port @param {RTCRtpReceiver} receiver */
  constructor(port, receiver) {
    this.#port = port;
    this.#receiver = receiver;
  }

  /** @param {VideoWorker['onmessage']} listener */
  set onmessage(listener) {
    this.#port.onmessage = /** @type {MessagePort['onmessage']} */ (listener);
  }

  /** @param {unknown} message */
  postMessage(message) {
    this.#port.postMessage(message);
  }

  /** For who watched: the video goes on, live, for the next one. */
  terminate() {
    this.#port.onmessage = null;
    this.#port.postMessage({ delay: null });
    if ('jitterBufferTarget' in this.#receiver) this.#receiver.jitterBufferTarget = null;
  }
}

/**
 * What came before was for somebody else.
 * @param {RTCRtpReceiver} receiver @returns {import('./connection.js').Measured}
 */
function countedFromNow(receiver) {
  const videoOf = async () => [...(await receiver.getStats()).values()].find(({ type, kind }) => type === 'inbound-rtp' && kind === 'video');
  const before = videoOf().catch(() => null);
  return {
    getStats: async () => {
      const [now, then] = [await videoOf(), await before];
      if (!now) return [];
      const counted = COUNTERS.filter((name) => name in now).map((name) => [name, now[name] - (then?.id === now.id ? then[name] ?? 0 : 0)]);
      return [{ ...now, ...Object.fromEntries(counted) }];
    },
  };
}
