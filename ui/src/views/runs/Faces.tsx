/** What stands where runs would be: each reason has its own words and its own way out. */

import type { ReactElement } from 'react';
import type { Place } from '../../contract';
import { visible } from '../../model/format';
import type { Rows } from '../../model/rows';
import { SourceError } from '../../source/source';
import { Face, Waiting } from '../parts';
import type { IconName } from '../parts';
import { counted, useServices } from '../services';

/** The two lines that start tracking. */
export const FIRST_LINES = '%load_ext trackside\n%track';

/** Why there can be no runs at a place; null when there can. */
export function PlaceFace(props: {
  readonly place: Place;
  readonly onRetry?: (() => void) | undefined;
}): ReactElement | null {
  const { place, onRetry } = props;
  const { t } = useServices();
  if (place.state === 'ready') {
    return null;
  }
  const faces: Readonly<Record<Exclude<Place['state'], 'ready'>, readonly [IconName, string, string?]>> = {
    'no-repository': ['folder', t('This folder is in no Git repository.'), 'git init'],
    'no-git': ['error', t('The git program was not found.')],
    'no-commit': ['branch', t('This repository has no commit yet.'), 'git add .\ngit commit -m "Start"'],
    refused: ['error', t('This folder cannot be looked at.')]
  };
  const [icon, message, lines] = faces[place.state];
  return (
    <Face
      icon={icon}
      kind={place.state === 'no-git' || place.state === 'refused' ? 'error' : 'calm'}
      message={place.message || message}
      hint={place.hint}
      {...(lines ? { lines } : {})}
      actions={onRetry ? [{ label: t('Look again'), run: onRetry, icon: 'refresh' }] : []}
    />
  );
}

/** Why the server gave no runs. */
export function FailureFace(props: { readonly error: unknown; readonly onRetry: () => void }): ReactElement {
  const { error, onRetry } = props;
  const { t } = useServices();
  const actions = [{ label: t('Try again'), run: onRetry, icon: 'refresh' as const }];
  if (error instanceof SourceError && error.code === 'no-server') {
    return (
      <Face
        icon="error"
        kind="error"
        message={t('The server part of Trackside is missing.')}
        hint={t('Install Trackside where the Jupyter server runs, then restart the server.')}
        lines="pip install trackside"
        actions={actions}
      />
    );
  }
  const told = error instanceof SourceError ? error : null;
  return (
    <Face
      icon="error"
      kind="error"
      message={told?.message || t('Something went wrong.')}
      hint={told ? told.hint : String(error)}
      actions={actions}
    />
  );
}

/** What the rows have to say when there are none: loading, nothing yet, nothing that matches; null when there are. */
export function RowsFace(props: {
  readonly rows: Rows;
  readonly isFiltered: boolean;
  readonly onClear: () => void;
  readonly onArchived: () => void;
  readonly onRetry: () => void;
}): ReactElement | null {
  const { rows, isFiltered, onClear, onArchived, onRetry } = props;
  const { t } = useServices();
  const { head, error } = rows;
  const isQueryWrong = error instanceof SourceError && error.code === 'query';
  if (error && !isQueryWrong && (!head || head.total === 0)) {
    return <FailureFace error={error} onRetry={onRetry} />;
  }
  if (!head) {
    return isQueryWrong ? null : <Waiting rows={9} label={t('Loading runs')} />;
  }
  if (head.total > 0) {
    return null;
  }
  if (isFiltered && head.every > 0) {
    return (
      <Face
        icon="search"
        message={t('No run matches.')}
        hint={
          head.said.map(one => visible(one)).join('\n') ||
          counted(t, head.every, '1 run is here.', '{n} runs are here.')
        }
        actions={[{ label: t('Show all runs'), run: onClear }]}
      />
    );
  }
  const actions =
    head.archived > 0
      ? [{ label: t('Show {n} archived', { n: head.archived }), run: onArchived, icon: 'archive' as const }]
      : [];
  return (
    <Face
      icon="flask"
      message={t('No runs yet.')}
      hint={t('Put these two lines at the top of a notebook: every cell from there on is tracked.')}
      lines={FIRST_LINES}
      actions={actions}
    />
  );
}
