// SPDX-License-Identifier: LGPL-2.1-or-later
// Which of the two views there is, and why. Pure.

/**
 * @param {{settings: import('./settings.js').Settings, stream: import('./protocol.js').Stream|null, transport: string|null,
 *   delayable: boolean, fault: string}} facts
 * @returns {{mode: import('./settings.js').Mode, obstacle: string}} `obstacle`: why there can be no exact view, in words; '' where there can
 */
export function modeOf({ settings, stream, transport, delayable, fault }) {
  const obstacle = obstacleOf(stream, transport, delayable, fault);
  return { mode: obstacle === '' ? settings.mode ?? 'exact' : 'async', obstacle };
}

/** @param {import('./protocol.js').Stream|null} stream @param {string|null} transport @param {boolean} delayable @param {string} fault */
function obstacleOf(stream, transport, delayable, fault) {
  if (!stream) return 'Not connected yet';
  // what comes by WebSocket is named there
  if (!stream.stamp && transport !== 'socket') return 'The video carries no frame stamps: the pipeline needs the element framestamp';
  if (fault) return fault;
  return delayable ? '' : 'This browser can’t hold video back (RTCRtpScriptTransform)';
}
