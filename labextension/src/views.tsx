/** The views of the panel among the services of this program. */

import { ServicesProvider, useServices } from '@trackside/ui';
import type { Place } from '@trackside/ui';
import { useEffect, useState } from 'react';
import type { ReactElement } from 'react';
import type { ITracksideHost, ITracksideSource } from './tokens';

/** Stand `body` among the services of this program. */
export function framed(parts: ITracksideSource, host: ITracksideHost, body: ReactElement): ReactElement {
  return (
    <ServicesProvider source={parts.source} host={host} t={parts.t}>
      {body}
    </ServicesProvider>
  );
}

/** Draw `children` for a place that is known by its id, and by a path in it when it must be asked for. */
export function WithPlace(props: {
  readonly find: () => Promise<Place>;
  readonly children: (place: Place) => ReactElement;
}): ReactElement {
  const { find, children } = props;
  const { t } = useServices();
  const [place, setPlace] = useState<Place | null>(null);
  const [said, say] = useState('');
  useEffect(() => {
    let isWaited = true;
    find().then(
      found => isWaited && setPlace(found),
      (error: { readonly message?: string }) => isWaited && say(error.message ?? '')
    );
    return () => {
      isWaited = false;
    };
  }, [find]);
  if (place) {
    return children(place);
  }
  return (
    <p className="ts-lab-waiting" role="status">
      {said || t('Looking for runs')}
    </p>
  );
}
