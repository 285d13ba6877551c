/** The order of a table: keys with directions, as text for the server and as clicks on heads of columns. */

/** One key of an order; `key` as the query language writes it. */
export interface SortKey {
  readonly key: string;
  readonly down: boolean;
}

// A key is anything but a comma, where quoted text may hold commas.
const KEY = /(?:[^,"']|"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')+/g;

/** Read `-metrics.acc,started`. */
export function parseSort(text: string): readonly SortKey[] {
  return (text.match(KEY) ?? [])
    .map(word => word.trim())
    .filter(word => word.replace(/^[+-]/, '') !== '')
    .map(word => ({ key: word.replace(/^[+-]/, ''), down: word.startsWith('-') }));
}

/** Write an order as the server reads it. */
export function formatSort(keys: readonly SortKey[]): string {
  return keys.map(({ key, down }) => (down ? `-${key}` : key)).join(',');
}

/**
 * Click on the head of a column: its first direction, the other one, none.
 *
 * With `add` the other keys stay, and the place of this one among them; `down` is the direction it starts with.
 */
export function cycleSort(keys: readonly SortKey[], key: string, down: boolean, add: boolean): readonly SortKey[] {
  const now = keys.find(one => one.key === key);
  const next = !now ? { key, down } : now.down === down ? { key, down: !down } : null;
  if (!add) {
    return next ? [next] : [];
  }
  if (!now) {
    return next ? [...keys, next] : keys;
  }
  return keys.flatMap(one => (one.key === key ? (next ? [next] : []) : [one]));
}
