// SPDX-License-Identifier: LGPL-2.1-or-later
// Watches by the WebSocket itself, for where no UDP passes (launcher/PROTOCOL.md §5). Every message is acknowledged at once: behind
// a proxy nothing else tells the server what arrives.
import { STATS_INTERVAL_MS, VideoWish, handOn, signsOf } from './beside.js';
import { pageTime } from './clock.js';
import { ControlChannel } from './control-channel.js';
import { FrameDecoder } from './frame-decoder.js';
import { FrameMessages } from './frame-messages.js';
import { parseBeside } from './protocol.js';
import { withTransport } from './server-address.js';
import { Signaling } from './signaling.js';
import { SoundDecoder } from './sound-decoder.js';
import { Watchdog } from './watchdog.js';

const FIRST_MS = 10_000;
/** Where there is a connection already. */
const TAKEN_OVER_MS = 5_000;
/** Where video came and comes no more: it may be the whole network that is another one, and then the connection is as dead. */
const GONE_ON_MS = 2_500;

/**
 * @typedef {import('./protocol.js').Media} Media
 * @typedef {import('./beside.js').SessionEvents & {frame: (frame: VideoFrame, info: import('./frame-decoder.js').FrameInfo) => void,
 *   sound: (data: AudioData) => void, begun: () => void}} SocketEvents `frame`, `sound`: who is told closes it; `begun`: the server sends
 */

/** As Session. */
export class SocketSession {
  #closed = false;
  #store;
  #events;
  #signaling;
  #messages = new FrameMessages();
  #decoder;
  #sound;
  #control;
  #wish = new VideoWish();
  #watchdog = new Watchdog();
  /** @type {Media|null} */
  #media = null;
  /** Messages that came since the server began. */
  #received = 0;
  #bytes = 0;
  #size = { width: 0, height: 0 };
  #stopListening;
  #deadline;
  /** @type {ReturnType<typeof setInterval>|undefined} */
  #poll;
  /** The part of a data channel that ControlChannel uses. @type {import('./control-channel.js').Channel} */
  #channel = { readyState: 'connecting', send: (text) => this.#signaling.sendText(text), onopen: null, onmessage: null };

  /**
   * @param {string|Signaling} to the server's address, or a connection to it that has found no way for WebRTC
   * @param {import('./store.js').Store} store @param {SocketEvents} events @param {import('./clock.js').ServerClock} clock
   */
  constructor(to, store, events, clock) {
    this.#store = store;
    this.#events = events;
    const listener = {
      message: () => {},  // of WebRTC, from before
      closed: (/** @type {import('./signaling.js').SessionError} */ { code, message }) => this.#fail(code, message),
      text: (/** @type {string} */ text) => this.#onText(text),
      bytes: (/** @type {ArrayBuffer} */ bytes) => this.#onBytes(bytes),
    };
    if (typeof to === 'string') {
      this.#signaling = new Signaling(withTransport(to, 'socket'), store, listener);
    } else {
      this.#signaling = to;
      to.events = listener;
      to.send({ type: 'transport', transport: 'socket' });
    }
    this.#decoder = new FrameDecoder({
      frame: (frame, info) => {
        this.#size = { width: frame.displayWidth, height: frame.displayHeight };
        events.frame(frame, info);
      },
      needsKey: () => this.send({ type: 'keyframe' }),
      applied: (appliedDelay) => store.set({ appliedDelay }),
      unsupported: (message) => this.#fail('browser', message),
    });
    this.#sound = new SoundDecoder(events.sound);
    this.#control = new ControlChannel(this.#channel, clock, store, events.delays);
    this.#deadline = typeof to === 'string'
      ? setTimeout(() => this.#fail('timeout', 'the server sent no video in time'), FIRST_MS)
      : setTimeout(() => this.#fail('media', 'no video comes from the server, not by WebSocket either'), store.facts.hasPicture ? GONE_ON_MS : TAKEN_OVER_MS);
    store.set({ transport: 'socket', delayable: true, fault: '', appliedDelay: 0, link: null, hasPicture: false });
    this.#decoder.delay = store.facts.streamDelay;
    this.#stopListening = store.on(['streamDelay', 'link', 'looking', 'watched', 'settings'], (facts, before) => {
      if (facts.streamDelay !== before.streamDelay) this.#decoder.delay = facts.streamDelay;
      this.#wish.tell(facts, this.#control);
    });
  }

  /** The viewer must be given time to see this frame. @param {number} id */
  want(id) {
    this.#decoder.want(id);
  }

  /** @param {number} id */
  seen(id) {
    this.#decoder.seen(id);
  }

  /** @param {import('./protocol.js').Request} message */
  send(message) {
    this.#control.send(message);
  }

  close() {
    this.#closed = true;
    clearTimeout(this.#deadline);
    clearInterval(this.#poll);
    this.#stopListening();
    this.#control.close();
    this.#decoder.close();
    this.#sound.close();
    this.#signaling.close();
  }

  /** @param {string} code @param {string} message */
  #fail(code, message) {
    if (this.#closed) return;
    this.close();
    this.#events.ended({ code, message });
  }

  /** @param {string} text */
  #onText(text) {
    const message = parseBeside(text);
    if (this.#media || message.type === 'media') this.#acknowledge();
    if (message.type === 'media') this.#onMedia(message);
    else if (['pong', 'link', 'property', 'window'].includes(message.type)) this.#channel.onmessage?.(new MessageEvent('message', { data: text }));
    else handOn(message, this.#store, this.#events);
  }

  /** @param {Media} media */
  #onMedia(media) {
    const before = this.#media;
    this.#media = media;
    if (JSON.stringify(before?.video) !== JSON.stringify(media.video)) this.#decoder.format = media.video;
    if (JSON.stringify(before?.audio) !== JSON.stringify(media.audio)) this.#sound.format = media.audio;
    this.#store.set({ hasSound: media.audio !== null && typeof AudioDecoder === 'function' });
    if (before) return;
    clearTimeout(this.#deadline);
    this.#poll = setInterval(() => this.#check(), STATS_INTERVAL_MS);
    this.#channel.readyState = 'open';
    this.#channel.onopen?.(new Event('open'));
    this.#events.begun();
  }

  /** @param {ArrayBuffer} bytes */
  #onBytes(bytes) {
    this.#acknowledge();
    const frame = this.#messages.add(bytes);
    if (frame?.kind === 'audio' && this.#store.facts.audible) this.#sound.add(frame);
    if (frame?.kind !== 'video') return;
    this.#bytes += frame.data.length;
    this.#decoder.add(frame);
  }

  #acknowledge() {
    this.#signaling.sendText(JSON.stringify({ type: 'ack', number: ++this.#received, at: pageTime() }));
  }

  #check() {
    const { decoded, dropped } = this.#decoder;
    const stats = {
      id: 'socket', time: pageTime(), packets: this.#messages.videoParts, packetsLost: 0, nacks: 0, bytes: this.#bytes,
      decoded: decoded + dropped, dropped, ...this.#size,
    };
    this.#events.stats(stats);
    const verdict = this.#watchdog.check(signsOf(stats, this.#store.facts, this.#control.pongs));
    if (verdict === 'keyframe') this.send({ type: 'keyframe' });
    if (verdict === 'dead') this.#fail('media', 'no more video comes from the server');
  }
}
