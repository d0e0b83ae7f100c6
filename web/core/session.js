// SPDX-License-Identifier: LGPL-2.1-or-later
import { VideoWish, addProperty, handOn, signsOf } from './beside.js';
import { MAY_NOT_DECODE, canDecode } from './can-decode.js';
import { ServerClock, pageTime } from './clock.js';
import { ControlChannel } from './control-channel.js';
import { LossWatch } from './loss.js';
import { parseResults } from './protocol.js';
import { Signaling } from './signaling.js';
import { videoStats } from './stats.js';
import { Watchdog } from './watchdog.js';

const CONNECT_MS = 10_000;
/** From the answer it takes less until packets have found a way, if there is one. Where UDP is thrown away nobody ever says so. */
const PATH_MS = 2000;
export const STATS_INTERVAL_MS = 500;
/** How often each result is sent again where packets get lost. At 10 % loss one in a thousand then comes late. */
const REPEATS = 2;

/**
 * @typedef {import('./signaling.js').SessionError} SessionError
 * @typedef {import('./protocol.js').Result} Result
 * @typedef {import('./beside.js').SessionEvents} SessionEvents
 */

/** One attempt to watch: signalling, peer connection and data channels. It ends once, and is never used again. */
export class Session {
  /** @type {'offer'|'answer'|'connect'|'connected'|'closed'} what it waits for; it only moves to the right */
  #state = 'offer';
  #store;
  #events;
  #clock;
  #signaling;
  #pc = new RTCPeerConnection({ bundlePolicy: 'max-bundle' });
  /** @type {RTCDataChannel|null} */
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
  /** @type {ReturnType<typeof setTimeout>|undefined} */
  #path;
  /** @type {ReturnType<typeof setInterval>|undefined} */
  #poll;
  /** @type {() => void} */
  #answered = () => {};
  /** Candidates of both sides wait until offer and answer are exchanged. @type {Promise<void>} */
  #negotiated = new Promise((resolve) => { this.#answered = resolve; });

