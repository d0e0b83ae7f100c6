// SPDX-License-Identifier: LGPL-2.1-or-later
// Which of the two views there is, and why. Pure.

/**
 * @param {{settings: import('./settings.js').Settings, stream: import('./protocol.js').Stream|null, transport: string|null,
 *   delayable: boolean, shared: boolean, fault: string}} facts
 * @returns {{mode: import('./settings.js').Mode, obstacle: string}} `obstacle`: why there can be no exact view, in words; '' where there can
 */
export function modeOf({ settings, stream, transport, delayable, shared, fault }) {
  const obstacle = obstacleOf(stream, transport, delayable || shared, fault);
  return { mode: obstacle === '' ? settings.mode ?? 'exact' : 'async', obstacle };
}

/** @param {import('./protocol.js').Stream|null} stream @param {string|null} transport @param {boolean} holds whether the page can have it later @param {string} fault */
function obstacleOf(stream, transport, holds, fault) {
  if (!stream) return 'Not connected yet';
  if (fault) return fault;
  // what comes by WebSocket is named there
  if (!stream.stamp && transport !== 'socket') return 'The video carries no frame stamps: the pipeline needs the element framestamp';
  return holds ? '' : 'This browser can’t hold video back (RTCRtpScriptTransform)';
}
