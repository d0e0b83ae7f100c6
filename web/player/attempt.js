// SPDX-License-Identifier: LGPL-2.1-or-later
// One attempt to watch, from the connection to the picture. It joins the parts: each knows its own concern and the store.
import { canDecode } from '../core/can-decode.js';
import { ServerClock, clockResolution, pageTime } from '../core/clock.js';
import { DelayControl } from '../core/delay-control.js';
import { exactReport } from '../core/exact-report.js';
import { frameIdOf } from '../core/frame-id.js';
import { Matching } from '../core/matching.js';
import { Measurements } from '../core/measurements.js';
import { OverlayError } from '../core/overlay-error.js';
import { Proof } from '../core/proof.js';
import { FRESH_MS } from '../core/results.js';
import { Session } from '../core/session.js';
import { isStills } from '../core/stream-picture.js';
import { VideoDelay } from '../core/video-delay.js';
import { Composing } from './composing.js';
import { remember, withDownlink } from './downlink.js';
import { LinkNotice } from './link-notice.js';
import { load } from './load.js';

/**
 * @typedef {import('../core/protocol.js').Result} Result
 * @typedef {import('../core/protocol.js').ModelState} ModelState
 * @typedef {{result: (result: Result) => void, model: (state: ModelState) => void,
 *   bySocket: (parts: typeof import('./by-socket.js')) => void,
 *   ended: (error: import('../core/signaling.js').SessionError) => void}} AttemptEvents `result`: each is told once; `bySocket`: frames
 *   come by WebSocket
 */

export class Attempt {
  #url;
  #store;
  #view;
  #events;
  #measurements;
  #delayControl;
  #composing;
  #clock;
  /** @type {import('./feed.js').FeedEvents} */
  #sessionEvents;
  /** The way by which frames come. @type {{want: (rtp: number) => void, seen: (rtp: number, id: number|null) => void,
   *   send: (message: import('../core/protocol.js').Request) => void, close: (error?: import('../core/signaling.js').SessionError|null) => void}|null} */
  #session = null;
  #closed = false;
  #stopListening;
  #matching = new Matching();
  #proof = new Proof();
  #errors = new OverlayError();
  #notice = new LinkNotice();
  /** Whether the browser tells the page of each frame. */
  #callsBack;
  #frameRequest = 0;
  /** What the exact view shows. */
  #composed = NOTHING_COMPOSED;
  /** Frames that the browser had decoded when it was last asked. */
  #decoded = 0;
  /** @type {ReturnType<typeof setTimeout>|undefined} */
  #stale;

