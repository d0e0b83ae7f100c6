// SPDX-License-Identifier: LGPL-2.1-or-later
// The server's messages, typed and checked as launcher/PROTOCOL.md has them. No I/O: a bad message is a value.

/**
 * @typedef {{type: 'offer', sdp: string, stamped?: boolean, iceServers?: RTCIceServer[], streams?: unknown}} Offer `streams`: see offeredStreams()
 * @typedef {{name: string, mids: string[], stamped?: boolean}} OfferedStream
 * @typedef {{type: 'candidate', candidate: string, sdpMLineIndex: number}} Candidate
 * @typedef {{type: 'locked', message: string}} Locked
 * @typedef {{type: 'access', control: boolean}} Access
 * @typedef {{type: 'error', code: string, message: string, stream?: string}} ServerError
 * @typedef {{type: 'answer', sdp: string}} Answer
 * @typedef {{rows: number, cell: number}} Stamp
 * @typedef {{type: 'stream', clockRate: 90000, rtpOffset: number|null, epoch: number, stamp: Stamp|null,
 *   state: 'live'|'lost', message: string, rungs?: (Size & Stamp)[]}} Stream
 * @typedef {{width: number, height: number}} Size
 * @typedef {{label: string, confidence: number|null, x: number, y: number, w: number, h: number,
 *   [field: string]: unknown}} DetectedObject
 * @typedef {{type: 'result', frame: number, model: string, ms: number|null, age?: number, width: number, height: number,
 *   whole?: boolean, objects: DetectedObject[]}} Result
 * @typedef {{type: 'model', model: string, state: 'starting'|'running'|'failed', message: string, since: number}} ModelState
 * @typedef {{type: 'pong', t: number, now: number, encoded?: number|null, sent?: number|null}} Pong
 * @typedef {Size & {type: 'link', rung: number, rungs: number, bitrate: number, framerate: number|null, carries: number|null,
 *   reason: string}} Link
 * @typedef {number|boolean|string} Value
 * @typedef {{type: 'property', name: string, title: string, description: string, writable: boolean, value: Value, initial: Value, min?: number,
 *   max?: number, whole?: boolean, choices?: {value: string, title: string}[]}} Property
 * @typedef {{name: string, min: number, max: number, value: number}} Trackbar
 * @typedef {{button: number, name: string, kind: 'push'|'check'|'radio', bar: number, on: boolean}} Button
 * @typedef {Size & {type: 'window', title: string, state: 'open'|'closed'|'ended', message: string, picture: string, mouse: boolean, objects: boolean, writable: boolean,
 *   overlay: string, status: string, trackbars: Trackbar[], buttons: Button[]}} ProgramWindow
 * @typedef {{type: 'media', video: {codec: string, description?: string}, audio: AudioFormat|null}} Media
 * @typedef {{codec: string, rate: number, channels: number}} AudioFormat
 * @typedef {{type: 'key', key: string} | MouseInput | {type: 'trackbar', name: string, value: number} | {type: 'button', button: number, on: boolean} | {type: 'close'}} Input what is done in a program's window
 * @typedef {{type: 'mouse', event: 'move'|'down'|'up'|'double'|'wheel', x: number, y: number, button: number, buttons: number, shift: boolean,
 *   ctrl: boolean, alt: boolean, wheel: [number, number]}} MouseInput
 * @typedef {{type: 'ping', t: number} | {type: 'keyframe'} | {type: 'results', repeats: number} | {type: 'playout', max: number} |
 *   {type: 'video', wanted: boolean, maxBitrate: number|null, maxHeight?: number} | {type: 'set', name: string, value: Value} | Input} Request
 *   what a viewer asks of the server on `control`
 * @typedef {{type: 'unknown'}} Unknown a type that a newer server may have
 * @typedef {{type: 'invalid', reason: string}} Invalid
 * @typedef {(value: unknown) => boolean} Check
 * @typedef {Record<string, Check>} Fields
 */

/** @type {Check} */
const isText = (v) => typeof v === 'string';
/** @type {Check} */
const isNumber = (v) => Number.isFinite(v);
/** @type {Check} */
const isInteger = (v) => Number.isInteger(v);
/** @type {Check} */
const isCount = (v) => isInteger(v) && /** @type {number} */ (v) >= 0;
/** @type {Check} */
const isSize = (v) => isNumber(v) && /** @type {number} */ (v) > 0;
/** @type {Check} */
const isU32 = (v) => isCount(v) && /** @type {number} */ (v) <= 0xffffffff;
/** @param {Check} check @returns {Check} */
const orNull = (check) => (v) => v === null || check(v);
/** @param {Check} check @returns {Check} */
const orAbsent = (check) => (v) => v === undefined || check(v);
/** @param {...unknown} values @returns {Check} */
const oneOf = (...values) => (v) => values.includes(v);
/** @type {Check} */
const isTruth = oneOf(true, false);
/** @type {Check} */
const isValue = (v) => isNumber(v) || isTruth(v) || isText(v);
/** @param {Fields} fields @returns {Check} */
const object = (fields) => (v) => isRecord(v) && wrongField(v, fields) === null;
/** @param {Check} check @returns {Check} */
const listOf = (check) => (v) => Array.isArray(v) && v.every(check);

const STAMP = { rows: isCount, cell: isCount };
/** A picture with its stamp. */
const CODED = { width: isCount, height: isCount };
const isDetected = object({
  label: isText, confidence: orNull(isNumber), x: isNumber, y: isNumber, w: isNumber, h: isNumber,
});

