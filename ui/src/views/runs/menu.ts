/** What the menu of a run offers. */

import type { Place, RunRow } from '../../contract';
import { visible } from '../../model/format';
import type { Host, Words } from '../host';
import type { MenuItem } from '../parts';
import type { Actions } from './actions';
import type { Edited } from './RunEditor';

/** What the menu works with. */
export interface RowMenuOptions {
  readonly place: Place;
  readonly row: RunRow;
  readonly baseline: RunRow | null;
  readonly selected: ReadonlySet<string>;
  readonly actions: Actions;
  readonly host: Host;
  readonly t: Words;
  readonly edit: (field: Edited) => void;
  /** Where runs are pushed to; null when there is no telling. */
  readonly remote: string | null;
}

/** Offer what fits the state of the run; with several runs selected, and this one among them, also for all. */
export function rowMenu(options: RowMenuOptions): readonly (MenuItem | null)[] {
  const { place, row, baseline, selected, actions, host, t, edit } = options;
  const id = place.id ?? '';
  const items: (MenuItem | null)[] = [
    { label: t('Open'), icon: 'table', keys: '↵', run: () => host.openRun(id, row.id) }
  ];
  const { openNotebook } = host;
  if (openNotebook && row.notebook && row.oid) {
    const name = row.name;
    items.push({ label: t('Notebook as it was'), icon: 'code', run: () => openNotebook(id, row.id, name) });
  }
  if (selected.size > 1 && selected.has(row.id)) {
    const runs = [row.id, ...[...selected].filter(run => run !== row.id)];
    items.push({
      label: t('Compare {n} with this', { n: runs.length - 1 }),
      icon: 'compare',
      run: () => actions.compare(runs, row.id)
    });
  } else if (baseline && baseline.id !== row.id) {
    items.push({
      label: t('Compare with the baseline'),
      icon: 'compare',
      run: () => actions.compare([baseline.id, row.id])
    });
  }
  items.push(
    baseline?.id === row.id
      ? { label: t('Let Trackside choose the baseline'), icon: 'flag', run: () => actions.setBaseline(null) }
      : { label: t('Make it the baseline'), icon: 'flag', run: () => actions.setBaseline(row.id) }
  );
  return row.status === 'open' && row.oid === null
    ? [...items, null, ...openItems(options)]
    : [...items, null, ...sealedItems(options, edit)];
}

function openItems({ row, actions, t }: RowMenuOptions): readonly (MenuItem | null)[] {
  return [
    { label: t('End the run'), icon: 'stop', run: () => actions.end(row, false) },
    { label: t('Discard the run…'), icon: 'trash', danger: true, run: () => actions.end(row, true) },
    null,
    { label: t('Copy the name'), icon: 'copy', run: () => actions.copyName(row) }
  ];
}

function sealedItems(options: RowMenuOptions, edit: (field: Edited) => void): readonly (MenuItem | null)[] {
  const { place, row, selected, actions, host, t } = options;
  const runs = selected.has(row.id) ? [...selected] : [row.id];
  const remote = options.remote === null ? null : visible(options.remote, 40);
  return [
    {
      label: t('Promote…'),
      icon: 'branch',
      disabled: row.oid === null,
      run: () => host.promote(place.id ?? '', row.id)
    },
    ...(remote === null || row.oid === null
      ? []
      : [
          {
            label:
              runs.length > 1
                ? t('Push {n} to {remote}', { n: runs.length, remote })
                : t('Push to {remote}', { remote }),
            icon: 'arrowUp' as const,
            keys: 'P',
            run: () => actions.push(runs)
          }
        ]),
    null,
    {
      label: row.star ? t('Take the star off') : t('Star'),
      icon: 'star',
      keys: 'S',
      run: () => actions.annotate([row.id], { star: !row.star })
    },
    { label: t('Rename…'), icon: 'pencil', keys: 'F2', run: () => edit('name') },
    { label: t('Tags…'), icon: 'tag', keys: 'T', run: () => edit('tags') },
    { label: t('Note…'), icon: 'note', keys: 'N', run: () => edit('note') },
    { label: t('Copy the name'), icon: 'copy', run: () => actions.copyName(row) },
    null,
    {
      label: row.archived ? t('Bring back from the archive') : t('Archive'),
      icon: 'archive',
      run: () => actions.annotate([row.id], { archived: !row.archived })
    },
    { label: t('Delete'), icon: 'trash', keys: '⌦', danger: true, run: () => actions.remove([row.id]) }
  ];
}
