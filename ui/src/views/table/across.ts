/** Which columns of a wide table are drawn: those in sight and some beside them. A table of few columns is drawn whole. */

import { useEffect, useMemo, useState } from 'react';
import type { RefObject } from 'react';

/** Columns from `from` to before `to`; pinned ones are drawn in any case. */
export interface Across {
  readonly from: number;
  readonly to: number;
}

/** Up to so many columns nothing is gained by drawing fewer. */
const WHOLE = 40;
/** Rows are drawn again only when a block of so many columns comes into sight. */
const BLOCK = 8;

/** Find the columns to draw, from their widths and what is in sight, in pixels. */
export function columnsInSight(widths: readonly number[], left: number, width: number): Across {
  let end = 0;
  let first = widths.length - 1;
  let last = -1;
  widths.forEach((size, index) => {
    const start = end;
    end += size;
    if (end > left && start <= left + width) {
      first = Math.min(first, index);
      last = index;
    }
  });
  // Beyond the end for a moment, when columns were hidden.
  last = last < 0 ? first : last;
  // A block more at each side: the keyboard and a quick hand find them there.
  const from = Math.max(0, Math.floor(first / BLOCK) - 1) * BLOCK;
  return { from, to: Math.min(widths.length, (Math.floor(last / BLOCK) + 2) * BLOCK) };
}

/** Use the columns to draw in a box that scrolls. */
export function useAcross(box: RefObject<HTMLElement>, widths: readonly number[]): Across {
  const [seen, setSeen] = useState<Across>({ from: 0, to: WHOLE });
  const isWide = widths.length > WHOLE;
  useEffect(() => {
    const node = box.current;
    if (!node || !isWide) {
      return;
    }
    const look = (): void => {
      const next = columnsInSight(widths, node.scrollLeft, node.clientWidth);
      setSeen(so => (so.from === next.from && so.to === next.to ? so : next));
    };
    node.addEventListener('scroll', look, { passive: true });
    // It looks once at first, after the layout: to measure here would lay out the table for each column that comes.
    const observer = new ResizeObserver(look);
    observer.observe(node);
    return () => {
      node.removeEventListener('scroll', look);
      observer.disconnect();
    };
  }, [box, widths, isWide]);
  return useMemo(() => (isWide ? seen : { from: 0, to: widths.length }), [isWide, seen, widths.length]);
}

/** Tell whether a column is drawn. */
export function isDrawn(across: Across, index: number, pinned: number): boolean {
  return index < pinned || (index >= across.from && index < across.to);
}