  /**
   * @param {string} url @param {import('../core/store.js').Store} store @param {import('./view.js').View} view
   * @param {AttemptEvents} events @param {{bySocket: boolean, connect?: import('../core/session.js').Connect, feed: import('./feed.js').Feed, leader: import('./feed.js').Feed|null}} way
   *   `bySocket`: whether frames are to come by WebSocket from the beginning; `connect`: by which connection else, if not by one of its own; `feed`: hands on what comes to those that follow; `leader`: what
   *   it is to come from, and not from the server
   */
  constructor(url, store, view, events, { bySocket, connect, feed, leader }) {
    this.#url = url;
    this.#clock = leader?.clock ?? new ServerClock(RESOLUTION);
    this.#store = store;
    this.#view = view;
    this.#events = events;
    this.#callsBack = 'requestVideoFrameCallback' in view.video;
    if (!this.#callsBack) store.set({ fault: NO_CALLBACK });
    else if (leader && !('VideoFrame' in globalThis)) store.set({ fault: NO_PICTURES });
    const measurements = new Measurements(store, this.#clock, pageTime());
    this.#measurements = measurements;
    this.#delayControl = new DelayControl(store, {
      want: (rtp) => {
        this.#session?.want(rtp);
        this.#composing.want(rtp);
      },
      seen: (rtp, id) => {
        this.#session?.seen(rtp, id);
        this.#composing.seen(rtp);
      },
    });
    this.#composing = new Composing(store, view.composedPicture, this.#matching, {
      shown: (frame, now) => this.#onComposed(frame, now),
      painted: (id, now) => measurements.addPainted(id, now),
      read: (meant, actual) => this.#proof.addReading(meant, actual),
      again: ({ id, drawings }) => { this.#composed = { frame: id, results: drawings.map(({ result }) => result) }; },
    });
    this.#stopListening = store.on(['mode', 'looking', 'paused', 'link'], ({ mode, looking, paused, link }, before) => {
      if (mode !== before.mode || looking !== before.looking) this.#proof.restart();
      if (before.paused && !paused) this.#showFresh();
      if (mode !== before.mode) this.#composed = NOTHING_COMPOSED;
      if ((looking && !before.looking) || (before.paused && !paused) || (isStills(before.link) && !isStills(link))) measurements.resume(pageTime());
    });
    view.liveOverlay.drawn = (result) => measurements.addDrawn(result, pageTime());
    /** @type {import('../core/beside.js').SessionEvents} */
    const own = {
      track: (stream) => this.#onTrack(stream),
      result: (result) => this.#onResult(result),
      model: (state) => {
        measurements.models.addState(state);
        events.model(state);
      },
      delays: (delays) => measurements.addDelays(delays, pageTime()),
      stats: (stats) => this.#onStats(stats),
      ended: events.ended,
    };
    if (leader) {
      this.#sessionEvents = { ...own, frame: (frame) => frame.close() };
      this.#follow(leader);
      return;
    }
    this.#sessionEvents = feed.begin(this.#clock, own);
    const { settings } = store.facts;
    const address = withDownlink(url, settings['max-bitrate']);
    if (!/^ws/.test(url)) this.#watchBySfu();
    else if (bySocket) this.#watchBySocket(address);
    else
      this.#session = new Session(address, store, this.#sessionEvents, {
        clock: this.#clock, videoDelay: new VideoDelay(store),
        takeOver: settings.transport === 'auto' && canDecode() ? (to) => this.#changeOver(to ?? address) : null, connect,
      });
  }

  /** @param {import('../core/signaling.js').SessionError|null} [error] why */
  close(error) {
    if (this.#url) remember(this.#url, this.#facts.link);
    this.#closed = true;
    clearTimeout(this.#stale);
    this.#view.video.cancelVideoFrameCallback?.(this.#frameRequest);
    this.#session?.close(error);
    this.#composing.close();
    this.#delayControl.close();
    this.#stopListening();
  }

  /** To the server. @param {import('../core/protocol.js').Request} message */
  send(message) {
    this.#session?.send(message);
  }

  get #facts() {
    return this.#store.facts;
  }

  /** How long the picture has stood still, in ms. @param {number} now */
  standstill(now) {
    return this.#measurements.standstill(now);
  }

  /** What there is to say of the network. To be asked now and then. @param {number} now */
  notice(now) {
    return this.#notice.words(this.#facts, now);
  }

  /** What is seen now: in the live view nobody can say for certain which frame that is. */
  get shown() {
    const { mode, resultsVisible } = this.#facts;
    if (mode !== 'exact') return { frame: null, results: this.#view.liveOverlay.results };
    return resultsVisible ? this.#composed : { ...this.#composed, results: [] };
  }

  /** The plot's points. @param {number} now */
  errors(now) {
    return this.#errors.points(now);
  }

  /** What was measured. @param {number} now */
  report(now) {
    return this.#measurements.report(now);
  }

  /** How results meet their frames. @param {number} now */
  exact(now) {
    return exactReport(this.#facts, this.#delayControl.lag(now), this.#proof, {
      rtp: this.#matching.rtp, stampMs: this.#composing.stampMs(now), overlayError: this.#errors.median(now),
    });
  }

  /** @returns {import('./received-frames.js').Parts} */
  get #socketParts() {
    return {
      store: this.#store, view: this.#view, composing: this.#composing, measurements: this.#measurements,
      shownLive: (id, now) => this.#addShown(id, this.#view.liveOverlay.results, now),
    };
  }

  /** What WebRTC has shown stays till the first frame by WebSocket. @param {string|import('../core/signaling.js').Signaling} to as of #watchBySocket() */
  #changeOver(to) {
    const { video } = this.#view;
    video.cancelVideoFrameCallback?.(this.#frameRequest);
    this.#view.freeze();
    this.#view.stop();
    // till there is who goes on with it
    if (typeof to !== 'string') to.events = { message: () => {}, closed: this.#events.ended };
    this.#watchBySocket(to);
  }

  /** @param {string|import('../core/signaling.js').Signaling} to the server's address, or a connection to it */
  async #watchBySocket(to) {
    const parts = await this.#loadBySocket();
    if (parts && !this.#closed) {
      this.#session = parts.watchBySocket(to, this.#clock, { ...this.#sessionEvents, begun: () => this.#events.bySocket(parts) }, this.#socketParts);
      // who was told of its beginning may have ended this attempt
      if (this.#closed) this.#session.close();
    } else if (typeof to !== 'string') {
      to.close();
    }
  }

  /** The stream comes from an SFU, to which cv-launch sends it. */
  async #watchBySfu() {
    /** @type {typeof import('./by-sfu.js')|void} */
    const parts = await this.#load(new URL('by-sfu.js', import.meta.url));
    if (parts && !this.#closed) this.#session = new parts.RelaySession(this.#url, this.#store, this.#sessionEvents, this.#clock);
  }

  /** A part of the player; without it the attempt has ended. @param {URL} url */
  #load(url) {
    return load(url).catch(({ message }) => { if (!this.#closed) this.#events.ended({ code: 'browser', message }); });
  }

  /** @returns {Promise<typeof import('./by-socket.js')|void>} */
  #loadBySocket() {
    return this.#load(new URL('by-socket.js', import.meta.url));
  }

  /** Shows what another player of the page receives. @param {import('./feed.js').Feed} leader */
  #follow(leader) {
    /** @type {import('./received-frames.js').ReceivedFrames|null} */
    let frames = null;
    const leave = leader.join({
      ...this.#sessionEvents,
      frame: (frame, info) => frames ? frames.show(frame, info) : frame.close(),
    }, this.#store);
    const nothing = () => {};
    this.#session = {
      want: nothing, seen: nothing, send: nothing,
      close: () => {
        leave();
        frames?.close();
      },
    };
    if (this.#facts.transport !== 'socket') return;
    // which the other player has loaded
    this.#loadBySocket().then((parts) => {
      if (parts && !this.#closed) frames = new parts.ReceivedFrames(this.#socketParts);
    });
  }

  /** @param {MediaStream} stream */
  #onTrack(stream) {
    const { video } = this.#view;
    this.#view.play(stream);
    if (!this.#callsBack) return;
    video.cancelVideoFrameCallback(this.#frameRequest);
    /** @type {VideoFrameRequestCallback} */
    const onFrame = (now, frame) => {
      this.#frameRequest = video.requestVideoFrameCallback(onFrame);
      this.#measurements.addFrame(frame, now);
      if (this.#facts.mode === 'exact') this.#composing.show(video, frame, pageTime());
      else this.#onLive(frame, pageTime());
    };
    this.#frameRequest = video.requestVideoFrameCallback(onFrame);
  }

  /** @param {import('../core/stats.js').VideoStats} stats */
  #onStats(stats) {
    this.#measurements.addStats(stats);
    // A browser without callbacks tells of frames by its counts alone.
    const more = stats.decoded > this.#decoded;
    this.#decoded = stats.decoded;
    if (more && !this.#callsBack && this.#facts.transport === 'webrtc') this.#measurements.addPicture(pageTime());
  }

  /** A frame is shown live, with results of older ones over it. @param {VideoFrameCallbackMetadata} frame @param {number} now */
  #onLive({ rtpTimestamp }, now) {
    this.#addShown(frameIdOf(rtpTimestamp, this.#facts.stream?.rtpOffset), this.#view.liveOverlay.results, now);
  }

  /** A frame is shown with its own results. @param {import('./composing.js').ShownFrame} frame @param {number} now */
  #onComposed(frame, now) {
    this.#proof.addFrame(frame, now);
    const results = frame.drawings.map(({ result }) => result);
    this.#composed = { frame: frame.id, results };
    const id = frame.stampId ?? frame.id;
    this.#delayControl.seen(id, frame.rtp);
    this.#addShown(id, frame.again || frame.hidden ? [] : results, now);
  }

  /** @param {number|null} id of the frame that is shown @param {Result[]} results seen on it for the first time @param {number} now */
  #addShown(id, results, now) {
    if (id === null || this.#measurements.isOld(id, now)) return;
    this.#delayControl.addFrame(id, now);
    this.#errors.addFrame(id, results, this.#facts.mode, now);
  }

  /** @param {Result} result */
  #onResult(result) {
    const now = pageTime();
    if (!this.#matching.addResult(result, now)) return;
    const { mode, resultsVisible } = this.#facts;
    if (mode === 'exact') this.#proof.addResult(result.frame, !resultsVisible);
    this.#delayControl.addResult(result, now);
    this.#errors.addResult(result, now);
    if (this.#measurements.addResult(result, now)) {
      this.#showFresh();
      clearTimeout(this.#stale);
      this.#stale = setTimeout(() => this.#showFresh(), FRESH_MS);
    }
    this.#events.result(result);
  }

  #showFresh() {
    if (this.#facts.paused) return;  // what is drawn belongs to the picture that stands still
    this.#view.liveOverlay.show(this.#measurements.models.fresh(pageTime()));
  }
}

/** @type {{frame: number|null, results: Result[]}} */
const NOTHING_COMPOSED = { frame: null, results: [] };
const NO_CALLBACK = 'This browser does not tell the page of each frame (requestVideoFrameCallback)';
const NO_PICTURES = 'This browser does not give the page pictures of a video to keep (VideoFrame)';
const RESOLUTION = clockResolution(pageTime);
