/** The grid of the table: only the rows in view are there; mouse and keyboard work on all of them. */

import { useCallback, useEffect, useId, useMemo, useRef, useState } from 'react';
import type { CSSProperties, KeyboardEvent, ReactElement } from 'react';
import { useVirtualizer } from '@tanstack/react-virtual';
import type { Place, RunRow } from '../../contract';
import type { TableChoices } from '../../model/choices';
import { colourOf, cssColour } from '../../model/colours';
import { joinFilters } from '../../model/query';
import type { PagedRows, Rows } from '../../model/rows';
import type { Actions } from '../runs/actions';
import { useServices } from '../services';
import { useList } from '../state/list';
import { useNow, useSeen } from '../state/rows';
import { isDrawn, useAcross } from './across';
import type { Across } from './across';
import type { GroupedItem, UsedGroups } from './groups';
import { TableHead } from './TableHead';
import type { Layout } from './layout';
import { useRowShared } from './shared';
import { GroupRow, TABLE_ROW, TableRow } from './TableRow';

/** Props of the grid; `groups` null shows the rows one after another. */
export interface GridProps {
  readonly place: Place;
  readonly rows: Rows;
  readonly paged: PagedRows;
  readonly groups: UsedGroups | null;
  readonly layout: Layout;
  readonly best: ReadonlyMap<string, number>;
  readonly actions: Actions;
  readonly selected: ReadonlySet<string>;
  readonly select: (runs: ReadonlySet<string>) => void;
  readonly choices: TableChoices;
  readonly change: (change: (choices: TableChoices) => TableChoices) => void;
  readonly onKeys: (anchor: Element | null) => void;
}

const HEAD = 54;

