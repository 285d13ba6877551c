/** The views of the panel, each with the services it needs. */

import type { RunRow } from '@trackside/ui';
import { ServicesProvider, useServices } from '@trackside/ui';
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

/** The runs around a path. */
export function Runs(props: { readonly path: string }): ReactElement {
  const { source } = useServices();
  const [said, say] = useState('…');
  const [rows, setRows] = useState<readonly RunRow[]>([]);
  useEffect(() => {
    const load = async (): Promise<void> => {
      const place = await source.place(props.path);
      say(place.message || place.name);
      if (place.id) {
        const page = await source.page(place.id, {
          query: '',
          sort: '',
          offset: 0,
          limit: 50,
          archived: false,
          baseline: null
        });
        setRows(page.rows);
      }
    };
    const ask = (): void => void load().catch((error: unknown) => say(String(error)));
    ask();
    const feed = source.subscribe(ask);
    return () => feed.dispose();
  }, [source, props.path]);
  return (
    <div>
      <p>{said}</p>
      <ul>
        {rows.map(row => (
          <li key={row.id}>
            {row.name} {row.status}
          </li>
        ))}
      </ul>
    </div>
  );
}

/** The table of a place. */
export function Table(props: { readonly place: string }): ReactElement {
  return <p>{props.place}</p>;
}

/** One run. */
export function OneRun(props: { readonly place: string; readonly run: string }): ReactElement {
  return <p>{props.run}</p>;
}

/** Several runs side by side. */
export function Comparing(props: { readonly place: string; readonly runs: readonly string[] }): ReactElement {
  return <p>{props.runs.join(' ')}</p>;
}
