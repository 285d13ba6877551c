/** The side panel: the runs of a place, newest on top, open ones live. */

import { useCallback, useId, useRef, useState } from 'react';
import type { KeyboardEvent, ReactElement } from 'react';
import { useVirtualizer } from '@tanstack/react-virtual';
import type { Place, RunRow } from '../../contract';
import { colourOf, cssColour } from '../../model/colours';
import { wholeQuery } from '../../model/query';
import type { QuickFilter } from '../../model/query';
import type { PagedRows, Rows } from '../../model/rows';
import type { Anchor } from '../parts';
import { useActing } from '../runs/acting';
import { useActions } from '../runs/actions';
import type { Actions } from '../runs/actions';
import { PlaceFace, RowsFace } from '../runs/Faces';
import { QueryBar, QueryError } from '../runs/QueryBar';
import { QuickFilters, Said } from '../runs/QuickFilters';
import { SelectionBar } from '../runs/SelectionBar';
import { useServices } from '../services';
import { SharingStrip } from '../sharing/Strip';
import { useChoices, useSelectedRuns } from '../state/choices';
import { useList } from '../state/list';
import { useNow, useRows, useSeen } from '../state/rows';
import { PanelHead } from './PanelHead';
import { PANEL_ROW, PanelRow } from './PanelRow';

/** Show the runs of a place beside a notebook. Fills its container; made for 220 to 500 pixels. `onRetry` looks for a place anew. */
export function RunsPanel(props: { readonly place: Place; readonly onRetry?: () => void }): ReactElement {
  const { place, onRetry } = props;
  if (place.state !== 'ready' && place.id === null) {
    return (
      <section className="ts-panel">
        <PlaceFace place={place} onRetry={onRetry} />
      </section>
    );
  }
  return <ReadyPanel key={place.id} place={place} />;
}

function ReadyPanel({ place }: { readonly place: Place }): ReactElement {
  const { t } = useServices();
  const id = place.id ?? '';
  const { choices, loaded } = useChoices(id);
  const [query, setQuery] = useState('');
  const [quick, setQuick] = useState<readonly QuickFilter[]>([]);
  const [archived, setArchived] = useState(false);
  const [sort, setSort] = useState('');
  const { rows, paged } = useRows(loaded ? id : null, {
    query: wholeQuery(query, quick, place.me),
    sort,
    archived,
    baseline: choices.baseline
  });
  const [selected, select] = useSelectedRuns(id);
  const actions = useActions(place, paged);
  const known = useCallback(() => paged.known(), [paged]);
  const clear = (): void => {
    setQuery('');
    setQuick([]);
  };
  const { head } = rows;
  const isEmpty = place.state === 'no-commit' && (!head || head.every === 0);
  return (
    <section className="ts-panel" aria-label={t('Runs')}>
      <PanelHead place={place} head={head} sort={sort} onSort={setSort} onRefresh={() => paged.refresh()} />
      <div className="ts-panel-filter">
        <QueryBar
          query={query}
          onQuery={setQuery}
          head={head}
          known={known}
          error={rows.error}
          placeholder={t('Search, or metrics.acc > 0.9')}
        />
        <QuickFilters
          me={place.me}
          quick={quick}
          onQuick={setQuick}
          archived={archived}
          onArchived={setArchived}
          archivedCount={head?.archived ?? 0}
        />
        <QueryError error={rows.error} />
        <Said head={head} />
      </div>
      <SharingStrip place={place} head={head} onChange={() => paged.refresh()} />
      {isEmpty ? (
        <PlaceFace place={place} />
      ) : (
        <RowsFace
          rows={rows}
          isFiltered={query.trim() !== '' || quick.length > 0}
          onClear={clear}
          onArchived={() => setArchived(true)}
          onRetry={() => paged.refresh()}
        />
      )}
      {head && head.total > 0 ? (
        <RunList place={place} rows={rows} paged={paged} actions={actions} selected={selected} select={select} />
      ) : null}
      <SelectionBar
        place={place}
        selected={selected}
        rows={known().filter(row => selected.has(row.id))}
        baseline={head?.baseline ?? null}
        actions={actions}
        onClear={() => select(new Set())}
      />
    </section>
  );
}

