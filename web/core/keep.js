// SPDX-License-Identifier: LGPL-2.1-or-later

/**
 * Puts an entry into a map as its newest one. Of more than `most` the oldest goes.
 * @template K, V @param {Map<K, V>} map @param {K} key @param {V} value @param {number} most
 */
export function keep(map, key, value, most) {
  map.delete(key);
  map.set(key, value);
  const [oldest] = map.keys();
  if (map.size > most) map.delete(oldest);
}
