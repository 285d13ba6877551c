/** The side panel for a notebook or folder: finds its place, and says why when there is none. */

import { useCallback, useEffect, useState } from 'react';
import type { ReactElement } from 'react';
import type { Place } from '../../contract';
import { isAborted } from '../../source/http';
import { Face, Waiting } from '../parts';
import { FailureFace } from '../runs/Faces';
import { useServices } from '../services';
import { RunsPanel } from './RunsPanel';

/** The format of the contract that this panel speaks. */
const FORMAT = 1;

/** Show the runs around `path`, a path of the contents service. `onPlace` hears what was found. */
export function PlacePanel(props: { readonly path: string; readonly onPlace?: (place: Place) => void }): ReactElement {
  const { path, onPlace } = props;
  const { t } = useServices();
  const { place, error, format, retry } = usePlace(path);
  useEffect(() => {
    if (place) {
      onPlace?.(place);
    }
  }, [place, onPlace]);
  if (error) {
    return (
      <section className="ts-panel">
        <FailureFace error={error} onRetry={retry} />
      </section>
    );
  }
  if (format !== null && format !== FORMAT) {
    return (
      <section className="ts-panel">
        <Face
          icon="error"
          kind="error"
          message={t('The panel and the server are of different versions of Trackside.')}
          hint={t('Install the same version in both, restart the server and reload this page.')}
          actions={[{ label: t('Try again'), run: retry, icon: 'refresh' }]}
        />
      </section>
    );
  }
  if (!place) {
    return (
      <section className="ts-panel">
        <Waiting rows={9} label={t('Looking for runs')} />
      </section>
    );
  }
  return <RunsPanel place={place} onRetry={retry} />;
}

function usePlace(path: string): {
  readonly place: Place | null;
  readonly error: unknown;
  readonly format: number | null;
  readonly retry: () => void;
} {
  const { source } = useServices();
  const [state, setState] = useState<{ place: Place | null; error: unknown; format: number | null }>({
    place: null,
    error: null,
    format: null
  });
  const [tries, setTries] = useState(0);
  const retry = useCallback(() => setTries(count => count + 1), []);
  useEffect(() => {
    const aborting = new AbortController();
    const look = async (): Promise<void> => {
      try {
        const [about, place] = await Promise.all([source.about(aborting.signal), source.place(path, aborting.signal)]);
        setState({ place, error: null, format: about.format });
      } catch (error) {
        if (!isAborted(error)) {
          setState({ place: null, error, format: null });
        }
      }
    };
    void look();
    return () => aborting.abort();
  }, [source, path, tries]);
  return { ...state, retry };
}
