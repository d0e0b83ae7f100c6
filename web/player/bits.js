// SPDX-License-Identifier: LGPL-2.1-or-later

/** A bit rate in words. @param {number} bitrate in bit/s */
export const bits = (bitrate) => bitrate < 1e6 ? `${(bitrate / 1e3).toFixed(0)} kbit/s` : `${(bitrate / 1e6).toFixed(2)} Mbit/s`;