/** @type {Record<string, Fields>} */
const SIGNALS = {
  offer: { sdp: isText, stamped: orAbsent(isTruth), iceServers: orAbsent(listOf(object({ urls: listOf(isText) }))) },
  candidate: { candidate: isText, sdpMLineIndex: isCount },
  locked: { message: isText },
  access: { control: isTruth },
  error: { code: isText, message: isText, stream: orAbsent(isText) },
};
/** @type {Record<string, Fields>} */
const RESULTS = {
  stream: {
    clockRate: oneOf(90000), rtpOffset: orNull(isU32), epoch: isNumber, stamp: orNull(object(STAMP)),
    state: oneOf('live', 'lost'), message: isText, rungs: orAbsent(listOf(object({ ...CODED, ...STAMP }))),
  },
  result: {
    frame: isU32, model: isText, ms: orNull(isNumber), age: orAbsent(isNumber), width: isSize, height: isSize, whole: orAbsent(isTruth),
    objects: listOf(isDetected),
  },
  model: { model: isText, state: oneOf('starting', 'running', 'failed'), message: isText, since: isNumber },
};
/** @type {Record<string, Fields>} */
const CONTROLS = {
  pong: { t: isNumber, now: isNumber, encoded: orAbsent(orNull(isNumber)), sent: orAbsent(orNull(isNumber)) },
  link: {
    ...CODED, rung: isCount, rungs: isCount, bitrate: isNumber, framerate: orNull(isNumber), carries: orNull(isNumber),
    reason: isText,
  },
  property: {
    name: isText, title: isText, description: isText, writable: isTruth, value: isValue, initial: isValue, min: orAbsent(isNumber), max: orAbsent(isNumber),
    whole: orAbsent(isTruth), choices: orAbsent(listOf(object({ value: isText, title: isText }))),
  },
  window: {
    ...CODED, title: isText, state: oneOf('open', 'closed', 'ended'), message: isText, picture: isText, mouse: isTruth, objects: isTruth, writable: isTruth,
    overlay: isText, status: isText, trackbars: listOf(object({ name: isText, min: isInteger, max: isInteger, value: isInteger })),
    buttons: listOf(object({ button: isInteger, name: isText, kind: isText, bar: isInteger, on: isTruth })),
  },
};

/** @type {Record<string, Fields>} */
const BESIDE = {
  ...RESULTS, ...CONTROLS,
  media: {
    video: object({ codec: isText, description: orAbsent(isText) }),
    audio: orNull(object({ codec: isText, rate: isSize, channels: isSize })),
  },
};

/** @param {unknown} v @returns {v is Record<string, unknown>} */
const isRecord = (v) => typeof v === 'object' && v !== null && !Array.isArray(v);

/** @param {Record<string, unknown>} record @param {Fields} fields @returns {string|null} */
const wrongField = (record, fields) => Object.keys(fields).find((name) => !fields[name](record[name])) ?? null;

/** @param {unknown} data @param {Record<string, Fields>} known @returns {any} */
function parse(data, known) {
  let message;
  try {
    message = JSON.parse(/** @type {string} */ (data));
  } catch {
    return invalid('not JSON');
  }
  if (!isRecord(message) || !isText(message.type)) return invalid('not an object with a type');
  const type = /** @type {string} */ (message.type);
  if (!Object.hasOwn(known, type)) return { type: 'unknown' };
  const field = wrongField(message, known[type]);
  return field === null ? message : invalid(`"${field}" of ${type} is missing or wrong`);
}

/** @param {string} reason @returns {Invalid} */
const invalid = (reason) => ({ type: 'invalid', reason });

/** @type {(data: unknown) => Offer|Candidate|Locked|Access|ServerError|Unknown|Invalid} */
export const parseSignal = (data) => parse(data, SIGNALS);
/** @type {(data: unknown) => Stream|Result|ModelState|Unknown|Invalid} */
export const parseResults = (data) => parse(data, RESULTS);
/** @type {(data: unknown) => Pong|Link|Property|ProgramWindow|Unknown|Invalid} */
export const parseControl = (data) => parse(data, CONTROLS);
/**
 * The streams of an offer that is for several.
 * @param {Offer} offer @returns {OfferedStream[]|null} null: they are missing or wrong
 */
export function offeredStreams({ streams }) {
  const right = listOf(object({ name: isText, mids: listOf(isText), stamped: orAbsent(isTruth) }));
  return right(streams) ? /** @type {OfferedStream[]} */ (streams) : null;
}

/**
 * Which stream a message is of, where a connection has several. `state`: what of that stream it tells the state of, of which the newest message counts; '': of nothing.
 * @param {unknown} data @returns {{stream: string, state: string}|null} null: of none, or not to be understood
 */
export function addressOf(data) {
  let message;
  try {
    message = JSON.parse(String(data));
  } catch {
    return null;
  }
  if (!isRecord(message) || typeof message.stream !== 'string') return null;
  const { stream, type, name, model } = message;
  return { stream, state: oneOf('stream', 'link', 'property', 'model', 'window')(type) ? `${type} ${name ?? model ?? ''}` : '' };
}

/** What comes by WebSocket beside the frames. @type {(data: unknown) => Media|Stream|Result|ModelState|Pong|Link|Property|ProgramWindow|Unknown|Invalid} */
export const parseBeside = (data) => parse(data, BESIDE);
