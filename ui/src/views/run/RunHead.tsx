/** The head of one run: what it is called, how it is, what people noted, and what can be done with it. */

import { useState } from 'react';
import type { ReactElement } from 'react';
import type { Details, Place, RunRow } from '../../contract';
import { formatDuration, formatMoment, visible } from '../../model/format';
import { collectCurves, toRow } from '../../model/run/sections';
import { isHeld } from '../../model/sharing';
import { toSourceError } from '../charts/answers';
import { Button, IconButton, Menu, StatusPill, Tag } from '../parts';
import type { MenuItem } from '../parts';
import { useActions } from '../runs/actions';
import type { Actions } from '../runs/actions';
import { RunEditor } from '../runs/RunEditor';
import type { Edited } from '../runs/RunEditor';
import { useServices, useWords } from '../services';
import { useNow } from '../state/rows';
import { writeCurves } from '../../model/run/curvescsv';

export interface RunHeadProps {
  readonly place: Place & { readonly id: string };
  readonly run: string;
  readonly details: Details;
}

/** Name, title, status, star, tags, note; actions at the right. */
export function RunHead(props: RunHeadProps): ReactElement {
  return isHeld(props.run) ? <HeldHead {...props} /> : <OwnHead {...props} />;
}

/** Of a run that was held back: what it is, and nothing to do with it. */
function HeldHead({ run, details }: RunHeadProps): ReactElement {
  const row = toRow(run, details);
  return (
    <header className="ts-report-head ts-run-head">
      <div className="ts-run-title">
        <h2>{visible(row.name, 80)}</h2>
        <StatusPill status={row.status} />
      </div>
      {row.title && row.title !== row.name ? <p className="ts-run-said">{visible(row.title)}</p> : null}
      <Facts row={row} details={details} />
    </header>
  );
}

function OwnHead({ place, run, details }: RunHeadProps): ReactElement {
  const t = useWords();
  const actions = useActions(place, null);
  const row = toRow(run, details);
  const [edited, setEdited] = useState<{ readonly field: Edited; readonly anchor: HTMLElement } | null>(null);
  const edit = (field: Edited) => (event: { readonly currentTarget: HTMLElement }) =>
    setEdited({ field, anchor: event.currentTarget });
  const name = visible(row.name, 80);
  return (
    <header className="ts-report-head ts-run-head">
      <div className="ts-run-title">
        <IconButton
          icon="star"
          filled={row.star}
          pressed={row.star}
          label={row.star ? t('Take the star off {name}', { name }) : t('Star {name}', { name })}
          onClick={() => actions.annotate([run], { star: !row.star })}
        />
        <h2>{name}</h2>
        <StatusPill status={row.status} />
        {row.oid !== null ? <IconButton icon="pencil" label={t('Rename')} onClick={edit('name')} /> : null}
      </div>
      <RunActions place={place} row={row} details={details} actions={actions} />
      {row.title && row.title !== row.name ? <p className="ts-run-said">{visible(row.title)}</p> : null}
      <Facts row={row} details={details} />
      <div className="ts-run-notes">
        {row.tags.map(tag => (
          <Tag key={tag} name={tag} />
        ))}
        <Button look="quiet" icon="tag" onClick={edit('tags')}>
          {row.tags.length > 0 ? t('Tags') : t('Add tags')}
        </Button>
        <Button look="quiet" icon="note" onClick={edit('note')}>
          {row.note ? t('Note') : t('Add a note')}
        </Button>
        {row.note ? (
          <p className="ts-run-note">
            {row.note
              .split('\n')
              .map(line => visible(line, 2000))
              .join('\n')}
          </p>
        ) : null}
      </div>
      {edited ? (
        <RunEditor
          anchor={edited.anchor}
          field={edited.field}
          rows={[row]}
          actions={actions}
          onClose={() => setEdited(null)}
        />
      ) : null}
    </header>
  );
}

