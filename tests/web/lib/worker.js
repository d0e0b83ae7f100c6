// SPDX-License-Identifier: LGPL-2.1-or-later
// The page's worker and what stands between network and decoder, in the test's own thread and time.

/** As the page sees it: the messages that it was sent. */
export class FakeWorker {
  /** @type {FakeWorker} */
  static last;
  /** @type {Record<string, unknown>[]} */
  received = [];
  terminated = false;
  onmessage = null;
  onerror = null;

  constructor() {
    FakeWorker.last = this;
  }

  /** @param {Record<string, unknown>} message */
  postMessage(message) {
    this.received.push(message);
  }

  terminate() {
    this.terminated = true;
  }

  /** The worker says so. @param {object} message */
  say(message) {
    this.onmessage?.({ data: message });
  }
}

export class FakeTransform {
  /** @param {FakeWorker} worker */
  constructor(worker) {
    this.worker = worker;
  }
}
