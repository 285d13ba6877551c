/** The runs of a table in groups: one row per group, the runs of those that are unfolded beneath. */

import { useCallback, useEffect, useMemo, useState } from 'react';
import type { Group, Groups, RunRow } from '../../contract';
import { joinFilters } from '../../model/query';
import { isAborted } from '../../source/http';
import { useServices } from '../services';
import { useChanges } from '../state/rows';
import type { RowsRequest } from '../state/rows';

/** One row of a grouped table. */
export type GroupedItem =
  | { readonly kind: 'group'; readonly group: Group; readonly isOpen: boolean }
  | { readonly kind: 'row'; readonly row: RunRow }
  | { readonly kind: 'more'; readonly group: Group; readonly count: number };

/** More runs of one group are looked at through a filter. */
const MOST = 200;

/** What a grouped table shows. */
export interface UsedGroups {
  readonly items: readonly GroupedItem[] | null;
  readonly error: unknown;
  readonly fold: (group: Group) => void;
}

/** Use the groups of the matching runs; `by` empty asks nothing. */
export function useGroups(place: string, by: string, request: RowsRequest): UsedGroups {
  const { source } = useServices();
  const { query, sort, archived, baseline } = request;
  const [groups, setGroups] = useState<Groups | null>(null);
  const [error, setError] = useState<unknown>(null);
  const [open, setOpen] = useState<ReadonlyMap<string, readonly RunRow[]>>(new Map());
  const [round, setRound] = useState(0);
  useChanges(by ? place : null, () => setRound(count => count + 1));
  useEffect(() => {
    setGroups(null);
    setOpen(new Map());
  }, [place, by]);
  useEffect(() => {
    if (!by) {
      return;
    }
    const aborting = new AbortController();
    source.groups(place, { by, query, archived }, aborting.signal).then(
      found => {
        setGroups(found);
        setError(null);
      },
      (failure: unknown) => {
        if (!isAborted(failure)) {
          setError(failure);
        }
      }
    );
    return () => aborting.abort();
  }, [source, place, by, query, archived, round]);
  const fold = useCallback(
    (group: Group) => {
      if (open.has(group.query)) {
        setOpen(new Map([...open].filter(([key]) => key !== group.query)));
        return;
      }
      const asked = { query: joinFilters([query, group.query]), sort, archived, baseline, offset: 0, limit: MOST };
      source.page(place, asked).then(page => setOpen(so => new Map(so).set(group.query, page.rows)), setError);
    },
    [source, place, query, sort, archived, baseline, open]
  );
  const items = useMemo(() => (groups ? collectItems(groups, open) : null), [groups, open]);
  return { items, error, fold };
}

function collectItems(groups: Groups, open: ReadonlyMap<string, readonly RunRow[]>): readonly GroupedItem[] {
  return groups.groups.flatMap(group => {
    const rows = open.get(group.query);
    const head: GroupedItem = { kind: 'group', group, isOpen: rows !== undefined };
    if (!rows) {
      return [head];
    }
    const more: GroupedItem[] =
      group.runs > rows.length ? [{ kind: 'more', group, count: group.runs - rows.length }] : [];
    return [head, ...rows.map(row => ({ kind: 'row' as const, row })), ...more];
  });
}
