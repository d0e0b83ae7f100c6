// SPDX-License-Identifier: LGPL-2.1-or-later
// What bench/links makes of what a page saw, and the goals. Pure.
import { percentile } from '../../tests/lib/wait.js';

/** Of every connection the first 2 s are left out: until then it is set up, and its sender knows nothing of the link. */
export const LEFT_OUT_MS = 2000;
/** A rung that is found by then was found at the start: changes are counted from here on. */
const SETTLED_MS = 5000;
const MOST_CHANGES = 4;  // a minute
/** How many frames the exact view shows on a link that changes all the time. */
export const CHANGES_FRAMES = 10_000;

const p = (values, percent) => (values.length > 0 ? percentile(values, percent) : NaN);

/** The longest time in which no new frame was shown. @param {number[]} times @param {number} from @param {number} to */
function longestGap(times, from, to) {
  const before = times.filter((at) => at < from).slice(-1);
  const all = [...(before.length > 0 ? before : [from]), ...times.filter((at) => at >= from && at < to), to];
  return Math.max(...all.slice(1).map((at, i) => at - all[i]));
}

/** Moments at which another rung is told. @param {{at: number, rung: number}[]} links */
const changesOf = (links) => links.filter(({ rung }, i) => i > 0 && rung !== links[i - 1].rung);

/**
 * After the link fell until another rung was told, and after it rose again until the top one was, in s.
 * @param {{at: number, rung: number}[]} links @param {number[]} turns when it fell and rose, by the page's clock
 */
function answers(links, [fall, rise]) {
  if (rise === undefined) return {};
  const rungAt = (time) => links.filter(({ at }) => at <= time).at(-1)?.rung ?? NaN;
  const lower = links.find(({ at, rung }) => at > fall && rung > rungAt(fall));
  const top = links.find(({ at, rung }) => at > rise && rung === 0);
  return { fall: lower ? (lower.at - fall) / 1000 : NaN, rise: top ? (top.at - rise) / 1000 : NaN };
}

/** Bits a second that came. @param {{at: number, bytes: number}[]} course */
function bitsOf(course, from, to) {
  const inside = course.filter(({ at }) => at >= from && at < to);
  return inside.length < 2 ? NaN : (inside.at(-1).bytes - inside[0].bytes) * 8000 / (inside.at(-1).at - inside[0].at);
}

/**
 * @param {object} report of the page @param {number} length of the connection, in ms
 * @param {number[]} turns when the link's rate changed, by the page's clock
 */
export function figures({ drift, frames, first, presentations, results, links, course }, length, turns) {
  if (Math.abs(drift) > 1) throw new Error(`the system's clock was moved by ${drift.toFixed(1)} ms`);
  const [from, to] = [first.connect + LEFT_OUT_MS, first.connect + length];
  const within = ({ at }) => at >= from && at < to;
  const latencies = frames.filter(within).map(({ latency }) => latency);
  const shown = presentations.filter((at) => within({ at })).length;
  const ages = results.filter(within).map(({ age }) => age);
  const minutes = (length - SETTLED_MS) / 60_000;
  const changes = changesOf(links).filter(({ at }) => at >= first.connect + SETTLED_MS && at < to).length;
  return {
    firstFrame: first.shown - first.connect, shown: shown * 1000 / (to - from), p50: p(latencies, 50), p95: p(latencies, 95),
    gap: longestGap(presentations, from, to), unreadable: shown - latencies.length, bits: bitsOf(course, from, to),
    ...(links.length > 0 && { top: ((links.find(({ rung }) => rung === 0)?.at ?? NaN) - first.connect) / 1000, changes: changes / minutes, rung: links.at(-1).rung,
      age: p(ages, 95), results: ages.length * 1000 / (to - from) }),
    ...answers(links, turns),
  };
}

