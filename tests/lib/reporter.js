// SPDX-License-Identifier: LGPL-2.1-or-later
// What node:test tells of each test of a file, as lines of JSON for tests/run.js.
import { inspect } from 'node:util';

export default async function* reporter(events) {
  const suites = [];  // names of those that the test is in
  for await (const { type, data } of events) {
    if (type === 'test:start') {
      suites.length = data.nesting;
      suites[data.nesting] = data.name;
    } else if (type === 'test:diagnostic' && data.nesting > 0) {
      yield `${JSON.stringify({ note: data.message })}\n`;
    } else if (type === 'test:pass' || type === 'test:fail') {
      // a suite passes and fails with its tests, and on its own it fails by its hooks, or is left out
      const { details, skip } = data;
      const cause = details.error?.cause ?? details.error;
      const byItsTests = type === 'test:pass' ? skip === undefined : details.error?.failureType === 'subtestsFailed';
      if (details.type === 'suite' && byItsTests) continue;
      yield `${JSON.stringify({
        name: [...suites.slice(0, data.nesting), data.name].join(' › '), passed: type === 'test:pass', seconds: details.duration_ms / 1000,
        ...(skip !== undefined && { skipped: skip || 'no reason given' }),
        ...(type === 'test:fail' && { error: typeof cause === 'string' ? cause : cause?.stack ?? inspect(cause) }),
      })}\n`;
    }
  }
}
