/** What is different about a run. */

import type { RunRow, Value } from '../contract';

/** The parameters by which a run differs from the baseline run; all of them when there is none. */
export function differing(row: RunRow, baseline: RunRow | null): readonly (readonly [string, Value | undefined])[] {
  if (!baseline) {
    return Object.entries(row.params);
  }
  if (baseline.id === row.id) {
    return [];
  }
  const names = new Set([...Object.keys(row.params), ...(row.status === 'open' ? [] : Object.keys(baseline.params))]);
  return [...names]
    .filter(name => JSON.stringify(row.params[name]) !== JSON.stringify(baseline.params[name]))
    .map(name => [name, row.params[name]] as const);
}
