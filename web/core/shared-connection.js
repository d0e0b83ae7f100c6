// SPDX-License-Identifier: LGPL-2.1-or-later
// One connection for several streams of a server. What there is of each, its players' sessions take for a connection of their own.
import { isBug } from './backoff.js';
import { canDecode } from './can-decode.js';
import { Connection } from './connection.js';
import { addressOf, offeredStreams } from './protocol.js';
import { SharedStream } from './shared-stream.js';
import { Store } from './store.js';
import { VideoDelay } from './video-delay.js';

/**
 * @typedef {import('./connection.js').ConnectionEvents} ConnectionEvents
 * @typedef {import('./session.js').Way} Way
 * @typedef {import('./signaling.js').SessionError} SessionError
 * @typedef {Parameters<import('./session.js').Connect>} Joined
 */

/** One attempt. It ends once, with its last player at the latest, and is never used again. */
export class SharedConnection {
  #closed = false;
  /** The streams that it may carry. */
  #names;
  /** Those that it carries; null before the offer. @type {Map<string, SharedStream>|null} */
  #streams = null;
  /** The streams of the offer, which it carried at first; null before that. @type {Set<string>|null} */
  offered = null;
  /** Who watches. @type {Map<string, Part>} */
  #parts = new Map();
  #connection;
  /** Whether there was a way to the server. */
  #reached = false;
  /** Those that were open before. @type {RTCDataChannel[]} */
  #early = [];
  /** @type {{mayControl: boolean}|null} */
  #access = null;
  /** Starts the worker that delays all videos, and knows why there is none. */
  #delayStore = new Store();
  #delay = new VideoDelay(this.#delayStore);
  /** @type {Worker|null} */
  #worker = null;
  #ended;

