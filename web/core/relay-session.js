// SPDX-License-Identifier: LGPL-2.1-or-later
// Watches what an SFU hands on. It knows nothing of frames and models: who is where in time, the frames' stamps say, and what the server says beside
// the video (launcher/PROTOCOL.md §3) comes by a data channel, or from elsewhere. There is nobody who could be asked for a lower encoding.
import { STATS_INTERVAL_MS, handOn, signsOf } from './beside.js';
import { Janus } from './janus.js';
import { parseResults } from './protocol.js';
import { ResultsLink } from './results-link.js';
import { videoStats } from './stats.js';
import { VideoDelay } from './video-delay.js';
import { Watchdog } from './watchdog.js';
import { Whep } from './whep.js';

const CONNECT_MS = 10_000;
/** So many frames in a row must say the same of their timestamps. */
const ENOUGH = 10;
/** Janus sends data only to who has opened a channel of this name. */
const DATA_CHANNEL = 'JanusDataChannel';
/** What is known of a stream of which nobody says anything. @type {import('./protocol.js').Stream} */
const UNKNOWN = { type: 'stream', clockRate: 90000, rtpOffset: null, epoch: 0, stamp: null, state: 'live', message: '' };

/** As Session. */
export class RelaySession {
  #closed = false;
  #store;
  #events;
  #videoDelay;
  #relay;
  /** Where results come from, if not from the SFU. @type {ResultsLink|null} */
  #results = null;
  /** Why none come from there, in words. */
  #fault = '';
  #pc = new RTCPeerConnection({ bundlePolicy: 'max-bundle' });
  #stream = new MediaStream();
  #watchdog = new Watchdog();
  /** How far the timestamps are from the frames' ids, as the newest frame says, and how many frames in a row say so. */
  #offset = NaN;
  #agreed = 0;
  /** What the browser may delay the video by, in ms, as the SFU was told last. */
  #playoutMax = 0;
  #deadline;
  #stopListening;
  /** Whether anybody looks, as the SFU was told. */
  #wanted = true;
  /** @type {ReturnType<typeof setInterval>|undefined} */
  #poll;