interface RunListProps {
  readonly place: Place;
  readonly rows: Rows;
  readonly paged: PagedRows;
  readonly actions: Actions;
  readonly selected: ReadonlySet<string>;
  readonly select: (runs: ReadonlySet<string>) => void;
}

function RunList({ place, rows, paged, actions, selected, select }: RunListProps): ReactElement {
  const { host, t } = useServices();
  const id = place.id ?? '';
  const { choices } = useChoices(id);
  const box = useRef<HTMLDivElement>(null);
  const ids = useId();
  const { head } = rows;
  const total = head?.total ?? 0;
  const virtual = useVirtualizer({
    count: total,
    getScrollElement: () => box.current,
    estimateSize: () => PANEL_ROW,
    overscan: 4
  });
  const seen = virtual.getVirtualItems();
  const first = seen[0]?.index ?? 0;
  const last = seen.at(-1)?.index ?? 0;
  useSeen(box, paged, rows, [first, last]);
  const open = useCallback((row: RunRow) => host.openRun(id, row.id), [host, id]);
  const list = useList({
    total,
    row: rows.row,
    ids: (from, to, signal) => paged.ids(from, to, signal),
    selected,
    select,
    open: index => {
      const row = rows.row(index);
      if (row) {
        open(row);
      }
    },
    page: () => Math.max(1, Math.floor((box.current?.clientHeight ?? 400) / PANEL_ROW) - 1),
    reveal: index => virtual.scrollToIndex(index)
  });
  const anchorOf = useCallback(
    (_: unknown, index: number): Anchor => document.getElementById(`${ids}-${index}`) ?? { x: 40, y: 40 },
    [ids]
  );
  const { setActive } = list;
  const baseline = head?.baseline ?? null;
  const acting = useActing({ place, baseline, selected, actions, setActive, anchorOf });
  const activeRow = rows.row(list.active);
  const onKeyDown = (event: KeyboardEvent): void => {
    const isOurs = event.target === box.current && !list.onKeyDown(event);
    if (!isOurs || !activeRow || event.ctrlKey || event.metaKey || event.altKey) {
      return;
    }
    if (acting.onKey(event, activeRow, list.active, anchorOf('name', list.active))) {
      event.preventDefault();
      event.stopPropagation();
    }
  };
  const minute = useNow(30);
  const second = useNow(1);
  return (
    <>
      <div
        ref={box}
        className={rows.stale ? 'ts-list ts-stale' : 'ts-list'}
        role="grid"
        tabIndex={0}
        aria-label={t('Runs')}
        aria-multiselectable="true"
        aria-rowcount={total}
        aria-activedescendant={activeRow ? `${ids}-${list.active}` : undefined}
        data-lm-suppress-shortcuts="true"
        onKeyDown={onKeyDown}
      >
        <div style={{ height: virtual.getTotalSize(), position: 'relative' }} role="rowgroup">
          {seen.map(item => {
            const row = rows.row(item.index);
            return row ? (
              <PanelRow
                key={row.id}
                id={`${ids}-${item.index}`}
                row={row}
                index={item.index}
                top={item.start}
                now={row.status === 'open' ? second : minute}
                metric={head?.main_metric ?? null}
                baseline={baseline}
                isBest={head?.best === row.id && total > 1}
                isSelected={selected.has(row.id)}
                isActive={item.index === list.active}
                colour={cssColour(colourOf(row.id, choices.colours))}
                onClick={list.onRowClick}
                onTick={list.onTick}
                onOpen={open}
                onMenu={acting.onMenu}
                onStar={acting.onStar}
              />
            ) : (
              <div
                key={`empty-${item.index}`}
                className="ts-item ts-item-waiting"
                style={{ transform: `translateY(${item.start}px)`, height: PANEL_ROW }}
              />
            );
          })}
        </div>
      </div>
      {acting.floating}
    </>
  );
}