  /**
   * @param {string} url @param {string[]} names of the streams @param {string} token or ''
   * @param {(hopeless: boolean) => void} ended is told before anybody who watches; `hopeless`: another one would end in the same way
   */
  constructor(url, names, token, ended) {
    this.#names = new Set(names);
    this.#ended = ended;
    const store = {
      facts: { token },
      set: (/** @type {{mayControl: boolean}} */ access) => {
        this.#access = access;
        for (const part of this.#parts.values()) part.store.set(access);
      },
    };
    this.#connection = new Connection(url, store, {
      offered: (offer) => this.#onOffer(offer),
      track: (event) => {
        const stream = [...this.#streams?.values() ?? []].find((one) => one.has(event.transceiver.mid));
        stream?.addTrack(/** @type {RTCTrackEvent} */ (event), this.#worker);
      },
      channel: ({ channel }) => this.#onChannel(/** @type {RTCDataChannel} */ (channel)),
      connected: () => this.#onConnected(),
      pathless: (message) => this.#fail({ code: 'media', message }, true),
      closed: (error) => this.#fail(error),
      over: (error) => this.#onOver(error),
    }, canDecode());
  }

  /**
   * @param {string} name of a stream @param {Joined} joined who is to watch it
   * @returns {Way|null} null: it is not carried
   */
  join(name, ...joined) {
    if (this.#closed || this.#parts.has(name) || !(this.#streams ?? this.#names).has(name)) return null;
    /** @type {Part} */
    const part = new Part(joined, this.#connection, (lost) => this.#leave(name, part, lost));
    this.#parts.set(name, part);
    if (this.#access) part.store.set(this.#access);
    // not before who is to watch knows that it will
    if (this.#reached) queueMicrotask(() => { if (this.#parts.get(name) === part) this.#begin(name, part); });
    return part;
  }

  /** @param {string} name @param {Part} part */
  #begin(name, part) {
    const stream = this.#streams?.get(name);
    if (!stream?.plays) return part.alone();
    const { fault } = this.#delayStore.facts;
    if (fault && stream.stamped) part.store.set({ fault });
    stream.begin(part.told);
  }

  /** @param {string} name @param {Part} part @param {boolean} lost whether nothing comes of it here: then it is not carried any more */
  #leave(name, part, lost) {
    if (this.#parts.get(name) !== part) return;
    this.#parts.delete(name);
    this.#streams?.get(name)?.end();
    if (lost) this.#drop(name);
    if (this.#parts.size > 0 || this.#closed) return;
    this.#close();
    this.#ended(false);
  }

  /** @param {string} name */
  #drop(name) {
    this.#names.delete(name);
    this.#streams?.delete(name);
  }

  /** @param {import('./protocol.js').Offer} offer */
  async #onOffer(offer) {
    const streams = offeredStreams(offer);
    if (!streams) throw new Error('it does not say which streams it is for');
    this.#streams = new Map(streams.map((one) => [one.name, new SharedStream(one)]));
    this.offered = new Set(this.#streams.keys());
    for (const [name, part] of [...this.#parts]) if (!this.#streams.has(name)) part.alone();
    if (!this.#closed && streams.some(({ stamped }) => stamped)) this.#worker = /** @type {Worker} */ (await this.#delay.start() ?? null);
  }

  #onConnected() {
    this.#reached = true;
    for (const [name, stream] of this.#streams ?? []) if (!stream.plays) this.#streams?.delete(name);
    for (const [name, part] of [...this.#parts]) if (this.#parts.get(name) === part) this.#begin(name, part);
    for (const channel of this.#early) this.#open(channel);
  }

  /** Not before those who watch have begun: the others are not to be sent. @param {RTCDataChannel} channel */
  #open(channel) {
    if (!this.#reached) this.#early.push(channel);
    else for (const stream of this.#streams?.values() ?? []) stream.open(channel);
  }

  /** @param {RTCDataChannel} channel */
  #onChannel(channel) {
    const { label } = channel;
    if (label !== 'results' && label !== 'control') return;
    channel.onmessage = ({ data }) => {
      const to = addressOf(data);
      if (to) this.#streams?.get(to.stream)?.receive(label, to.state, data);
      else console.warn(`cv-player: ${label}: of no stream`);  // worth a line for who writes a server
    };
    if (channel.readyState === 'open') this.#open(channel);
    else channel.onopen = () => this.#open(channel);
  }

  /** @param {import('./protocol.js').ServerError} error */
  #onOver({ stream = '', code, message }) {
    this.#drop(stream);
    this.#parts.get(stream)?.told.closed({ code, message });
  }

  /** @param {SessionError} error @param {boolean} [pathless] whether WebRTC finds no way, or no more */
  #fail(error, pathless = false) {
    if (this.#closed) return;
    this.#close();
    const useless = isBug(error.code) || error.code === 'internal';
    this.#ended(useless || (pathless && !this.#reached));
    const parts = [...this.#parts.values()];
    this.#parts.clear();
    for (const part of parts) {
      if (pathless) part.told.pathless(error.message);
      else if (!this.#reached && (useless || error.code === 'no-stream')) part.alone();
      else part.told.closed(error);
    }
  }

  #close() {
    this.#closed = true;
    this.#connection.close();
    this.#delay.close();
  }
}

/** What one who watches has, in place of a connection of its own. @implements {Way} */
class Part {
  told;
  store;
  #own;
  #connection;
  #leave;
  /** That of its own, in the end. @type {Connection|null} */
  #alone = null;
  /** Whether nobody watches by it any more. */
  #over = false;

  /** @param {Joined} joined @param {Connection} connection @param {(lost: boolean) => void} leave */
  constructor([told, own, store], connection, leave) {
    this.told = told;
    this.store = store;
    this.#own = own;
    this.#connection = connection;
    this.#leave = leave;
  }

  get lateness() {
    return (this.#alone ?? this.#connection).lateness;
  }

  /** It is not carried. */
  alone() {
    this.#leave(false);
    if (!this.#over) this.#alone = this.#own();
  }

  /** @param {SessionError|null} [error] */
  close(error) {
    this.#over = true;
    this.#leave(!!error);
    this.#alone?.close();
  }

  release() {
    this.#over = true;
    this.#leave(true);
    return this.#alone?.release();
  }
}
