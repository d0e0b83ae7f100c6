// SPDX-License-Identifier: LGPL-2.1-or-later
// Encoded sound that the page itself has received, decoded (WebCodecs).

/** @typedef {import('./protocol.js').AudioFormat} AudioFormat */

export class SoundDecoder {
  #decoded;
  /** @type {AudioDecoder|null} */
  #decoder = null;
  /** @type {AudioFormat|null} */
  #format = null;

  /** @param {(data: AudioData) => void} decoded who is told closes it */
  constructor(decoded) {
    this.#decoded = decoded;
  }

  /** Of what comes from here on. @param {AudioFormat|null} format */
  set format(format) {
    this.close();
    this.#format = format;
  }

  /** @param {import('./frame-messages.js').EncodedFrame} frame */
  add({ data }) {
    if (!this.#format) return;
    if (this.#decoder?.state === 'closed') this.#decoder = null;  // taken away
    this.#decoder ??= this.#open(this.#format);
    this.#decoder.decode(new EncodedAudioChunk({ type: 'key', timestamp: 0, data }));
  }

  close() {
    if (this.#decoder && this.#decoder.state !== 'closed') this.#decoder.close();
    this.#decoder = null;
  }

  /** @param {AudioFormat} format */
  #open({ codec, rate, channels }) {
    const decoder = new AudioDecoder({
      output: this.#decoded,
      error: ({ name }) => { if (name === 'NotSupportedError') this.#format = null; },
    });
    decoder.configure({ codec, sampleRate: rate, numberOfChannels: channels });
    return decoder;
  }
}