  /**
   * @param {string} url
   * @param {import('./store.js').Store} store is told what the stream is
   * @param {SessionEvents} events
   * @param {{clock?: ServerClock, videoDelay?: import('./video-delay.js').VideoDelay|null,
   *   takeOver?: ((signaling: Signaling) => void)|null}} [parts] `clock`: learns the server's time; `videoDelay`: without it the video is
   *   always live; `takeOver`: goes on with the connection to the server where WebRTC finds no way, or no more; then this session is over
   */
  constructor(url, store, events, { clock = new ServerClock(0), videoDelay = null, takeOver = null } = {}) {
    this.#store = store;
    this.#events = events;
    this.#clock = clock;
    this.#videoDelay = videoDelay;
    this.#takeOver = takeOver;
    this.#stopListening = store.on(['link', 'looking', 'watched', 'settings'], (facts) => this.#wish.tell(facts, this.#control));
    store.set({ transport: 'webrtc' });
    const pc = this.#pc;
    pc.ontrack = ({ track, streams, receiver }) => {
      if (track.kind === 'audio') {
        store.set({ hasSound: true });  // it is in the video's stream
        return;
      }
      videoDelay?.attach(receiver);
      events.track(streams[0] ?? new MediaStream([track]));
    };
    pc.ondatachannel = ({ channel }) => this.#openChannel(channel);
    pc.onicecandidate = ({ candidate }) => this.#sendCandidate(candidate);
    pc.onconnectionstatechange = () => this.#onConnectionState();
    this.#signaling = new Signaling(url, store, {
      message: (message) => this.#onSignal(message),
      closed: ({ code, message }) => this.#fail(code, message),
    });
    this.#deadline = setTimeout(() => this.#onDeadline(), CONNECT_MS);
  }

  /** The viewer must be given time to see the frame with this RTP timestamp. @param {number} rtp */
  want(rtp) {
    this.#videoDelay?.want(rtp);
  }

  /** It was seen. @param {number} rtp */
  seen(rtp) {
    this.#videoDelay?.seen(rtp);
  }

  /** What a property is to be for all viewers. @param {string} name @param {import('./protocol.js').Value} value */
  setProperty(name, value) {
    this.#control?.requestProperty(name, value);
  }

  close() {
    this.#release();
    this.#signaling.close();
  }

  /** Ends all but the connection to the server. */
  #release() {
    this.#state = 'closed';
    clearTimeout(this.#deadline);
    clearTimeout(this.#path);
    clearInterval(this.#poll);
    this.#stopListening();
    this.#control?.close();
    this.#videoDelay?.close();
    if (this.#results) this.#results.onmessage = null;
    const pc = this.#pc;
    pc.ontrack = pc.ondatachannel = pc.onicecandidate = pc.onconnectionstatechange = null;
    pc.close();
  }

  /** The one way to end, for whatever reason. @param {string} code @param {string} message */
  #fail(code, message) {
    if (this.#state === 'closed') return;
    this.close();
    this.#events.ended({ code, message });
  }

  #onDeadline() {
    this.#fail('timeout', this.#state === 'connect' && !canDecode() ? NO_OTHER_WAY : 'the server did not answer in time');
  }

  /** With a way, the rest of a connection may take its time. */
  #checkPath() {
    if (!['connected', 'completed'].includes(this.#pc.iceConnectionState)) this.#pathless(NO_WAY);
  }

  /** WebRTC finds no way, or no more. @param {string} message */
  #pathless(message) {
    if (this.#state === 'closed') return;
    if (!this.#takeOver) return this.#fail('media', message);
    this.#release();
    this.#takeOver(this.#signaling);
  }

  /** @param {import('./signaling.js').Signal} message */
  async #onSignal(message) {
    if (message.type === 'candidate') {
      await this.#negotiated;
      if (this.#state === 'closed') return;
      const { candidate, sdpMLineIndex } = message;
      // A candidate that this browser can't use is no reason to give up: another one may do.
      await this.#pc.addIceCandidate({ candidate, sdpMLineIndex }).catch(() => {});
    } else if (this.#state === 'offer') {
      this.#state = 'answer';
      await this.#answer(message).catch((error) => this.#fail('protocol', `offer: ${error.message}`));
    } else {
      this.#fail('protocol', 'a second offer from the server');
    }
  }

  /** @param {import('./protocol.js').Offer} offer */
  async #answer({ sdp, stamped, iceServers }) {
    if (iceServers) this.#pc.setConfiguration({ ...this.#pc.getConfiguration(), iceServers });
    if (stamped && !this.#store.facts.shared) await this.#videoDelay?.start();
    await this.#pc.setRemoteDescription({ type: 'offer', sdp });
    await this.#pc.setLocalDescription();
    if (this.#state === 'closed') return;
    this.#signaling.send({ type: 'answer', sdp: this.#pc.localDescription?.sdp ?? '' });
    this.#state = 'connect';
    if (this.#takeOver) this.#path = setTimeout(() => this.#checkPath(), PATH_MS);
    this.#answered();
  }

  /** @param {RTCIceCandidate|null} candidate */
  async #sendCandidate(candidate) {
    if (!candidate?.candidate) return;
    await this.#negotiated;
    const { candidate: text, sdpMLineIndex } = candidate;
    this.#signaling.send({ type: 'candidate', candidate: text, sdpMLineIndex: sdpMLineIndex ?? 0 });
  }

  #onConnectionState() {
    const state = this.#pc.connectionState;
    if (state === 'failed') this.#pathless(NO_WAY);
    if (state !== 'connected' || this.#state !== 'connect') return;
    this.#state = 'connected';
    clearTimeout(this.#path);
    this.#poll = setInterval(() => this.#check(), STATS_INTERVAL_MS);
  }

  /** @param {RTCDataChannel} channel */
  #openChannel(channel) {
    if (channel.label === 'control') {
      this.#control = new ControlChannel(channel, this.#clock, {
        delays: this.#events.delays,
        link: (link) => this.#store.set({ link }),
        property: (property) => addProperty(this.#store, property),
      });
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

  async #check() {
    const report = await this.#pc.getStats().catch(() => null);
    if (this.#state === 'closed' || report === null) return;
    const stats = videoStats(report.values());
    if (stats) {
      this.#events.stats(stats);
      this.#askForHelp(stats);
    }
    const signs = signsOf(stats, this.#store.facts, this.#control?.pongs ?? 0);
    const verdict = this.#watchdog.check(signs);
    const answers = this.#answers.check({ ...signs, packets: signs.pongs, decoded: 0, expected: false });
    if (verdict === 'keyframe') this.#control?.requestKeyframe();
    if (verdict === 'dead' || (answers === 'dead' && this.#takeOver)) this.#pathless('no more video comes from the server');
  }

  /** Where packets get lost the server can do something about it. @param {import('./stats.js').VideoStats} stats */
  #askForHelp({ packetsLost, nacks }) {
    if (!this.#control?.open) return;
    const lossy = this.#loss.lossy(packetsLost + nacks, pageTime());
    const repeats = lossy ? REPEATS : 0;
    if (repeats !== this.#repeats) this.#control.requestRepeats(repeats);
    this.#repeats = repeats;
    const playoutMax = this.#videoDelay?.check() ?? 0;
    if (playoutMax !== this.#playoutMax) this.#control.requestPlayout(playoutMax);
    this.#playoutMax = playoutMax;
  }
}

const NO_WAY = 'no way through the network to the server';
const NO_OTHER_WAY = `${NO_WAY}, and this page ${MAY_NOT_DECODE}`;
