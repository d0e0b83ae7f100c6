// SPDX-License-Identifier: LGPL-2.1-or-later
// The player's attributes as properties.
import { DEFAULTS } from '../core/settings.js';

/** Frameworks give a property the text of an attribute. @param {number|string} limit */
const textOf = (limit) => Number(limit) === Infinity ? 'infinite' : String(limit);

/** @param {string|null} text */
const limitOf = (text) => text === null || text === 'infinite' ? Infinity : Number(text);

export class Attributes extends HTMLElement {
  /** The server's address, as a page or as a WebSocket: https://host:8080, wss://host:8080/ws. Without it: the page's own folder. */
  get src() { return this.getAttribute('src') ?? ''; }

  set src(address) { this.setAttribute('src', address); }

  /** The id of another player of the page: this one shows what that one receives, and has no connection of its own. */
  get of() { return this.getAttribute('of') ?? ''; }

  set of(id) { this.setAttribute('of', id); }

  /** Opens a server that wants one. */
  get token() { return this.getAttribute('token') ?? ''; }

  set token(token) { this.setAttribute('token', token); }

  /** The view: `async`, `exact`, or '': exact where the video is stamped. */
  get mode() { return this.getAttribute('mode') ?? ''; }

  set mode(mode) { this.setAttribute('mode', mode); }

  /** What is drawn of results: `boxes` or `none`. */
  get overlay() { return this.getAttribute('overlay') ?? DEFAULTS.overlay; }

  set overlay(overlay) { this.setAttribute('overlay', overlay); }

  /** What the exact view draws on frames that the model skipped: `interpolated`, `last`, `none`. */
  get fill() { return this.getAttribute('fill') ?? DEFAULTS.fill; }

  set fill(fill) { this.setAttribute('fill', fill); }

  /** By how many ms the exact view may hold the video back, or Infinity. */
  get hold() { return limitOf(this.getAttribute('hold')); }

  set hold(ms) { this.setAttribute('hold', textOf(ms)); }

  /** Of the video, in bit/s, or Infinity. */
  get maxBitrate() { return limitOf(this.getAttribute('max-bitrate')); }

  set maxBitrate(bitrate) { this.setAttribute('max-bitrate', textOf(bitrate)); }

  /** By which way frames come: `auto`, `webrtc`, `socket`. */
  get transport() { return this.getAttribute('transport') ?? DEFAULTS.transport; }

  set transport(transport) { this.setAttribute('transport', transport); }

  /** Whether the player's own controls and figures are seen below the picture. */
  get controls() { return this.hasAttribute('controls'); }

  set controls(shown) { this.toggleAttribute('controls', shown); }
}
