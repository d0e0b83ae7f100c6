// SPDX-License-Identifier: LGPL-2.1-or-later
import { MAY_NOT_DECODE, canDecode } from './can-decode.js';
import { Signaling } from './signaling.js';

/** From the answer it takes less until packets have found a way, if there is one. Where UDP is thrown away nobody ever says so. */
const PATH_MS = 2000;
const NO_WAY = 'no way through the network to the server';

/**
 * @typedef {import('./protocol.js').Offer} Offer
 * @typedef {import('./control-channel.js').Channel & {label: string}} LabelledChannel
 * @typedef {{getStats: () => Promise<{values: () => Iterable<any>}>}} Measured
 * @typedef {{offered: (offer: Offer) => unknown,
 *   track: (event: Pick<RTCTrackEvent, 'track'|'streams'|'receiver'|'transceiver'>, worker?: import('./video-delay.js').VideoWorker) => void,
 *   channel: (event: {channel: LabelledChannel}) => void, connected: (from: Measured) => void, pathless: (message: string) => void,
 *   closed: (error: import('./signaling.js').SessionError) => void, over?: import('./signaling.js').SignalingEvents['over']}} ConnectionEvents
 *   `offered`: what it returns is waited for before the browser reads the offer; `track`: `worker`: delays the video, if one does so already; `pathless`: WebRTC finds no
 *   way, or no more
 */

/** One attempt at a connection to a server: signalling and peer connection. It ends once, and is never used again. */
export class Connection {
  /** @type {'offer'|'answer'|'connect'|'connected'|'closed'} what it waits for; it only moves to the right */
  #state = 'offer';
  #pc = new RTCPeerConnection({ bundlePolicy: 'max-bundle' });
  #signaling;
  #events;
  #hurries;
  /** @type {ReturnType<typeof setTimeout>|undefined} */
  #path;
  /** @type {() => void} */
  #answered = () => {};
  /** Candidates of both sides wait until offer and answer are exchanged. @type {Promise<void>} */
  #negotiated = new Promise((resolve) => { this.#answered = resolve; });

  /**
   * @param {string} url @param {import('./signaling.js').Store} store @param {ConnectionEvents} events
   * @param {boolean} hurries whether there is another way where packets do not find theirs soon
   */
  constructor(url, store, events, hurries) {
    this.#events = events;
    this.#hurries = hurries;
    const pc = this.#pc;
    pc.ontrack = (event) => events.track(event);
    pc.ondatachannel = events.channel;
    pc.onicecandidate = ({ candidate }) => this.#sendCandidate(candidate);
    pc.onconnectionstatechange = () => this.#onConnectionState();
    this.#signaling = new Signaling(url, store, { message: (message) => this.#onSignal(message), closed: events.closed, over: events.over });
  }

  /** Why nothing has come in time. */
  get lateness() {
    return this.#state === 'connect' && !canDecode() ? `${NO_WAY}, and this page ${MAY_NOT_DECODE}` : 'the server did not answer in time';
  }

  close() {
    this.release().close();
  }

  /** Ends all but the WebSocket, which who calls it goes on with. */
  release() {
    this.#state = 'closed';
    clearTimeout(this.#path);
    const pc = this.#pc;
    pc.ontrack = pc.ondatachannel = pc.onicecandidate = pc.onconnectionstatechange = null;
    pc.close();
    return this.#signaling;
  }

  /** With a way, the rest of a connection may take its time. */
  #checkPath() {
    if (!['connected', 'completed'].includes(this.#pc.iceConnectionState)) this.#events.pathless(NO_WAY);
  }

  /** @param {import('./signaling.js').Signal} message */
  async #onSignal(message) {
    if (message.type === 'candidate') {
      await this.#negotiated;
      if (this.#state === 'closed') return;
      // A candidate that this browser can't use is no reason to give up: another one may do.
      await this.#pc.addIceCandidate(message).catch(() => {});
    } else if (this.#state === 'offer') {
      this.#state = 'answer';
      await this.#answer(message).catch((error) => this.#fail(`offer: ${error.message}`));
    } else {
      this.#fail('a second offer from the server');
    }
  }

  /** @param {string} message */
  #fail(message) {
    this.#events.closed({ code: 'protocol', message });
  }

  /** @param {Offer} offer */
  async #answer(offer) {
    const pc = this.#pc;
    const { iceServers } = offer;
    if (iceServers) pc.setConfiguration({ ...pc.getConfiguration(), iceServers });
    await this.#events.offered(offer);
    await pc.setRemoteDescription(offer);
    await pc.setLocalDescription();
    if (this.#state === 'closed') return;
    this.#signaling.send({ type: 'answer', sdp: pc.localDescription?.sdp ?? '' });
    this.#state = 'connect';
    if (this.#hurries) this.#path = setTimeout(() => this.#checkPath(), PATH_MS);
    this.#answered();
  }

  /** @param {RTCIceCandidate|null} candidate */
  async #sendCandidate(candidate) {
    if (!candidate?.candidate) return;
    await this.#negotiated;
    this.#signaling.send({ type: 'candidate', candidate: candidate.candidate, sdpMLineIndex: candidate.sdpMLineIndex ?? 0 });
  }

  #onConnectionState() {
    const state = this.#pc.connectionState;
    if (state === 'failed') this.#events.pathless(NO_WAY);
    if (state !== 'connected' || this.#state !== 'connect') return;
    this.#state = 'connected';
    clearTimeout(this.#path);
    this.#events.connected(this.#pc);
  }
}
