// SPDX-License-Identifier: LGPL-2.1-or-later
// The page's worker and what stands between network and decoder, in the test's own thread and time.

/** Of the files here. */
Object.assign(globalThis, { origin: 'null' });

/** As the page sees it: the messages that it was sent. */
export class FakeWorker {
  /** @type {FakeWorker} */
  static last;
  /** @type {Record<string, unknown>[]} */
  received = [];
  terminated = false;
  onmessage = null;
  onerror = null;

  /** @param {URL|string} url */
  constructor(url) {
    FakeWorker.last = this;
    this.url = url;
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
  /** @param {FakeWorker} worker @param {object} [options] that the worker is told */
  constructor(worker, options) {
    this.worker = worker;
    if (options) this.options = options;
    if (worker instanceof ModuleWorker) worker.attach(options);
  }
}

/** One end of a MessageChannel, whose other end is the test. */
export class FakePort {
  /** What was sent by it. @type {Record<string, unknown>[]} */
  sent = [];
  /** @type {((event: {data: any}) => void)|null} */
  onmessage = null;

  /** @param {Record<string, unknown>} message */
  postMessage(message) {
    this.sent.push(message);
  }
}

let loads = 0;

/** One that runs its module, as a worker with a scope of its own; one at a time. */
export class ModuleWorker extends FakeWorker {
  /** @type {ModuleWorker} */
  static last;
  /** What the module told the page. @type {object[]} */
  told = [];
  /** The frames that were handed on to the decoder, and when. @type {{frame: {timestamp: number}, at: number}[]} */
  handedOn = [];
  /** Handing on fails, as when the connection has ended. */
  broken = false;
  #scope = new EventTarget();
  /** @type {ReadableStreamDefaultController|null} */
  #network = null;

  /** @param {URL} url */
  constructor(url) {
    super(url);
    ModuleWorker.last = this;
    Object.assign(globalThis, {
      addEventListener: this.#scope.addEventListener.bind(this.#scope),
      postMessage: (/** @type {object} */ message) => {
        this.told.push(message);
        this.say(message);
      },
    });
    this.loaded = import(`${url}?${loads++}`);
  }

  /** @param {Record<string, unknown>} message */
  postMessage(message) {
    super.postMessage(message);
    this.#scope.dispatchEvent(Object.assign(new Event('message'), { data: message }));
  }

  /** The browser puts it between network and decoder. @param {object} [options] */
  attach(options) {
    const readable = new ReadableStream({ start: (controller) => { this.#network = controller; } });
    const writable = new WritableStream({
      write: (frame) => {
        if (this.broken) throw new Error('closed');
        this.handedOn.push({ frame, at: performance.now() });
      },
    });
    this.#scope.dispatchEvent(Object.assign(new Event('rtctransform'), { transformer: { readable, writable, options } }));
  }

  /** @param {{timestamp: number}} frame that has come over the network */
  arrive(frame) {
    this.#network?.enqueue(frame);
  }

  /** @param {Error} [error] that ends it */
  end(error) {
    if (error) this.#network?.error(error);
    else this.#network?.close();
  }
}