/** Draw the grid. */
export function Grid(props: GridProps): ReactElement {
  const { place, rows, paged, groups, layout, selected, select, choices, change } = props;
  const { host, t } = useServices();
  const id = place.id ?? '';
  const box = useRef<HTMLDivElement>(null);
  const ids = useId();
  const items = groups?.items ?? null;
  const total = groups ? (items?.length ?? 0) : (rows.head?.total ?? 0);
  const itemAt = (index: number): GroupedItem | null => {
    const row = groups ? null : rows.row(index);
    return groups ? (items?.[index] ?? null) : row ? { kind: 'row', row } : null;
  };
  const rowAt = (index: number): RunRow | null => {
    const item = itemAt(index);
    return item?.kind === 'row' ? item.row : null;
  };
  const virtual = useVirtualizer({
    count: total,
    getScrollElement: () => box.current,
    estimateSize: () => TABLE_ROW,
    overscan: 8,
    paddingStart: 0,
    scrollPaddingStart: HEAD
  });
  const seen = virtual.getVirtualItems();
  const first = seen[0]?.index ?? 0;
  const last = seen.at(-1)?.index ?? 0;
  useSeen(box, paged, rows, groups ? null : [first, last]);
  const onMore = useCallback(
    (filter: string) => change(so => ({ ...so, group: '', query: joinFilters([so.query, filter]) })),
    [change]
  );
  const fold = groups?.fold;
  const open = (index: number): void => {
    const item = itemAt(index);
    if (item?.kind === 'row') {
      host.openRun(id, item.row.id);
    } else if (item?.kind === 'group') {
      fold?.(item.group);
    } else if (item) {
      onMore(item.group.query);
    }
  };
  const list = useList({
    total,
    row: rowAt,
    ids: (from, to, signal) =>
      items
        ? Promise.resolve(items.slice(from, to + 1).flatMap(item => (item.kind === 'row' ? [item.row.id] : [])))
        : paged.ids(from, to, signal),
    selected,
    select,
    page: () => Math.max(1, Math.floor(((box.current?.clientHeight ?? 400) - HEAD) / TABLE_ROW) - 1),
    reveal: index => virtual.scrollToIndex(index),
    open
  });
  const [at, setAt] = useState(0);
  const across = useAcross(box, layout.widths);
  const { shared, floating, keys } = useRowShared(props, ids, list, at, rowAt, across);
  useRevealedColumn(box, ids, list.active, at, layout);
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.target !== box.current) {
      return;
    }
    if (event.key === 'ArrowLeft' || event.key === 'ArrowRight') {
      const step = event.key === 'ArrowLeft' ? -1 : 1;
      setAt(Math.max(0, Math.min(layout.columns.shown.length - 1, at + step)));
      event.preventDefault();
      event.stopPropagation();
    } else if (!list.onKeyDown(event)) {
      keys(event);
    }
  };
  const minute = useNow(30);
  const second = useNow(1);
  const unseen = useMemo(() => new Set(choices.unseen), [choices.unseen]);
  const { columns } = layout;
  return (
    <>
      <div
        ref={box}
        className={rows.stale ? 'ts-grid ts-stale' : 'ts-grid'}
        role={groups ? 'treegrid' : 'grid'}
        tabIndex={0}
        aria-label={t('Experiments')}
        aria-multiselectable="true"
        aria-rowcount={total + 1}
        aria-colcount={columns.shown.length}
        aria-activedescendant={
          seen.some(item => item.index === list.active) && isDrawn(across, at, columns.pinned)
            ? `${ids}-${list.active}-${at}`
            : undefined
        }
        style={{ ...layout.style, ...gap(layout, across), scrollPaddingLeft: layout.pinnedWidth }}
        data-lm-suppress-shortcuts="true"
        onKeyDown={onKeyDown}
      >
        <div style={{ width: layout.width, minWidth: '100%' }} role="presentation">
          <TableHead
            ids={ids}
            columns={columns.shown}
            bands={layout.bands}
            pinned={columns.pinned}
            headers={layout.headers}
            sort={layout.sort}
            actions={layout.actions}
          />
          <div role="rowgroup" className="ts-rows" style={{ height: virtual.getTotalSize() }}>
            {seen.map(({ index, start }) => {
              const item = itemAt(index);
              const isAt = index === list.active ? at : -1;
              if (item === null) {
                return (
                  <div
                    key={`empty-${index}`}
                    className="ts-row ts-row-waiting"
                    style={{ transform: `translateY(${start}px)` }}
                  />
                );
              }
              if (item.kind === 'group') {
                const { group, isOpen } = item;
                return (
                  <GroupRow
                    key={`group ${group.query}`}
                    shared={shared}
                    group={group}
                    index={index}
                    top={start}
                    isOpen={isOpen}
                    at={isAt}
                  />
                );
              }
              if (item.kind === 'more') {
                return (
                  <div
                    key={`more ${item.group.query}`}
                    role="row"
                    aria-rowindex={index + 2}
                    className={isAt >= 0 ? 'ts-row ts-row-more ts-gridcell-at' : 'ts-row ts-row-more'}
                    style={{ transform: `translateY(${start}px)` }}
                    onClick={() => onMore(item.group.query)}
                  >
                    <span role="gridcell" id={`${ids}-${index}-${at}`}>
                      {t('{n} more: show all of this group', { n: item.count })}
                    </span>
                  </div>
                );
              }
              const { row } = item;
              return (
                <TableRow
                  key={row.id}
                  shared={shared}
                  row={row}
                  index={index}
                  top={start}
                  now={row.status === 'open' ? second : minute}
                  isBest={rows.head?.best === row.id && (rows.head?.total ?? 0) > 1}
                  isSelected={selected.has(row.id)}
                  isUnseen={unseen.has(row.id)}
                  isChild={groups !== null}
                  colour={cssColour(colourOf(row.id, choices.colours))}
                  at={isAt}
                />
              );
            })}
          </div>
        </div>
      </div>
      {floating}
    </>
  );
}

/** How much room the columns take that are left out between the pinned ones and those in sight. */
function gap({ widths, columns }: Layout, { from }: Across): CSSProperties {
  return { '--ts-gap': `${sum(widths.slice(columns.pinned, from))}px` } as CSSProperties;
}

function sum(widths: readonly number[]): number {
  return widths.reduce((all, width) => all + width, 0);
}

function useRevealedColumn(
  box: { readonly current: HTMLElement | null },
  ids: string,
  active: number,
  at: number,
  layout: Layout
): void {
  const before = useRef(at);
  useEffect(() => {
    if (before.current !== at) {
      before.current = at;
      const cell = box.current ? document.getElementById(`${ids}-${active}-${at}`) : null;
      if (cell) {
        cell.scrollIntoView({ inline: 'nearest', block: 'nearest' });
      } else if (box.current) {
        // Scrolled away from by hand, and not drawn: it is once it is in sight.
        box.current.scrollLeft = sum(layout.widths.slice(0, at)) - layout.pinnedWidth;
      }
    }
  }, [box, ids, active, at, layout]);
}
