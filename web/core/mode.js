// SPDX-License-Identifier: LGPL-2.1-or-later
// Which of the two views there is, and why. Pure.

/**
 * @param {{settings: import('./settings.js').Settings, stream: import('./protocol.js').Stream|null, delayable: boolean, fault: string}} facts
 * @returns {{mode: import('./settings.js').Mode, obstacle: string}} `obstacle`: why there can be no exact view, in words; '' where there can
 */
export function modeOf({ settings, stream, delayable, fault }) {
  const obstacle = obstacleOf(stream, delayable, fault);
  return { mode: obstacle === '' ? settings.mode ?? 'exact' : 'async', obstacle };
}

/** @param {import('./protocol.js').Stream|null} stream @param {boolean} delayable @param {string} fault */
function obstacleOf(stream, delayable, fault) {
  if (!stream) return 'Not connected yet';
  if (!stream.stamp) return 'The video carries no frame stamps: the pipeline needs the element framestamp';
  if (fault) return fault;
  return delayable ? '' : 'This browser can’t hold video back (RTCRtpScriptTransform)';
}
