/** What can be done with the selected runs. */

import { useState } from 'react';
import type { ReactElement } from 'react';
import type { Place, RunRow } from '../../contract';
import { visible } from '../../model/format';
import { isUnderWay } from '../../model/sharing';
import { Button, IconButton } from '../parts';
import { useServices } from '../services';
import { useSharing } from '../state/sharing';
import type { Actions } from './actions';
import { RunEditor } from './RunEditor';

/** Props of the bar; `rows` are those of the selected runs that are at hand. */
export interface SelectionBarProps {
  readonly place: Place;
  readonly selected: ReadonlySet<string>;
  readonly rows: readonly RunRow[];
  readonly baseline: RunRow | null;
  readonly actions: Actions;
  readonly onClear: () => void;
}

/** Draw the bar; nothing when nothing is selected. */
export function SelectionBar(props: SelectionBarProps): ReactElement | null {
  const { place, selected, rows, baseline, actions, onClear } = props;
  const { host, t } = useServices();
  const { sharing, state } = useSharing(place.id ?? '');
  const [anchor, setAnchor] = useState<Element | null>(null);
  const runs = [...selected];
  const [only] = runs;
  if (only === undefined) {
    return null;
  }
  const id = place.id ?? '';
  const against = runs.length === 1 && baseline && baseline.id !== only ? [baseline.id, only] : runs;
  const isStarred = rows.length > 0 && rows.every(row => row.star);
  const isArchived = rows.length > 0 && rows.every(row => row.archived);
  const single = runs.length === 1 ? rows[0] : undefined;
  return (
    <div className="ts-bar" role="toolbar" aria-label={t('Selected runs')}>
      <span className="ts-bar-count" aria-live="polite">
        {t('{n} selected', { n: runs.length })}
      </span>
      <Button
        look="primary"
        icon="compare"
        disabled={against.length < 2}
        title={runs.length === 1 ? t('Compare with the baseline') : t('Compare the selected runs')}
        onClick={() => actions.compare(against)}
      >
        {runs.length > 1 ? t('Compare {n}', { n: runs.length }) : t('Compare')}
      </Button>
      {single?.oid ? (
        <IconButton icon="branch" label={t('Promote…')} onClick={() => host.promote(id, single.id)} />
      ) : null}
      {sharing.remote === null ? null : (
        <IconButton
          icon="arrowUp"
          label={t('Push to {remote}', { remote: visible(sharing.remote, 40) })}
          disabled={isUnderWay(state.task)}
          onClick={() => actions.push(runs)}
        />
      )}
      <span className="ts-bar-space" />
      <IconButton
        icon="star"
        filled={isStarred}
        label={isStarred ? t('Take the star off') : t('Star')}
        onClick={() => actions.annotate(runs, { star: !isStarred })}
      />
      <IconButton icon="tag" label={t('Tags…')} onClick={event => setAnchor(event.currentTarget)} />
      <IconButton
        icon="archive"
        label={isArchived ? t('Bring back from the archive') : t('Archive')}
        onClick={() => actions.annotate(runs, { archived: !isArchived })}
      />
      <IconButton icon="trash" label={t('Delete')} onClick={() => actions.remove(runs)} />
      <IconButton icon="close" label={t('Select none')} onClick={onClear} />
      {anchor ? (
        <RunEditor anchor={anchor} field="tags" rows={rows} actions={actions} onClose={() => setAnchor(null)} />
      ) : null}
    </div>
  );
}
