// SPDX-License-Identifier: LGPL-2.1-or-later
// What one player receives, for others of the page that show it too.

/**
 * @typedef {import('../core/beside.js').SessionEvents & {frame: (frame: VideoFrame, info: import('../core/frame-decoder.js').FrameInfo) => void}} FeedEvents
 *   `frame`: one that came by WebSocket; a follower closes it
 * @typedef {import('../core/store.js').AttemptFacts} AttemptFacts
 */

/** What a follower knows from the player that it follows. @type {(keyof AttemptFacts)[]} */
const FACTS = ['stream', 'link', 'mayControl', 'transport'];

/** @type {WeakMap<Element, Feed>} */
const feeds = new WeakMap();

/** Of a player, or undefined. @param {Element} player */
export const feedOf = (player) => feeds.get(player);

/** A browser without it can't keep pictures: a video is then held back for all, by the worker. */
const keepsPictures = () => 'VideoFrame' in globalThis;

export class Feed {
  #store;
  #wanted;
  /** @type {Map<FeedEvents, import('../core/store.js').Store>} with what each knows */
  #followers = new Map();
  /** @type {Set<() => void>} */
  #watchers = new Set();
  /** Of the connection. @type {import('../core/clock.js').ServerClock|null} */
  clock = null;
  /** @type {MediaStream|null} */
  #track = null;
  /** Of each model the newest. @type {Map<string, import('../core/protocol.js').ModelState>} */
  #models = new Map();

  /** @param {Element} player @param {import('../core/store.js').Store} store of it @param {() => void} [wanted] is told when somebody begins to follow */
  constructor(player, store, wanted = () => {}) {
    feeds.set(player, this);
    this.#store = store;
    this.#wanted = wanted;
    store.on(FACTS, (facts, before) => {
      for (const follower of this.#followers.values()) follower.set(this.#facts);
      if (facts.transport !== 'socket' || before.transport === 'socket') return;
      this.#track = null;  // of WebRTC
      this.#restart();
    });
  }

  /**
   * A connection begins.
   * @param {import('../core/clock.js').ServerClock} clock
   * @param {import('../core/beside.js').SessionEvents} own what the player itself is to be told
   * @returns {FeedEvents} tells its followers too
   */
  begin(clock, own) {
    this.clock = clock;
    this.#forget();
    this.#store.set({ shared: this.followed && keepsPictures() });
    this.#restart();
    /** @param {(events: import('../core/beside.js').SessionEvents) => void} tell */
    const all = (tell) => [own, ...this.#followers.keys()].forEach(tell);
    return {
      track: (stream) => {
        this.#track = stream;
        all((one) => one.track(stream));
      },
      model: (state) => {
        this.#models.set(state.model, state);
        all((one) => one.model(state));
      },
      result: (result) => all((one) => one.result(result)),
      delays: (delays) => all((one) => one.delays(delays)),
      stats: (stats) => all((one) => one.stats(stats)),
      frame: (frame, info) => [...this.#followers.keys()].forEach((one) => one.frame(frame.clone(), info)),
      ended: own.ended,
    };
  }

  /** The connection has ended. @param {import('../core/signaling.js').SessionError} error */
  end(error) {
    this.#forget();
    for (const follower of [...this.#followers.keys()]) follower.ended(error);
  }

  /** @param {() => void} begun is told of each connection that begins: it has to be joined anew @returns {() => void} ends it */
  watch(begun) {
    this.#watchers.add(begun);
    this.#wanted();
    return () => { this.#watchers.delete(begun); };
  }

  /**
   * @param {FeedEvents} follower is told what comes from now on, and of what came what counts still
   * @param {import('../core/store.js').Store} store of the player that follows
   * @returns {() => void} ends it
   */
  join(follower, store) {
    this.#followers.set(follower, store);
    this.#store.set({ shared: keepsPictures() });
    const stopLooking = store.on(['looking'], () => this.#count());
    this.#count();
    store.set(this.#facts);
    for (const state of this.#models.values()) follower.model(state);
    if (this.#track) follower.track(this.#track);
    return () => {
      stopLooking();
      this.#followers.delete(follower);
      this.#count();
    };
  }

  /** Whether anybody follows. */
  get followed() {
    return this.#watchers.size > 0;
  }

  get #facts() {
    return Object.fromEntries(FACTS.map((name) => [name, this.#store.facts[name]]));
  }

  #count() {
    this.#store.set({ watched: [...this.#followers.values()].some(({ facts }) => facts.looking) });
  }

  #restart() {
    for (const begun of [...this.#watchers]) begun();
  }

  #forget() {
    this.#track = null;
    this.#models.clear();
  }
}
