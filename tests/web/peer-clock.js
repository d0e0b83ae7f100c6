// SPDX-License-Identifier: LGPL-2.1-or-later
// A worker between encoder and network: tells the RTP timestamp of every frame and when it passed.

self.onrtctransform = async ({ transformer }) => {
  const reader = transformer.readable.getReader();
  const writer = transformer.writable.getWriter();
  const { viewer } = transformer.options;
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    self.postMessage({ viewer, rtp: value.timestamp, time: performance.timeOrigin + performance.now() });
    writer.write(value);
  }
};
