// SPDX-License-Identifier: LGPL-2.1-or-later
import { STATS_INTERVAL_MS, VideoWish, handOn, signsOf } from './beside.js';
import { ServerClock, pageTime } from './clock.js';
import { Connection } from './connection.js';
import { ControlChannel } from './control-channel.js';
import { LossWatch } from './loss.js';
import { parseResults } from './protocol.js';
import { videoStats } from './stats.js';
import { Watchdog } from './watchdog.js';

const CONNECT_MS = 10_000;
/** How often each result is sent again where packets get lost. At 10 % loss one in a thousand then comes late. */
const REPEATS = 2;

/**
 * @typedef {import('./connection.js').ConnectionEvents} ConnectionEvents
 * @typedef {{readonly lateness: string, close: (error?: import('./signaling.js').SessionError|null) => void,
 *   release: () => import('./signaling.js').Signaling|undefined}} Way as a Connection; `close`: `error`: why, if it is one; `release`: returns what is nobody else's
 * @typedef {(told: ConnectionEvents, own: () => Connection, store: import('./store.js').Store) => Way} Connect `own` makes a connection of its own
 */

/** One attempt to watch: a connection, and what comes by it of one stream. It ends once, and is never used again. */
export class Session {
  #closed = false;
  #store;
  #events;
  #clock;
  #connection;
  /** @type {import('./control-channel.js').Channel|null} */
  #results = null;
  /** @type {ControlChannel|null} */
  #control = null;
  #watchdog = new Watchdog();
  /** Of the server's answers: video may still come where nothing of the page's does any more. */
  #answers = new Watchdog();
  #loss = new LossWatch();
  /** What the server was asked for last: how often it sends each result again, and what `playout` allows, in ms. */
  #repeats = 0;
  #playoutMax = 0;
  #wish = new VideoWish();
  #videoDelay;
  #stopListening;
  #takeOver;
  #deadline;
  /** @type {ReturnType<typeof setInterval>|undefined} */
  #poll;

  /**
   * @param {string} url
   * @param {import('./store.js').Store} store is told what the stream is
   * @param {import('./beside.js').SessionEvents} events
   * @param {{clock?: ServerClock, videoDelay?: import('./video-delay.js').VideoDelay|null,
   *   takeOver?: ((signaling?: import('./signaling.js').Signaling) => void)|null, connect?: Connect}} [parts] `clock`: learns the server's time;
   *   `videoDelay`: without it the video is always live; `takeOver`: goes on with the connection to the server, or another one, where WebRTC finds no way, or
   *   no more; then this session is over; `connect`: by a connection that is others' too
   */
  constructor(url, store, events, { clock = new ServerClock(0), videoDelay = null, takeOver = null, connect = (_, own) => own() } = {}) {
    this.#store = store;
    this.#events = events;
    this.#clock = clock;
    this.#videoDelay = videoDelay;
    this.#takeOver = takeOver;
    this.#stopListening = store.on(['link', 'looking', 'watched', 'settings'], (facts) => this.#wish.tell(facts, this.#control));
    store.set({ transport: 'webrtc' });
    /** @type {ConnectionEvents} */
    const told = {
      offered: ({ stamped }) => stamped && !store.facts.shared && videoDelay?.start(),
      track: ({ track, streams, receiver }, worker) => {
        if (track.kind === 'audio') {
          store.set({ hasSound: true });  // it is in the video's stream
          return;
        }
        videoDelay?.attach(receiver, worker);
        events.track(streams[0] ?? new MediaStream([track]));
      },
      channel: ({ channel }) => this.#openChannel(channel),
      connected: (from) => { this.#poll = setInterval(() => this.#check(from), STATS_INTERVAL_MS); },
      pathless: (message) => this.#pathless(message),
      closed: (error) => this.#fail(error),
    };
    this.#connection = connect(told, () => new Connection(url, store, told, takeOver !== null), store);
    this.#deadline = setTimeout(() => this.#fail({ code: 'timeout', message: this.#connection.lateness }), CONNECT_MS);
  }

  /** The viewer must be given time to see the frame with this RTP timestamp. @param {number} rtp */
  want(rtp) {
    this.#videoDelay?.want(rtp);
  }

  /** It was seen. @param {number} rtp */
  seen(rtp) {
    this.#videoDelay?.seen(rtp);
  }

  /** @param {import('./protocol.js').Request} message */
  send(message) {
    this.#control?.send(message);
  }

  /** @param {import('./signaling.js').SessionError|null} [error] why */
  close(error) {
    this.#release();
    this.#connection.close(error);
  }

  /** Ends all but the connection. */
  #release() {
    this.#closed = true;
    clearTimeout(this.#deadline);
    clearInterval(this.#poll);
    this.#stopListening();
    this.#control?.close();
    this.#videoDelay?.close();
    if (this.#results) this.#results.onmessage = null;
  }

  /** The one way to end, for whatever reason. @param {import('./signaling.js').SessionError} error */
  #fail(error) {
    if (this.#closed) return;
    this.close(error);
    this.#events.ended(error);
  }

  /** WebRTC finds no way, or no more. @param {string} message */
  #pathless(message) {
    if (!this.#takeOver) return this.#fail({ code: 'media', message });
    this.#release();
    this.#takeOver(this.#connection.release());
  }

  /** @param {import('./connection.js').LabelledChannel} channel */
  #openChannel(channel) {
    if (channel.label === 'control') {
      this.#control = new ControlChannel(channel, this.#clock, this.#store, this.#events.delays);
    } else if (channel.label === 'results') {
      this.#results = channel;
      channel.onmessage = ({ data }) => this.#onResults(data);
    }
  }

  /** @param {unknown} data */
  #onResults(data) {
    const message = parseResults(data);
    if (message.type === 'stream') clearTimeout(this.#deadline);
    handOn(message, this.#store, this.#events);
  }

  /** @param {import('./connection.js').Measured} from */
  async #check(from) {
    const report = await from.getStats().catch(() => null);
    if (this.#closed || report === null) return;
    const stats = videoStats(report.values());
    if (stats) {
      this.#events.stats(stats);
      this.#askForHelp(stats);
    }
    const signs = signsOf(stats, this.#store.facts, this.#control?.pongs ?? 0);
    const verdict = this.#watchdog.check(signs);
    const answers = this.#answers.check({ ...signs, packets: signs.pongs, decoded: 0, expected: false });
    if (verdict === 'keyframe') this.send({ type: 'keyframe' });
    if (verdict === 'dead' || (answers === 'dead' && this.#takeOver)) this.#pathless('no more video comes from the server');
  }

  /** Where packets get lost the server can do something about it. @param {import('./stats.js').VideoStats} stats */
  #askForHelp({ packetsLost, nacks }) {
    if (!this.#control?.open) return;
    const repeats = this.#loss.lossy(packetsLost + nacks, pageTime()) ? REPEATS : 0;
    if (repeats !== this.#repeats) this.send({ type: 'results', repeats });
    this.#repeats = repeats;
    const max = this.#videoDelay?.check() ?? 0;
    if (max !== this.#playoutMax) this.send({ type: 'playout', max });
    this.#playoutMax = max;
  }
}
