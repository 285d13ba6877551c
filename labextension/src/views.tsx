/** The views of the panel among the services of this program. */

import { ServicesProvider } from '@trackside/ui';
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
