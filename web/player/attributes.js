// SPDX-License-Identifier: LGPL-2.1-or-later
// The player's attributes as properties.
import { DEFAULTS, UNLIMITED } from '../core/settings.js';

/** Frameworks give a property the text of an attribute. @param {number|string} limit */
const limitText = (limit) => Number(limit) === Infinity ? UNLIMITED : String(limit);


/** @param {Element} player @param {string} name @param {string} [otherwise] */
const textOf = (player, name, otherwise = '') => player.getAttribute(name) ?? otherwise;

/** @param {Element} player @param {string} name */
const limitOf = (player, name) => {
  const text = textOf(player, name, UNLIMITED);
  return text === UNLIMITED ? Infinity : Number(text);
};

/** @param {Element} player @param {string} name @param {string} text */
const write = (player, name, text) => player.setAttribute(name, text);

export class Attributes extends HTMLElement {
  /** The server's address, as a page or as a WebSocket: https://host:8080, wss://host:8080/ws. Without it: the page's own folder. */
  get src() { return textOf(this, 'src'); }

  set src(address) { write(this, 'src', address); }

  /** The id of another player of the page: this one shows what that one receives, and has no connection of its own. */
  get of() { return textOf(this, 'of'); }

  set of(id) { write(this, 'of', id); }

  /** Opens a server that wants one. */
  get token() { return textOf(this, 'token'); }

  set token(token) { write(this, 'token', token); }

  /** Where results come from, of video from an SFU: a cv-launch, perhaps with #token=… behind it. Without it: from the SFU. */
  get results() { return textOf(this, 'results'); }

  set results(address) { write(this, 'results', address); }

  /** The view: `async`, `exact`, or '': exact where the video is stamped. */
  get mode() { return textOf(this, 'mode'); }

  set mode(mode) { write(this, 'mode', mode); }

  /** What is drawn of results: `boxes` or `none`. */
  get overlay() { return textOf(this, 'overlay', DEFAULTS.overlay); }

  set overlay(overlay) { write(this, 'overlay', overlay); }

  /** What the exact view draws on frames that the model skipped: `interpolated`, `last`, `none`. */
  get fill() { return textOf(this, 'fill', DEFAULTS.fill); }

  set fill(fill) { write(this, 'fill', fill); }

  /** By how many ms the exact view may hold the video back, or Infinity. */
  get hold() { return limitOf(this, 'hold'); }

  set hold(ms) { write(this, 'hold', limitText(ms)); }

  /** Of the video, in bit/s, or Infinity. */
  get maxBitrate() { return limitOf(this, 'max-bitrate'); }

  set maxBitrate(bitrate) { write(this, 'max-bitrate', limitText(bitrate)); }

  /** No larger pictures than the smallest ones with so many lines, or Infinity. */
  get maxHeight() { return limitOf(this, 'max-height'); }

  set maxHeight(lines) { write(this, 'max-height', limitText(lines)); }

  /** By which way frames come: `auto`, `webrtc`, `socket`. */
  get transport() { return textOf(this, 'transport', DEFAULTS.transport); }

  set transport(transport) { write(this, 'transport', transport); }

  /** Whether the player's own controls and figures are seen below the picture. */
  get controls() { return this.hasAttribute('controls'); }

  set controls(shown) { this.toggleAttribute('controls', shown); }
}
