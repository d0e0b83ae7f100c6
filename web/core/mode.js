// SPDX-License-Identifier: LGPL-2.1-or-later
// Which of the two views there is, and why. Pure.

/**
 * @param {{settings: import('./settings.js').Settings, stream: import('./protocol.js').Stream|null, delayable: boolean}} facts
 * @returns {{mode: import('./settings.js').Mode, obstacle: string}} `obstacle`: why there can be no exact view, in words; '' where there can
 */
export function modeOf({ settings, stream, delayable }) {
  const obstacle = obstacleOf(stream, delayable);
  return { mode: obstacle === '' ? settings.mode ?? 'exact' : 'async', obstacle };
}

/** @param {import('./protocol.js').Stream|null} stream @param {boolean} delayable */
function obstacleOf(stream, delayable) {
  if (!stream) return 'Not connected yet';
  if (!stream.stamp) return 'The video carries no frame stamps: the pipeline needs the element framestamp';
  return delayable ? '' : 'This browser can’t hold video back (RTCRtpScriptTransform)';
}
