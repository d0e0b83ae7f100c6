// SPDX-License-Identifier: LGPL-2.1-or-later
// What axe-core finds in a page: names, contrast, roles. It sees into the player's shadow tree.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './paths.js';

const axe = readFileSync(join(root, 'tests/node_modules/axe-core/axe.min.js'), 'utf8');

/** What is wrong with the page as it is now. */
export async function violations(tab) {
  await tab.evaluate(axe);
  const found = await tab.evaluate(async () => {
    const { violations, passes } = await window.axe.run();
    return { passes: passes.length, violations: violations.map(({ id, help, nodes }) => `${id}: ${help}: ${nodes.map(({ target }) => target).join(' ')}`) };
  });
  assert.ok(found.passes > 10, `${found.passes} rules passed`);
  return found.violations;
}

/** Runs in the page: its colours are those for a browser that is dark. */
export function makeDark() {
  const rules = [...document.styleSheets].flatMap(({ cssRules }) => [...cssRules]).filter(({ conditionText }) => /light/.test(conditionText ?? ''));
  if (rules.length === 0) throw new Error('there is nothing for a light one');
  for (const rule of rules) rule.media.mediaText = 'not all';
}
