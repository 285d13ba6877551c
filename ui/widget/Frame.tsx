/** The panel in a cell's output: table, opened runs and comparisons as tabs, in a frame that can be made taller. */

import { useCallback, useEffect, useState, useSyncExternalStore } from 'react';
import type { ReactElement } from 'react';
import { FailureFace, isAborted, useServices, Waiting } from '../src';
import type { Place } from '../src';
import { Icon } from '../src/views/parts';
import { PlaceFace } from '../src/views/runs/Faces';
import { Around } from '../page/Around';
import type { PageHost } from '../page/host';
import type { Names } from '../page/names';
import { formatRoute } from '../page/routes';
import { TabList, titleOf } from '../page/tabs';
import { View } from '../page/View';
import type { Carrier } from './carrier';
import type { Routes } from './routes';

/** Draw it. */
export function Frame(props: {
  readonly host: PageHost;
  readonly names: Names;
  readonly routes: Routes;
  readonly carrier: Carrier;
}): ReactElement {
  const { host, names, routes, carrier } = props;
  const { t } = useServices();
  const { tabs, route } = useSyncExternalStore(routes.subscribe, routes.current);
  useSyncExternalStore(names.subscribe, names.current);
  const { place, error, retry } = usePlace();
  return (
    <div className="ts-widget-frame">
      <div className="ts-widget-bar">
        <TabList tabs={tabs} route={route} names={names} onGo={routes.go} onClose={routes.close} />
        <Busy carrier={carrier} />
      </div>
      <div className="ts-widget-view" role="tabpanel" aria-label={titleOf(route, names, t)}>
        {error ? <FailureFace error={error} onRetry={retry} /> : null}
        {place && place.id === null ? <PlaceFace place={place} onRetry={retry} /> : null}
        {place && place.id !== null ? (
          <View key={formatRoute(route)} route={route} place={place} onReplace={routes.replace} />
        ) : null}
        {place || error ? null : <Waiting rows={9} label={t('Looking for runs')} />}
      </div>
      <Around host={host} place={place} />
    </div>
  );
}

/** Says that the kernel runs a cell, and that questions wait for its end. */
function Busy({ carrier }: { readonly carrier: Carrier }): ReactElement {
  const { t } = useServices();
  const isBusy = useSyncExternalStore(carrier.subscribe, carrier.busy);
  return (
    <p className="ts-widget-busy" role="status">
      {isBusy ? (
        <>
          <Icon name="running" />
          {t('The kernel is busy: answers come when it is free.')}
        </>
      ) : null}
    </p>
  );
}

function usePlace(): { readonly place: Place | null; readonly error: unknown; readonly retry: () => void } {
  const { source } = useServices();
  const [found, setFound] = useState<{ place: Place | null; error: unknown }>({ place: null, error: null });
  const [tries, setTries] = useState(0);
  const retry = useCallback(() => setTries(count => count + 1), []);
  useEffect(() => {
    const aborting = new AbortController();
    source.place('', aborting.signal).then(
      place => setFound({ place, error: null }),
      (error: unknown) => isAborted(error) || setFound({ place: null, error })
    );
    return () => aborting.abort();
  }, [source, tries]);
  return { ...found, retry };
}
