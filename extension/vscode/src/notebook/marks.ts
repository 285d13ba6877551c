/** Which cells of a notebook ran in a run, and how: what the journal says of cells, found again in the editor. Pure. */

import type { CellShown } from '@trackside/ui';

/** A cell as the editor holds it. */
export interface CellSeen {
  /** Address of its document, which VS Code gives the kernel as the id of the cell. */
  readonly id: string;
  /** Its number at the left. */
  readonly count: number | null;
  readonly source: string;
}

/** How a cell went; it may have been edited since. */
export interface Mark {
  readonly state: 'running' | 'ran' | 'failed';
  readonly isEdited: boolean;
}

/**
 * The marks of cells by their place; the last execution of a cell counts.
 *
 * The id is known while the run is open. Later, and in another window, a cell is the one of the same number and source.
 */
export function marksOf(ran: readonly CellShown[], cells: readonly CellSeen[]): ReadonlyMap<number, Mark> {
  const byId = new Map(cells.map((cell, at) => [cell.id, at]));
  const byCount = new Map(cells.flatMap((cell, at) => (cell.count === null ? [] : [[cell.count, at] as const])));
  const marks = new Map<number, Mark>();
  for (const { id, count, source, ok } of ran) {
    const known = id ? byId.get(id) : undefined;
    const counted = count === null ? undefined : byCount.get(count);
    const at = known ?? (counted !== undefined && isSame(cells[counted]?.source, source) ? counted : undefined);
    if (at !== undefined) {
      const state = ok === null ? 'running' : ok ? 'ran' : 'failed';
      marks.set(at, { state, isEdited: !isSame(cells[at]?.source, source) });
    }
  }
  return marks;
}

function isSame(one: string | undefined, other: string): boolean {
  return one !== undefined && normal(one) === normal(other);
}

/** Kernels get a cell with plain newlines; some front ends cut off the last. */
function normal(source: string): string {
  return source.replaceAll('\r\n', '\n').trimEnd();
}
