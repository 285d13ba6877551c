/** Which cells of a notebook ran in a run, and how: what the journal says of cells, found again in the editor. Pure. */

import type { CellShown } from '@trackside/ui';

/** A cell as the editor holds it. */
export interface CellSeen {
  /** Address of its document, which VS Code gives the kernel as the id of the cell. */
  readonly id: string;
  /** Its number at the left; null while it runs, or never ran. */
  readonly count: number | null;
  readonly source: string;
}

/** How a cell went; it may have been edited since. */
export interface Mark {
  readonly state: 'running' | 'ran' | 'failed';
  readonly isEdited: boolean;
}

/**
 * The cells of one run, to be found again.
 *
 * The id is known while the run is open. Later, and in another window, a cell is the one of the same number and source.
 */
export class Marks {
  private readonly byId = new Map<string, CellShown>();
  private readonly byCount = new Map<number, CellShown>();
  /** The number of the last cell in the run. */
  readonly last: number;

  constructor(ran: readonly CellShown[]) {
    for (const cell of ran) {
      if (cell.id) {
        this.byId.set(cell.id, cell);
      }
      if (cell.count !== null) {
        this.byCount.set(cell.count, cell);
      }
    }
    this.last = ran.at(-1)?.cell ?? 0;
  }

  /** The mark of a cell; null when it is not of this run. What ran up to `before` counts no more for it. */
  of(seen: CellSeen, before = 0): Mark | null {
    const { id, count, source } = seen;
    const known = this.byId.get(id);
    const counted = count === null ? undefined : this.byCount.get(count);
    // A cell that has another number by now ran once more, in no run or the next.
    const isKnown = known && (count === null || known.count === null || known.count === count);
    const ran = isKnown ? known : counted && isSame(counted.source, source) ? counted : null;
    if (!ran || ran.cell <= before) {
      return null;
    }
    const state = ran.ok === null ? 'running' : ran.ok ? 'ran' : 'failed';
    return { state, isEdited: !isSame(ran.source, source) };
  }
}

function isSame(one: string, other: string): boolean {
  return normal(one) === normal(other);
}

/** Kernels get a cell with plain newlines; some front ends cut off the last. */
function normal(source: string): string {
  return source.replaceAll('\r\n', '\n').trimEnd();
}
