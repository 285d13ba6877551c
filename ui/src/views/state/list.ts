/** Mouse and keyboard over a long list of runs: the same in the side panel and in the table. */

import { useCallback, useEffect, useRef, useState } from 'react';
import type { KeyboardEvent, MouseEvent } from 'react';
import type { RunRow } from '../../contract';
import { extend, moveTo, rangeTo, selectOnly, stepOf, toggle } from '../../model/selection';
import type { Selection } from '../../model/selection';
import { tellFailure } from '../runs/actions';
import { useServices } from '../services';

/** What a list needs. */
export interface ListOptions {
  readonly total: number;
  readonly row: (index: number) => RunRow | null;
  /** The ids of runs `first` … `last`, also of those not at hand. */
  readonly ids: (first: number, last: number, signal: AbortSignal) => Promise<readonly string[]>;
  readonly selected: ReadonlySet<string>;
  readonly select: (runs: ReadonlySet<string>) => void;
  /** How many rows are in view. */
  readonly page: () => number;
  readonly reveal: (index: number) => void;
  /** Enter on a row; it may be no run. */
  readonly open: (index: number) => void;
}

/** What a list gives its rows and its box. */
export interface UsedList {
  readonly active: number;
  readonly setActive: (index: number) => void;
  /** Whether the key was one of the list's. */
  readonly onKeyDown: (event: KeyboardEvent) => boolean;
  readonly onRowClick: (event: MouseEvent, row: RunRow, index: number) => void;
  /** The press of a row's tick box: adds or takes away, with shift the range. */
  readonly onTick: (event: MouseEvent, row: RunRow, index: number) => void;
  readonly selectAll: () => void;
}

/** Use a list. */
export function useList(options: ListOptions): UsedList {
  const { host, t } = useServices();
  const latest = useRef(options);
  latest.current = options;
  const [place, setPlace] = useState({ active: 0, anchor: 0 });
  const at = useRef(place);
  at.current = place;
  const aborting = useRef(new AbortController());
  useEffect(() => () => aborting.current.abort(), []);
  const { total } = options;
  const active = Math.min(place.active, Math.max(0, total - 1));

  const apply = useCallback((next: Selection): void => {
    setPlace({ active: next.active, anchor: next.anchor });
    latest.current.select(next.runs);
  }, []);
  const now = useCallback((): Selection => ({ ...at.current, runs: latest.current.selected }), []);
  const range = useCallback(
    (index: number, add: boolean): void => {
      const before = now();
      const [first, last] = rangeTo(before, index);
      setPlace({ active: index, anchor: before.anchor });
      aborting.current.abort();
      aborting.current = new AbortController();
      latest.current
        .ids(first, last, aborting.current.signal)
        .then(ids => apply(extend(before, index, ids, add)))
        .catch((error: unknown) => tellFailure(host, t, error));
    },
    [apply, now, host, t]
  );
  const selectAll = useCallback((): void => {
    at.current = { ...at.current, anchor: 0 };
    range(Math.max(0, latest.current.total - 1), false);
    setPlace(so => ({ ...so, active: at.current.active }));
  }, [range]);

  const onTick = useCallback(
    (event: MouseEvent, row: RunRow, index: number): void => {
      event.stopPropagation();
      if (event.shiftKey) {
        range(index, true);
      } else {
        apply(toggle(now(), row.id, index));
      }
    },
    [apply, now, range]
  );
  const onRowClick = useCallback(
    (event: MouseEvent, row: RunRow, index: number): void => {
      if (event.shiftKey) {
        range(index, event.ctrlKey || event.metaKey);
      } else if (event.ctrlKey || event.metaKey) {
        apply(toggle(now(), row.id, index));
      } else {
        apply(selectOnly(row.id, index));
      }
    },
    [apply, now, range]
  );
  const onKeyDown = (event: KeyboardEvent): boolean => {
    const { page, reveal, open, select } = latest.current;
    const row = latest.current.row(active);
    const step = event.altKey ? null : stepOf(event.key, active, total, page());
    if (step !== null) {
      if (event.shiftKey) {
        range(step, false);
      } else {
        setPlace(moveTo({ ...place, runs: new Set() }, step));
      }
      reveal(step);
    } else if (event.key === ' ' && row) {
      if (event.shiftKey) {
        range(active, true);
      } else {
        apply(toggle({ ...now(), active }, row.id, active));
      }
    } else if (event.key === 'Enter') {
      open(active);
    } else if (event.key.toLowerCase() === 'a' && (event.ctrlKey || event.metaKey)) {
      selectAll();
    } else if (event.key === 'Escape' && latest.current.selected.size > 0) {
      select(new Set());
    } else {
      return false;
    }
    event.preventDefault();
    event.stopPropagation();
    return true;
  };
  const setActive = useCallback((index: number) => setPlace({ active: index, anchor: index }), []);
  return { active, setActive, onKeyDown, onRowClick, onTick, selectAll };
}