/** Of the exact view. @param {object} begin what the player said then @param {object} end @param {number} length in ms */
export function exactFigures({ exact: begin }, { exact: end, firstFrame }, length) {
  const more = (what, name) => end[what][name] - begin[what][name];
  const results = ['onFrame', 'late', 'unseen'].reduce((sum, name) => sum + more('results', name), 0);
  return {
    firstFrame, shown: more('frames', 'shown') * 1000 / length, results: results * 1000 / length,
    onFrame: results > 0 ? 100 * more('results', 'onFrame') / results : NaN, frames: more('frames', 'shown'),
    mismatched: more('frames', 'mismatched') + more('frames', 'disagreeing'), unreadable: more('frames', 'unreadable'), readBack: more('frames', 'readBack'),
  };
}

/** Medians over the rounds. @param {object[]} runs @param {string} peer @param {string} column */
export function median(runs, peer, column) {
  return p(runs.filter((run) => run.peer === peer).map((run) => run[column]).filter(Number.isFinite), 50);
}

/**
 * @typedef {{name: string, figure: number, least?: number, most?: number, of: string[]}} Goal `figure`: what was reached; `of`: the peers
 *   that it is about
 */

/** @param {string} name @param {number} figure @param {number} limit @param {string[]} [of] @returns {Goal} */
const most = (name, figure, limit, of = ['ours']) => ({ name, figure, most: limit, of });

/** Of the worst run; not a number if one looked at nothing. @param {object[]} runs */
const mismatched = (runs) => Math.max(...runs.filter(({ peer, failure }) => peer === 'exact' && !failure)
  .map((run) => (run.readBack > 0 ? run.mismatched : NaN)));

/**
 * The goals for one link.
 * @param {object[]} runs of that link in one browser @param {string} link @param {number} length of a connection, in ms
 */
function goalsOf(runs, link, length) {
  const ours = (column) => median(runs, 'ours', column);
  const exact = (column) => median(runs, 'exact', column);
  const beside = (name, column, limit) => most(name, ours(column) / median(runs, 'libwebrtc', column), limit, ['ours', 'libwebrtc']);
  /** Of frames there may be one more or less at each end. */
  const shown = (fps) => ({ name: 'frames shown a second', figure: ours('shown'), least: fps - 2000 / (length - LEFT_OUT_MS), of: ['ours'] });
  const minutes = (length - SETTLED_MS) / 60_000;
  const changes = most('changes a minute', ours('changes'), Math.ceil(MOST_CHANGES * minutes) / minutes);
  const quick = [shown(29), beside("median / libwebrtc's", 'p50', 0.5), beside("95th percentile / libwebrtc's", 'p95', 0.7), changes];
  const always = [most('age of results, p95, ms', ours('age'), 250), most('mismatched frames of the exact view', mismatched(runs), 0, ['exact'])];
  const own = {
    free: [shown(29), changes, most('to the top rung, s', ours('top'), 2)],
    400: quick,
    250: [...quick, { name: 'results on their frame, %', figure: exact('onFrame'), least: 90, of: ['exact'] }],
    120: [shown(24), most('95th percentile, ms', ours('p95'), 300), changes],
    60: [shown(10), most('median, ms', ours('p50'), 200), most('95th percentile, ms', ours('p95'), 600), changes],
    changes: [{ name: 'frames of the exact view', figure: exact('frames'), least: CHANGES_FRAMES, of: ['exact'] }],
    steps: [most('longest gap, ms', ours('gap'), 120), most('from the fall to another rung, s', ours('fall'), 0.7),
      most('from the rise to the top rung, s', ours('rise'), 6)],
  };
  return [...own[link] ?? [changes], ...always];
}

/** Those of the peers that were tried. @param {object[]} runs @param {string} link @param {number} length @returns {Goal[]} */
export function goals(runs, link, length) {
  const tried = new Set(runs.map(({ peer }) => peer));
  return goalsOf(runs, link, length).filter(({ of }) => of.every((peer) => tried.has(peer)));
}

/** What could not be measured is not met. @param {Goal} goal */
export const isMet = ({ figure, least = -Infinity, most: limit = Infinity }) => figure >= least && figure <= limit;
