/** What all rows of the grid share, and the keys that act on the one at the keyboard. */

import { useCallback, useMemo } from 'react';
import type { KeyboardEvent, ReactElement } from 'react';
import type { RunRow } from '../../contract';
import type { Anchor } from '../parts';
import { meant, useActing } from '../runs/acting';
import type { UsedActing } from '../runs/acting';
import type { Edited } from '../runs/RunEditor';
import { useServices } from '../services';
import type { UsedList } from '../state/list';
import type { Across } from './across';
import type { GridProps } from './Grid';
import type { RowShared } from './TableRow';

/** What is shared, the menu or editor that is open, and the keys of rows. */
export interface SharedAndFloating {
  readonly shared: RowShared;
  readonly floating: ReactElement;
  readonly keys: (event: KeyboardEvent) => void;
}

/** Use it; `ids` begins the ids of cells, `at` is the column the keyboard is at. */
export function useRowShared(
  props: GridProps,
  ids: string,
  list: UsedList,
  at: number,
  rowAt: (index: number) => RunRow | null,
  across: Across
): SharedAndFloating {
  const { place, rows, groups, layout, best, actions, selected, change } = props;
  const { host } = useServices();
  const id = place.id ?? '';
  const { setActive, onRowClick, onTick } = list;
  const mainMetric = rows.head?.main_metric ?? null;
  const { columns } = layout;
  const anchorOf = useCallback(
    (field: Edited, index: number): Anchor => {
      const column = Math.max(
        0,
        columns.shown.findIndex(one => one.key === field)
      );
      return document.getElementById(`${ids}-${index}-${column}`) ?? { x: 80, y: 80 };
    },
    [columns, ids]
  );
  const fold = groups?.fold;
  // Objects that come anew with each answer but say the same would draw every row again.
  const baseline = useSteady(rows.head?.baseline ?? null);
  const acting = useActing({ place, baseline, selected, actions, setActive, anchorOf });
  const { edit, onMenu, onStar } = acting;
  const shared = useMemo<RowShared>(
    () => ({
      ids,
      columns: columns.shown,
      pinned: columns.pinned,
      across,
      baseline,
      best,
      mainMetric,
      onClick: onRowClick,
      onTick,
      onOpen: row => host.openRun(id, row.id),
      onMenu,
      onEdit: edit,
      onStar,
      onEye: row =>
        change(so => ({
          ...so,
          unseen: so.unseen.includes(row.id) ? so.unseen.filter(run => run !== row.id) : [...so.unseen, row.id]
        })),
      onFold: group => fold?.(group)
    }),
    [ids, columns, across, baseline, best, mainMetric, onRowClick, onTick, host, id, onMenu, edit, onStar, change, fold]
  );
  return { shared, floating: acting.floating, keys: keysOf(props, ids, list.active, at, rowAt, acting) };
}

function keysOf(
  props: GridProps,
  ids: string,
  active: number,
  at: number,
  rowAt: (index: number) => RunRow | null,
  acting: UsedActing
): (event: KeyboardEvent) => void {
  const { rows, layout, actions, selected, onKeys } = props;
  return event => {
    if (event.ctrlKey || event.metaKey || event.altKey) {
      return;
    }
    const row = rowAt(active);
    const baseline = rows.head?.baseline ?? null;
    const grid = event.currentTarget;
    const here = document.getElementById(`${ids}-${active}-${at}`) ?? grid;
    const column = layout.columns.shown[at]?.key;
    const field: Edited = column === 'tags' || column === 'note' ? column : 'name';
    const key = event.key.toLowerCase();
    if (key === 'b' && row) {
      actions.setBaseline(row.id);
    } else if (key === 'c') {
      const runs = row ? meant(row, selected) : [...selected];
      const compared = runs.length === 1 && baseline ? [baseline.id, ...runs] : runs;
      if (new Set(compared).size > 1) {
        actions.compare([...new Set(compared)]);
      }
    } else if (key === '/') {
      grid.closest('.ts-table')?.querySelector<HTMLInputElement>('.ts-query input')?.focus();
    } else if (key === '?') {
      onKeys(grid.closest('.ts-table')?.querySelector('.ts-tablebar') ?? grid);
    } else if (!row || !acting.onKey(event, row, active, here, field)) {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  };
}

/** Keep the first of two objects that say the same. */
function useSteady<T>(value: T): T {
  const key = JSON.stringify(value);
  // eslint-disable-next-line react-hooks/exhaustive-deps -- `key` stands for the value
  return useMemo(() => value, [key]);
}
