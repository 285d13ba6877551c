/** Which cells of a notebook diff are shown, and which stand folded between them. */

import type { CellDiff } from '../../contract';

/** A cell that differs, or a stretch of cells that are the same on both sides. */
export type CellBlock =
  { readonly kind: 'cell'; readonly cell: CellDiff } | { readonly kind: 'same'; readonly cells: readonly CellDiff[] };

/** Fold stretches of unchanged cells. */
export function foldCells(cells: readonly CellDiff[]): CellBlock[] {
  const blocks: CellBlock[] = [];
  let same: CellDiff[] = [];
  const close = (): void => {
    if (same.length > 0) {
      blocks.push({ kind: 'same', cells: same });
      same = [];
    }
  };
  for (const cell of cells) {
    if (cell.change === 'same') {
      same.push(cell);
    } else {
      close();
      blocks.push({ kind: 'cell', cell });
    }
  }
  close();
  return blocks;
}

/** Count how many cells changed, came and went. */
export function countCells(cells: readonly CellDiff[]): Readonly<Record<CellDiff['change'], number>> {
  const counts = { same: 0, changed: 0, added: 0, removed: 0 };
  for (const cell of cells) {
    counts[cell.change] += 1;
  }
  return counts;
}
