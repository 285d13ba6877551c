/** The table of experiments: every run of a place, with what varies between them. */

import { useCallback, useMemo, useState } from 'react';
import type { ReactElement } from 'react';
import type { Place } from '../../contract';
import { wholeQuery } from '../../model/query';
import { useActions } from '../runs/actions';
import { PlaceFace, RowsFace } from '../runs/Faces';
import { SelectionBar } from '../runs/SelectionBar';
import { useServices } from '../services';
import { SharingStrip } from '../sharing/Strip';
import { useChoices, useSelectedRuns } from '../state/choices';
import { useRows } from '../state/rows';
import type { RowsRequest } from '../state/rows';
import { useBest } from './best';
import { Grid } from './Grid';
import { useGroups } from './groups';
import { useLayout } from './layout';
import { Toolbar } from './Toolbar';

/** Show all runs of a place in a table. Fills its container. */
export function RunsTable({ place }: { readonly place: Place }): ReactElement {
  if (place.id === null) {
    return (
      <section className="ts-table">
        <PlaceFace place={place} />
      </section>
    );
  }
  return <ReadyTable key={place.id} place={place} id={place.id} />;
}

function ReadyTable({ place, id }: { readonly place: Place; readonly id: string }): ReactElement {
  const { t } = useServices();
  const { choices, loaded, change } = useChoices(id);
  const query = wholeQuery(choices.query, choices.quick, place.me);
  const { sort, archived, baseline, group } = choices;
  const request = useMemo<RowsRequest>(() => ({ query, sort, archived, baseline }), [query, sort, archived, baseline]);
  const { rows, paged } = useRows(loaded ? id : null, request);
  const groups = useGroups(id, loaded ? group : '', request);
  const layout = useLayout(rows.head, choices, change);
  const best = useBest(id, layout.columns.shown, rows, paged, request);
  const actions = useActions(place, paged);
  const [selected, select] = useSelectedRuns(id);
  const [keysAt, setKeysAt] = useState<Element | null>(null);
  const known = useCallback(() => paged.known(), [paged]);
  const error = rows.error ?? groups.error;
  const { head } = rows;
  return (
    <section className="ts-table" aria-label={t('Experiments')}>
      <Toolbar
        place={place}
        head={head}
        known={known}
        error={error}
        choices={choices}
        columns={layout.columns}
        onChange={change}
        onShow={layout.show}
        onExport={() => actions.exportCsv(query, sort)}
        onRefresh={() => paged.refresh()}
        keysAt={keysAt}
        onKeys={setKeysAt}
      />
      <SharingStrip place={place} head={head} onChange={() => paged.refresh()} />
      {place.state === 'no-commit' && (!head || head.every === 0) ? (
        <PlaceFace place={place} />
      ) : (
        <RowsFace
          rows={rows}
          isFiltered={query !== ''}
          onClear={() => change(so => ({ ...so, query: '', quick: [] }))}
          onArchived={() => change(so => ({ ...so, archived: true }))}
          onRetry={() => paged.refresh()}
        />
      )}
      {head && head.total > 0 ? (
        <Grid
          place={place}
          rows={rows}
          paged={paged}
          groups={group ? groups : null}
          layout={layout}
          best={best}
          actions={actions}
          selected={selected}
          select={select}
          choices={choices}
          change={change}
          onKeys={setKeysAt}
        />
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
