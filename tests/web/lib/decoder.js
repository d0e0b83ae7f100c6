// SPDX-License-Identifier: LGPL-2.1-or-later
// The browser's decoders (WebCodecs): they take what they are given, and decode it when the test says so.
import { FakeVideoFrame, Picture, videoOf } from './picture.js';

/** A chunk of either kind. */
export class FakeChunk {
  /** @param {{type: 'key'|'delta', timestamp: number, data: Uint8Array}} fields */
  constructor({ type, timestamp, data }) {
    Object.assign(this, { type, timestamp, data: [...data] });
  }
}

export class DecodedFrame extends FakeVideoFrame {
  /** @param {number} timestamp @param {Picture} [picture] */
  constructor(timestamp, picture = new Picture({ id: null, height: 360 })) {
    super(videoOf(picture));
    Object.assign(this, { timestamp, displayWidth: picture.width, displayHeight: picture.height });
  }
}

/** One of either kind. */
class FakeDecoder {
  state = 'unconfigured';
  /** @type {object} */
  config = {};
  /** What it was given. @type {any[]} */
  taken = [];
  #decoded = 0;
  #needsKey = true;

  /** @param {{output: (data: any) => void, error: (error: Error) => void}} callbacks */
  constructor({ output, error }) {
    this.output = output;
    this.error = error;
  }

  get decodeQueueSize() {
    return this.taken.length - this.#decoded;
  }

  /** @param {object} config */
  configure(config) {
    this.config = config;
    this.state = 'configured';
  }

  /** @param {any} chunk */
  decode(chunk) {
    if (this.state !== 'configured') throw new DOMException('closed', 'InvalidStateError');
    if (this.#needsKey && chunk.type !== 'key') throw new DOMException('a key frame is needed', 'DataError');
    this.#needsKey = false;
    this.taken.push(chunk);
  }

  close() {
    if (this.state === 'closed') throw new DOMException('closed', 'InvalidStateError');
    this.state = 'closed';
  }

  /** What it has taken is decoded. @param {(chunk: any) => any} make what becomes of a chunk */
  finish(make) {
    const chunks = this.taken.slice(this.#decoded);
    this.#decoded = this.taken.length;
    for (const chunk of chunks) this.output(make(chunk));
  }

  /** It ends by itself. @param {string} name of the error */
  fail(name) {
    this.state = 'closed';
    this.error(new DOMException('', name));
  }
}

export class FakeVideoDecoder extends FakeDecoder {
  /** @type {FakeVideoDecoder[]} */
  static all = [];

  /** @param {ConstructorParameters<typeof FakeDecoder>[0]} callbacks */
  constructor(callbacks) {
    super(callbacks);
    FakeVideoDecoder.all.push(this);
  }

  /** @param {(chunk: any) => DecodedFrame} [make] */
  finish(make = ({ timestamp }) => new DecodedFrame(timestamp)) {
    super.finish(make);
  }
}

export class FakeAudioDecoder extends FakeDecoder {
  /** @type {FakeAudioDecoder[]} */
  static all = [];

  /** @param {ConstructorParameters<typeof FakeDecoder>[0]} callbacks */
  constructor(callbacks) {
    super(callbacks);
    FakeAudioDecoder.all.push(this);
  }
}

/** A browser that has them; none was made yet. */
export function decoders() {
  FakeVideoDecoder.all = [];
  FakeAudioDecoder.all = [];
  Object.assign(globalThis, {
    VideoDecoder: FakeVideoDecoder, EncodedVideoChunk: FakeChunk, AudioDecoder: FakeAudioDecoder, EncodedAudioChunk: FakeChunk,
  });
}

/** One that has none. */
export function noDecoders() {
  for (const name of ['VideoDecoder', 'EncodedVideoChunk', 'AudioDecoder', 'EncodedAudioChunk']) Reflect.deleteProperty(globalThis, name);
}
