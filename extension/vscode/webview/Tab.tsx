/** One tab: the table, a run or a comparison, and the dialogs that promote, show runs held back or what takes the space. */

import {
  CompareView,
  HeldDialog,
  PromoteDialog,
  RunsTable,
  RunView,
  StorageDialog,
  useServices,
  WithPlace
} from '@trackside/ui';
import type { Place } from '@trackside/ui';
import { useCallback } from 'react';
import type { ReactElement } from 'react';
import type { Shown } from '../src/views/shown';

/** What stands open over a tab. */
export type TabDialog =
  { readonly kind: 'promote'; readonly run: string } | { readonly kind: 'held' } | { readonly kind: 'storage' };

/** Draw what is shown; `onShown` hears that it is something else now. */
export function Tab(props: {
  readonly shown: Shown;
  readonly dialog: TabDialog | null;
  readonly onClosed: () => void;
  readonly onShown: (shown: Shown) => void;
}): ReactElement {
  const { shown, dialog, onClosed, onShown } = props;
  const { source } = useServices();
  const find = useCallback(async (): Promise<Place> => {
    const place = await source.place('');
    // Another repository of the folder is known by its handle alone.
    return place.id === shown.place ? place : { ...place, id: shown.place, state: 'ready', name: '' };
  }, [source, shown.place]);
  return (
    <WithPlace find={find} project={shown.project}>
      {place => (
        <>
          <View place={place} shown={shown} onShown={onShown} />
          {dialog?.kind === 'promote' ? <PromoteDialog place={place} run={dialog.run} onClose={onClosed} /> : null}
          {dialog?.kind === 'held' ? <HeldDialog place={place} onClose={onClosed} /> : null}
          {dialog?.kind === 'storage' ? <StorageDialog place={place} onClose={onClosed} /> : null}
        </>
      )}
    </WithPlace>
  );
}

function View(props: {
  readonly place: Place;
  readonly shown: Shown;
  readonly onShown: (shown: Shown) => void;
}): ReactElement {
  const { place, shown, onShown } = props;
  const [run] = shown.runs;
  if (shown.view === 'compare') {
    return (
      <CompareView place={place} runs={shown.runs} onRuns={runs => runs.length > 1 && onShown({ ...shown, runs })} />
    );
  }
  return shown.view === 'run' && run !== undefined ? <RunView place={place} run={run} /> : <RunsTable place={place} />;
}