function Facts({ row, details }: { readonly row: RunRow; readonly details: Details }): ReactElement {
  const t = useWords();
  const now = useNow(row.status === 'open' ? 1 : 60);
  const { record } = details.experiment;
  const duration = row.status === 'open' ? Math.max(row.duration, now - row.started) : row.duration;
  const facts: readonly (readonly [string, string])[] = [
    [t('started'), formatMoment(row.started)],
    [t('took'), formatDuration(duration)],
    [t('by'), visible(row.author, 60)],
    [t('notebook'), row.notebook ? visible(row.notebook, 120) : ''],
    [t('branch'), row.branch ? visible(row.branch, 60) : ''],
    [t('on commit'), row.baseline.slice(0, 8)],
    [t('from run'), record.derived_from ? visible(record.derived_from, 60) : ''],
    [
      t('cells'),
      record.cells.failed > 0
        ? t('{count}, {failed} failed', { count: record.cells.executed, failed: record.cells.failed })
        : String(record.cells.executed)
    ],
    [t('also called'), row.alias ? visible(row.alias, 60) : ''],
    [t('promoted as'), row.promoted ? visible(row.promoted, 80) : '']
  ];
  return (
    <dl className="ts-run-facts">
      {facts
        .filter(([, value]) => value)
        .map(([label, value]) => (
          <div key={label}>
            <dt>{label}</dt>
            <dd>{value}</dd>
          </div>
        ))}
    </dl>
  );
}

interface RunActionsProps {
  readonly place: Place & { readonly id: string };
  readonly row: RunRow;
  readonly details: Details;
  readonly actions: Actions;
}

function RunActions({ place, row, details, actions }: RunActionsProps): ReactElement {
  const { source, host, t } = useServices();
  const [anchor, setAnchor] = useState<HTMLElement | null>(null);
  const isOpen = row.status === 'open' && row.oid === null;
  const compare = async (): Promise<void> => {
    try {
      const page = await source.page(place.id, {
        query: '',
        sort: '',
        offset: 0,
        limit: 1,
        archived: false,
        baseline: null
      });
      if (page.baseline && page.baseline.id !== row.id) {
        host.openCompare(place.id, [page.baseline.id, row.id]);
      } else {
        host.notify({ kind: 'info', message: t('This run is the baseline: there is no other to compare it with.') });
      }
    } catch (error) {
      const { message, hint } = toSourceError(error);
      host.notify({ kind: 'error', message, hint });
    }
  };
  const items = menuItems({ place, row, details, actions, isOpen }, host, t);
  return (
    <div className="ts-run-actions">
      {isOpen ? (
        <Button look="primary" icon="stop" onClick={() => actions.end(row, false)}>
          {t('End the run')}
        </Button>
      ) : (
        <Button look="primary" icon="branch" onClick={() => host.promote(place.id, row.id)}>
          {t('Promote')}
        </Button>
      )}
      <Button icon="compare" onClick={() => void compare()}>
        {t('Compare with the baseline')}
      </Button>
      <IconButton
        icon="more"
        label={t('More')}
        aria-haspopup="menu"
        aria-expanded={anchor !== null}
        onClick={event => setAnchor(event.currentTarget)}
      />
      {anchor ? <Menu anchor={anchor} label={t('More')} items={items} onClose={() => setAnchor(null)} /> : null}
    </div>
  );
}

function menuItems(
  about: RunActionsProps & { readonly isOpen: boolean },
  host: ReturnType<typeof useServices>['host'],
  t: ReturnType<typeof useWords>
): readonly (MenuItem | null)[] {
  const { place, row, details, actions, isOpen } = about;
  const { openNotebook } = host;
  const json = (): void =>
    host.download(`${row.name}.json`, new Blob([JSON.stringify(details, null, 2)], { type: 'application/json' }));
  const csv = (): void =>
    host.download(
      `${row.name}-curves.csv`,
      new Blob([writeCurves(collectCurves(row.id, details))], { type: 'text/csv' })
    );
  return [
    ...(openNotebook && row.notebook && row.oid
      ? [{ label: t('Notebook as it was'), icon: 'code' as const, run: () => openNotebook(place.id, row.id, row.name) }]
      : []),
    { label: t('Copy the name'), icon: 'copy', run: () => actions.copyName(row) },
    { label: t('Make it the baseline'), icon: 'flag', run: () => actions.setBaseline(row.id) },
    {
      label: row.archived ? t('Bring back from the archive') : t('Archive'),
      icon: 'archive',
      run: () => actions.annotate([row.id], { archived: !row.archived })
    },
    null,
    { label: t('Everything as JSON'), icon: 'download', run: json },
    { label: t('Curves as CSV'), icon: 'download', run: csv },
    null,
    isOpen
      ? { label: t('Discard the run…'), icon: 'trash', danger: true, run: () => actions.end(row, true) }
      : { label: t('Delete'), icon: 'trash', danger: true, run: () => actions.remove([row.id]) }
  ];
}
