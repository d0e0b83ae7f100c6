// SPDX-License-Identifier: LGPL-2.1-or-later
// Where a cv-launch takes viewers. Pure.

/**
 * The address of a server's WebSocket. `ws:` and `wss:`, and an SFU's (`janus:`, `whep:`), are taken as they are; of a page, or of a folder that a proxy has put a server
 * below, it is `ws` in there: https://host:8080 is wss://host:8080/ws.
 * @param {string} src as <cv-player> has it @param {string} page that it is relative to
 * @returns {string} what can't be understood as it is: the connection says so
 */
export function socketAddress(src, page) {
  let url;
  try {
    url = new URL(src, page);
  } catch {
    return src;
  }
  if (!/^http/.test(url.protocol)) return url.href;
  url.hash = '';
  if (!url.pathname.endsWith('/ws')) url.pathname = url.pathname.replace(/\/?(index\.html)?$/, '/ws');
  return url.href.replace(/^http/, 'ws');
}

/** The same, for another way than WebRTC (launcher/PROTOCOL.md §1). @param {string} url @param {'socket'|'results'} transport */
export function withTransport(url, transport) {
  try {
    const address = new URL(url);
    address.searchParams.set('transport', transport);
    return address.href;
  } catch {
    return url;  // who connects to it will find out what is wrong with it
  }
}
