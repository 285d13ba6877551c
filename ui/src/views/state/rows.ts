/** Rows of a place as a view shows them: fetched by page, fetched again when the server tells of a change. */

import { useEffect, useLayoutEffect, useMemo, useRef, useState, useSyncExternalStore } from 'react';
import type { RefObject } from 'react';
import { PagedRows } from '../../model/rows';
import type { Rows } from '../../model/rows';
import { useServices } from '../services';

/** Which rows. */
export interface RowsRequest {
  readonly query: string;
  readonly sort: string;
  readonly archived: boolean;
  readonly baseline: string | null;
}

// Many points a second are drawn as few times as the eye can tell apart.
const OFTEN = 180;

/** Use the rows that match; `place` null asks nothing yet. */
export function useRows(
  place: string | null,
  request: RowsRequest
): { readonly rows: Rows; readonly paged: PagedRows } {
  const { source } = useServices();
  const paged = useMemo(() => new PagedRows(), []);
  const rows = useSyncExternalStore(paged.subscribe, paged.current);
  const { query, sort, archived, baseline } = request;
  const asked = useRef('');
  useEffect(() => {
    if (place === null) {
      return;
    }
    const filter = `${place}\n${query}\n${archived}\n${sort}`;
    paged.ask(
      (offset, limit, signal) => source.page(place, { query, sort, archived, baseline, offset, limit }, signal),
      asked.current !== filter
    );
    asked.current = filter;
    return () => paged.stop();
  }, [source, paged, place, query, sort, archived, baseline]);
  useChanges(place, () => paged.refresh());
  return { rows, paged };
}

/** Have the rows `range`, drawn in `box`, fetched (null: none); show the top of the answer to a new question. */
export function useSeen(
  box: RefObject<HTMLElement | null>,
  paged: PagedRows,
  { question }: Rows,
  range: readonly [first: number, last: number] | null
): void {
  const [first, last] = range ?? [-1, -1];
  // Before the first painting: rows that stood where the view was scrolled to are gone.
  useLayoutEffect(() => {
    box.current?.scrollTo({ top: 0 });
  }, [box, question]);
  useEffect(() => {
    if (first >= 0) {
      paged.see(first, last);
    }
  }, [paged, question, first, last]);
}

/** Call `refresh` when something of a place changed, at once and then at most a few times a second. */
export function useChanges(place: string | null, refresh: () => void): void {
  const { source } = useServices();
  const latest = useRef(refresh);
  latest.current = refresh;
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | null = null;
    let last = 0;
    const run = (): void => {
      timer = null;
      last = Date.now();
      latest.current();
    };
    const feed = source.subscribe(changed => {
      // Long work tells how far it is several times a second, and moves no row by that.
      const isRows = changed.what.some(what => what !== 'tasks');
      if (changed.place === place && isRows && timer === null) {
        timer = setTimeout(run, Math.max(0, OFTEN - (Date.now() - last)));
      }
    });
    return () => {
      feed.dispose();
      if (timer !== null) {
        clearTimeout(timer);
      }
    };
  }, [source, place]);
}

/** The time in unix seconds, told anew every `every` seconds while the page is looked at. */
export function useNow(every: number): number {
  const [now, setNow] = useState(() => Date.now() / 1000);
  useEffect(() => {
    const timer = setInterval(() => {
      if (!document.hidden) {
        setNow(Date.now() / 1000);
      }
    }, every * 1000);
    return () => clearInterval(timer);
  }, [every]);
  return now;
}
