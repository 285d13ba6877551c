/** The best value of each metric among all matching runs, not only those at hand. */

import { useEffect, useState } from 'react';
import type { Page } from '../../contract';
import type { Column } from '../../model/columns';
import { toNumber } from '../../model/format';
import type { PagedRows, Rows } from '../../model/rows';
import { isAborted } from '../../source/http';
import { useServices } from '../services';
import type { RowsRequest } from '../state/rows';

// Each costs the server a look at all runs: after a rest, and for as many columns as are looked at.
const REST = 500;
const MOST = 8;

/** Use the best values by name of the metric. */
export function useBest(
  place: string,
  columns: readonly Column[],
  rows: Rows,
  paged: PagedRows,
  request: RowsRequest
): ReadonlyMap<string, number> {
  const { source } = useServices();
  const [best, setBest] = useState<ReadonlyMap<string, number>>(new Map());
  const { query, archived } = request;
  const metrics = columns.filter(column => column.kind === 'metric' && column.direction !== 'unknown').slice(0, MOST);
  const names = metrics.map(column => column.key).join('\n');
  const total = rows.head?.total ?? 0;
  const known = paged.known();
  const isWhole = known.length >= total;
  useEffect(() => {
    if (isWhole) {
      setBest(bestOf(metrics, known));
      return;
    }
    const aborting = new AbortController();
    const ask = async (): Promise<void> => {
      const found = new Map<string, number>();
      for (const column of metrics) {
        const sort = `${column.direction === 'higher' ? '-' : ''}${column.sort ?? ''}`;
        const asked = { query, archived, sort, baseline: null, offset: 0, limit: 1 };
        const page: Page = await source.page(place, asked, aborting.signal);
        const cell = page.rows[0]?.metrics[column.name];
        if (cell) {
          found.set(column.name, toNumber(cell.last));
        }
      }
      setBest(found);
    };
    const timer = setTimeout(() => {
      ask().catch((error: unknown) => {
        // A highlight less is not worth a message.
        if (!isAborted(error)) {
          setBest(new Map());
        }
      });
    }, REST);
    return () => {
      clearTimeout(timer);
      aborting.abort();
    };
    // eslint-disable-next-line react-hooks/exhaustive-deps -- `names` stands for the metrics; rows count only while all are at hand
  }, [source, place, query, archived, names, total, isWhole, isWhole ? rows : null]);
  return best;
}

function bestOf(metrics: readonly Column[], rows: ReturnType<PagedRows['known']>): ReadonlyMap<string, number> {
  const found = new Map<string, number>();
  for (const column of metrics) {
    const values = rows
      .map(row => row.metrics[column.name])
      .flatMap(cell => (cell && Number.isFinite(toNumber(cell.last)) ? [toNumber(cell.last)] : []));
    // One value is no best: there must be something it is better than.
    if (new Set(values).size > 1) {
      found.set(column.name, column.direction === 'higher' ? Math.max(...values) : Math.min(...values));
    }
  }
  return found;
}
