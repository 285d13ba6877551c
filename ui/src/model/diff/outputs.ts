/** What a cell of a notebook gave when the run executed it. */

import type { Executed, ExecutedCell } from '../../contract';

/** Find the last execution of a cell by its source; null when this source did not run. */
export function findExecuted(executed: Executed, source: string): ExecutedCell | null {
  const wanted = source.trim();
  const found = executed.cells.filter(cell => cell.source.trim() === wanted);
  return wanted === '' ? null : (found[found.length - 1] ?? null);
}
