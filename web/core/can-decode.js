// SPDX-License-Identifier: LGPL-2.1-or-later

/** Whether this browser lets the page decode video: none does in a page by plain http from another machine. */
export const canDecode = () => typeof VideoDecoder === 'function' && typeof EncodedVideoChunk === 'function';

export const MAY_NOT_DECODE = 'may not decode video itself: open it by https, or through a tunnel to localhost';
