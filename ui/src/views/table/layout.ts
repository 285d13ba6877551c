/** How the columns of the table lie: widths, pins and order in TanStack Table, told to CSS as variables. */

import { useCallback, useMemo, useRef } from 'react';
import type { CSSProperties } from 'react';
import { getCoreRowModel, useReactTable } from '@tanstack/react-table';
import type { ColumnDef, ColumnSizingState, Header, Updater } from '@tanstack/react-table';
import type { TableChoices } from '../../model/choices';
import { arrangeColumns, collectBands, moveColumn, placeColumn } from '../../model/columns';
import type { Band, Column, Columns } from '../../model/columns';
import type { Head } from '../../model/rows';
import { cycleSort, formatSort, parseSort } from '../../model/sorting';
import type { SortKey } from '../../model/sorting';
import type { HeadActions } from './TableHead';

const NONE: never[] = [];
const NO_FACTS: Head['columns'] = [];

/** The columns of a table as they lie. */
export interface Layout {
  readonly columns: Columns;
  readonly bands: readonly Band[];
  readonly headers: readonly Header<never, unknown>[];
  readonly sort: readonly SortKey[];
  /** Variables for the widths and the places of pinned columns. */
  readonly style: CSSProperties;
  readonly width: number;
  /** Of each column; the same array while none changed. */
  readonly widths: readonly number[];
  readonly pinnedWidth: number;
  readonly actions: HeadActions;
  readonly show: (column: Column, isShown: boolean) => void;
}

type Change = (change: (choices: TableChoices) => TableChoices) => void;

/** Use the layout of the columns of the runs that match. */
export function useLayout(head: Head | null, choices: TableChoices, change: Change): Layout {
  const columns = useColumns(head, choices);
  const bands = useMemo(() => collectBands(columns), [columns]);
  const sort = useMemo(() => parseSort(choices.sort), [choices.sort]);
  const { table, style, width, widths, pinnedWidth } = useSizes(columns, choices, change);
  const latest = useRef(columns);
  latest.current = columns;
  const { actions, show } = useMemo(() => arranging(change, () => latest.current), [change]);
  return { columns, bands, headers: table.getLeafHeaders(), sort, style, width, widths, pinnedWidth, actions, show };
}

function useColumns(head: Head | null, choices: TableChoices): Columns {
  const facts = head?.columns ?? NO_FACTS;
  const isShared = (head?.remotes.length ?? 0) > 0;
  // Each answer brings facts anew: columns are arranged anew only when they say something new.
  const key = facts.map(fact => `${fact.kind} ${fact.name} ${fact.same} ${fact.direction} ${fact.runs}`).join('\n');
  return useMemo(
    () => arrangeColumns(facts, head?.total ?? 0, head?.main_metric ?? null, choices.columns, isShared),
    [key, head?.total, head?.main_metric, choices.columns, isShared] // eslint-disable-line react-hooks/exhaustive-deps -- as above
  );
}

function useSizes(columns: Columns, choices: TableChoices, change: Change) {
  const { widths } = choices.columns;
  const definitions = useMemo<ColumnDef<never>[]>(
    () => columns.shown.map(column => ({ id: column.key, size: column.width, minSize: 48, maxSize: 800 })),
    [columns]
  );
  const onColumnSizingChange = useCallback(
    (updater: Updater<ColumnSizingState>) =>
      change(so => {
        const next = typeof updater === 'function' ? updater({ ...so.columns.widths }) : updater;
        return { ...so, columns: { ...so.columns, widths: next } };
      }),
    [change]
  );
  const table = useReactTable<never>({
    data: NONE,
    columns: definitions,
    state: {
      columnSizing: { ...widths },
      columnPinning: { left: columns.shown.slice(0, columns.pinned).map(column => column.key) }
    },
    onColumnSizingChange,
    columnResizeMode: 'onChange',
    getCoreRowModel: getCoreRowModel()
  });
  const style: Record<string, string> = {};
  let left = 0;
  let pinnedWidth = 0;
  table.getVisibleLeafColumns().forEach((column, index) => {
    style[`--ts-w${index}`] = `${column.getSize()}px`;
    if (index < columns.pinned) {
      style[`--ts-l${index}`] = `${left}px`;
      pinnedWidth = left + column.getSize();
    }
    left += column.getSize();
  });
  const key = table
    .getVisibleLeafColumns()
    .map(column => column.getSize())
    .join(' ');
  const sizes = useMemo(() => key.split(' ').map(Number), [key]);
  return { table, style: style as CSSProperties, width: left, widths: sizes, pinnedWidth };
}

function arranging(change: Change, columns: () => Columns): { actions: HeadActions; show: Layout['show'] } {
  const arrange = (next: (so: TableChoices['columns']) => Partial<TableChoices['columns']>): void =>
    change(so => ({ ...so, columns: { ...so.columns, ...next(so.columns) } }));
  const show: Layout['show'] = (column, isShown) =>
    arrange(so => ({
      hidden: isShown ? without(so.hidden, column.key) : [...without(so.hidden, column.key), column.key],
      shown: isShown ? [...without(so.shown, column.key), column.key] : without(so.shown, column.key),
      pinned: isShown ? so.pinned : without(so.pinned, column.key)
    }));
  const actions: HeadActions = {
    sort: (column, add) => {
      const { sort } = column;
      if (sort !== null) {
        change(so => ({
          ...so,
          sort: formatSort(cycleSort(parseSort(so.sort), sort, startsDown(column), add))
        }));
      }
    },
    move: (column, step) => arrange(() => ({ order: moveColumn(columns().shown, column.key, step) })),
    place: (key, at) => {
      if (key && key !== at) {
        arrange(() => ({ order: placeColumn(columns().shown, key, at) }));
      }
    },
    pin: column =>
      arrange(so => ({
        pinned: so.pinned.includes(column.key) ? without(so.pinned, column.key) : [...so.pinned, column.key]
      })),
    hide: column => show(column, false),
    group: column => change(so => ({ ...so, group: column.kind === 'param' ? `params.${column.name}` : column.key })),
    resetWidth: column =>
      arrange(so => ({
        widths: Object.fromEntries(Object.entries(so.widths).filter(([key]) => key !== column.key))
      }))
  };
  return { actions, show };
}

/** What one wants to see first: the best of a metric, the newest, the longest; names from A. */
function startsDown(column: Column): boolean {
  return column.kind === 'metric' ? column.direction !== 'lower' : ['started', 'duration'].includes(column.key);
}

function without(keys: readonly string[], key: string): readonly string[] {
  return keys.filter(one => one !== key);
}
