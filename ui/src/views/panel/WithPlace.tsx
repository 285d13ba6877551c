/** A view of a place that is known by its handle, such as a tab that comes back after a reload. */

import { useEffect, useState } from 'react';
import type { ReactElement } from 'react';
import type { Place } from '../../contract';
import { SourceError } from '../../source/source';
import { Face, Waiting } from '../parts';
import { FailureFace } from '../runs/Faces';
import { useServices } from '../services';

/** What says that a project is no more where it was. */
const GONE: ReadonlySet<string> = new Set(['unknown-place', 'not-found', 'outside-root']);

/** Draw `children` for a place that is known by its id; `project` is its name when it was last seen. */
export function WithPlace(props: {
  readonly find: () => Promise<Place>;
  readonly project: string;
  readonly children: (place: Place) => ReactElement;
}): ReactElement {
  const { find, project, children } = props;
  const { source, t } = useServices();
  const [place, setPlace] = useState<Place | null>(null);
  const [error, setError] = useState<unknown>(null);
  const [tries, setTries] = useState(0);
  useEffect(() => {
    const aborting = new AbortController();
    const look = async (): Promise<void> => {
      try {
        const found = await find();
        if (found.id !== null && !found.name) {
          // The handle comes from a kept layout: only the server knows whether it still leads anywhere.
          await source.choices(found.id, aborting.signal);
        }
        if (!aborting.signal.aborted) {
          setPlace({ ...found, name: found.name || project });
        }
      } catch (failure) {
        if (!aborting.signal.aborted) {
          setError(failure);
        }
      }
    };
    void look();
    return () => aborting.abort();
  }, [find, source, project, tries]);
  if (place) {
    return children(place);
  }
  const again = (): void => {
    setError(null);
    setTries(count => count + 1);
  };
  if (error instanceof SourceError && project && GONE.has(error.code)) {
    return (
      <Face
        icon="folder"
        kind="error"
        message={t('The project {project} is not found here.', { project })}
        hint={t('It was moved, renamed or removed, or this server shows another folder. Open it where it is now.')}
        actions={[{ label: t('Look again'), run: again, icon: 'refresh' }]}
      />
    );
  }
  return error === null ? (
    <Waiting rows={9} label={t('Looking for runs')} />
  ) : (
    <FailureFace error={error} onRetry={again} />
  );
}
