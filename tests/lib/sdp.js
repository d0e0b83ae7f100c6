// SPDX-License-Identifier: LGPL-2.1-or-later
// Answers by hand: well-formed, but nobody stands behind them.

export const fingerprint = `sha-256 ${Array(32).fill('AB').join(':')}`;

/** Media sections of a description, each with its first line. */
export const sections = (sdp) => sdp.split(/(?=^m=)/m).slice(1);

const attribute = (section, name) => section.match(new RegExp(`^a=${name}:(.*?)\\r?$`, 'm'))?.[1];
const lines = (section, pattern) => section.split(/\r?\n/).filter((line) => pattern.test(line));

/** The answer of a viewer that takes everything offered and whose DTLS never comes. */
export function answerTo(offer) {
  const media = sections(offer).map((section) => [
    section.split(/\r?\n/)[0].replace(/^(m=\w+) \d+/, '$1 9'),
    'c=IN IP4 0.0.0.0',
    'a=ice-ufrag:abcd',
    'a=ice-pwd:abcdefghijklmnopqrstuvwx',
    `a=fingerprint:${fingerprint}`,
    'a=setup:active',
    `a=mid:${attribute(section, 'mid')}`,
    ...(section.startsWith('m=application')
      ? lines(section, /^a=(sctp-port|sctpmap|max-message-size)/)
      : ['a=rtcp-mux', 'a=recvonly', ...lines(section, /^a=(rtpmap|fmtp|rtcp-fb|extmap)/)]),
  ]);
  const bundle = sections(offer).map((section) => attribute(section, 'mid')).join(' ');
  return [
    'v=0', 'o=- 1 1 IN IP4 127.0.0.1', 's=-', 't=0 0', `a=group:BUNDLE ${bundle}`, ...media.flat(), '',
  ].join('\r\n');
}

export const candidate = (address = '127.0.0.1', port = 9) => `candidate:1 1 UDP 2130706431 ${address} ${port} typ host`;
