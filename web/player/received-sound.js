// SPDX-License-Identifier: LGPL-2.1-or-later

/** Sound that the page itself decodes comes unevenly: so much is kept in hand, and what is more than the other is left out. */
const RESERVE_S = 0.06;
const MOST_RESERVE_S = 0.3;

/** Plays pieces of sound one after the other. */
export class ReceivedSound {
  #sound;
  #store;
  /** When the piece behind the last one is due, on the context's clock. */
  #next = 0;

  /** @param {import('./sound.js').Sound} sound @param {import('../core/store.js').Store} store */
  constructor(sound, store) {
    this.#sound = sound;
    this.#store = store;
  }

  /** @param {AudioData} data which it closes */
  play(data) {
    const { output } = this.#sound;
    if (output && this.#store.facts.audible) this.#play(data, output);
    data.close();
  }

  /** @param {AudioData} data @param {AudioNode} output */
  #play(data, output) {
    const { context } = output;
    if (this.#next > context.currentTime + MOST_RESERVE_S) return;
    const { numberOfChannels, numberOfFrames, sampleRate } = data;
    const buffer = context.createBuffer(numberOfChannels, numberOfFrames, sampleRate);
    for (let planeIndex = 0; planeIndex < numberOfChannels; ++planeIndex)
      data.copyTo(buffer.getChannelData(planeIndex), { planeIndex, format: 'f32-planar' });
    if (this.#next < context.currentTime) this.#next = context.currentTime + RESERVE_S;
    const source = new AudioBufferSourceNode(context, { buffer });
    source.connect(output);
    source.start(this.#next);
    this.#next += buffer.duration;
  }
}
