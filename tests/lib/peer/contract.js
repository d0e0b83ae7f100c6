// SPDX-License-Identifier: LGPL-2.1-or-later
// The messages in the tables of launcher/PROTOCOL.md as a check. Pure.

const kinds = {
  string: (value) => typeof value === 'string', boolean: (value) => typeof value === 'boolean',
  integer: Number.isInteger, number: Number.isFinite, null: (value) => value === null,
};

/**
 * @param {string} text of PROTOCOL.md @param {number} section @param {'viewer → server'|'server → viewer'} direction
 * @returns {Map<string, Record<string, (value: unknown) => boolean>>} the fields of each type
 */
export function messagesOf(text, section, direction) {
  const part = text.split(/^## /m)[section];
  const rows = [...part.matchAll(/^\| (\S+ → \S+|both) \| `(\{.*?\})` \| (.*) \|$/gm)].filter(([, way]) => way === direction || way === 'both');
  return new Map(rows.map(([, , shape, meaning]) => {
    const [[, , type], ...fields] = shape.replaceAll('\\|', '|').matchAll(/"(\w+)":"?([\w|]+)/g);
    const range = meaning.match(/(\d+) to (\d+)/);
    return [type, Object.fromEntries(fields.map(([, name, words]) => [name, (value) =>
      words.split('|').some((word) => kinds[word]?.(value) ?? value === word) && !(range && Number.isInteger(value) && words.includes('integer') && (value < range[1] || value > range[2]))]))];
  }));
}

/**
 * What is wrong with a message; null when nothing is.
 * @param {ReturnType<typeof messagesOf>} messages @param {string} text
 */
export function faultOf(messages, text) {
  const message = JSON.parse(text);
  const fields = messages.get(message.type);
  if (!fields) return `no such message: ${text}`;
  const wrong = Object.keys(fields).find((name) => !fields[name](message[name]));
  if (wrong) return `"${wrong}" is missing or wrong: ${text}`;
  const more = Object.keys(message).find((name) => name !== 'type' && !fields[name]);
  return more ? `"${more}" is no field of it: ${text}` : null;
}