  /**
   * @param {string} src see janusAddress() and Whep @param {import('./store.js').Store} store @param {import('./beside.js').SessionEvents} events
   * @param {import('./clock.js').ServerClock} clock learns the time of where results come from
   */
  constructor(src, store, events, clock) {
    this.#store = store;
    this.#events = events;
    const videoDelay = new VideoDelay(store);
    this.#videoDelay = videoDelay;
    store.set({ transport: 'webrtc' });
    const pc = this.#pc;
    pc.ontrack = ({ track, receiver }) => {
      // an SFU may have put them into two streams, and a picture has one
      this.#stream.addTrack(track);
      if (track.kind === 'audio') {
        store.set({ hasSound: true });
        return;
      }
      videoDelay.attach(receiver);
      events.track(this.#stream);
    };
    pc.onconnectionstatechange = () => this.#onConnectionState();
    pc.onicecandidate = ({ candidate }) => this.#relay.candidate(candidate);
    const { token, results } = store.facts;
    if (results) this.#results = new ResultsLink(results, clock, {
      message: (message) => this.#onMessage(message),
      there: () => this.#tell(''),
      lost: (words) => this.#tell(`No results come: ${words}`),
    });
    const closed = (/** @type {import('./signaling.js').SessionError} */ { code, message }) => this.#fail(code, message);
    if (/^whep:/.test(src)) {
      const whep = new Whep(src, token, { closed });
      this.#relay = whep;
      if (!results) store.set({ stream: UNKNOWN });
      this.#offer(whep).catch((error) => this.#fail('protocol', `the answer of ${whep.name}: ${error.message}`));
    } else {
      if (!results) {
        const channel = pc.createDataChannel(DATA_CHANNEL);
        channel.binaryType = 'arraybuffer';
        // text, though Janus 1.1 calls it binary
        channel.onmessage = ({ data }) => this.#onMessage(parseResults(typeof data === 'string' ? data : new TextDecoder().decode(data)));
      }
      this.#relay = new Janus(src, token, {
        offer: (sdp) => this.#answer(sdp).catch((error) => this.#fail('protocol', `the offer of Janus: ${error.message}`)), closed,
      });
    }
    this.#stopListening = store.on(['looking', 'watched'], () => this.#wish());
    this.#deadline = setTimeout(() => this.#fail('timeout', `no video comes from ${this.#relay.name}`), CONNECT_MS);
  }

  /** The viewer must be given time to see the frame with this RTP timestamp. @param {number} rtp */
  want(rtp) {
    this.#videoDelay.want(rtp);
  }

  /** It was seen. @param {number} rtp @param {number|null} id that its stamp names */
  seen(rtp, id) {
    this.#videoDelay.seen(rtp);
    if (id !== null) this.#learn((rtp - id) >>> 0);
  }

  /** What an SFU adds to timestamps is the same for all frames of a viewer, and nobody says it. Known, frames that have results can be waited for. @param {number} offset */
  #learn(offset) {
    this.#agreed = offset === this.#offset ? this.#agreed + 1 : 1;
    this.#offset = offset;
    const { stream } = this.#store.facts;
    if (this.#agreed >= ENOUGH && stream && stream.rtpOffset !== offset) this.#store.set({ stream: { ...stream, rtpOffset: offset } });
  }

  /** An SFU takes nothing. */
  send() {}

  close() {
    this.#closed = true;
    clearTimeout(this.#deadline);
    clearInterval(this.#poll);
    this.#stopListening();
    this.#videoDelay.close();
    this.#results?.close();
    this.#relay.close();
    const pc = this.#pc;
    pc.ontrack = pc.onicecandidate = pc.onconnectionstatechange = null;
    pc.close();
  }

  /** @param {string} code @param {string} message */
  #fail(code, message) {
    if (this.#closed) return;
    this.close();
    this.#events.ended({ code, message });
  }

  /** @param {string} sdp */
  async #answer(sdp) {
    if (!this.#store.facts.shared) await this.#videoDelay.start();
    await this.#pc.setRemoteDescription({ type: 'offer', sdp });
    await this.#pc.setLocalDescription();
    this.#relay.playout(0);  // before the first frame: browsers else delay them as they like
    if (!this.#closed && this.#relay instanceof Janus) this.#relay.answer(this.#pc.localDescription?.sdp ?? '');
  }

  /** The endpoint may name servers, and they must be known before candidates are looked for: so the offer goes there first. @param {Whep} whep */
  async #offer(whep) {
    if (!this.#store.facts.shared) await this.#videoDelay.start();
    const pc = this.#pc;
    // in ontrack it is too late for Chromium, where the offer is ours
    this.#videoDelay.attach(pc.addTransceiver('video', { direction: 'recvonly' }).receiver);
    pc.addTransceiver('audio', { direction: 'recvonly' });
    const offer = await pc.createOffer();
    const answer = await whep.offer(offer.sdp ?? '');
    if (!answer || this.#closed) return;
    if (answer.iceServers.length > 0) pc.setConfiguration({ ...pc.getConfiguration(), iceServers: answer.iceServers });
    await pc.setLocalDescription(offer);
    await pc.setRemoteDescription({ type: 'answer', sdp: answer.sdp });
  }

  /** Why no results come, or ''. The video is shown without them. @param {string} fault */
  #tell(fault) {
    const { stream, fault: now } = this.#store.facts;
    if (now === '' || now === this.#fault) this.#store.set({ fault });
    this.#fault = fault;
    if (fault && !stream) this.#store.set({ stream: UNKNOWN });
  }

  #onConnectionState() {
    const { connectionState } = this.#pc;
    if (connectionState === 'failed') this.#fail('media', `no way through the network to ${this.#relay.name}`);
    if (connectionState !== 'connected' || this.#poll) return;
    this.#askForDelay();
    this.#wish();
    this.#poll = setInterval(() => this.#check(), STATS_INTERVAL_MS);
  }

  /** @param {ReturnType<typeof parseResults>} message */
  #onMessage(message) {
    const { stream } = this.#store.facts;
    handOn(message.type === 'stream' && stream ? { ...message, rtpOffset: stream.rtpOffset } : message, this.#store, this.#events);
  }

  async #check() {
    const report = await this.#pc.getStats().catch(() => null);
    if (this.#closed || report === null) return;
    const stats = videoStats(report.values());
    if (stats) this.#events.stats(stats);
    if (stats?.packets) clearTimeout(this.#deadline);
    this.#askForDelay();
    if (this.#watchdog.check(signsOf(stats, this.#store.facts, 0)) === 'dead') this.#fail('media', `no more video comes from ${this.#relay.name}`);
  }

  /** Not before it is connected. */
  #wish() {
    const { looking, watched } = this.#store.facts;
    const wanted = looking || watched;
    if (wanted === this.#wanted || this.#pc.connectionState !== 'connected') return;
    this.#wanted = wanted;
    this.#relay.want(wanted);
  }

  /** Firefox is not told of another delay: when frames are to be shown at once that were not before, it shows none any more (see VideoDelay.check()). */
  #askForDelay() {
    const playoutMax = this.#videoDelay.check();
    if (playoutMax === this.#playoutMax || !('createEncodedStreams' in RTCRtpReceiver.prototype)) return;
    this.#relay.playout(playoutMax);
    this.#playoutMax = playoutMax;
  }
}
