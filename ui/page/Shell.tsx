/** The page: side panel on the left, the table and opened runs as tabs beside it. */

import { useCallback, useState, useSyncExternalStore } from 'react';
import type { KeyboardEvent, PointerEvent, ReactElement } from 'react';
import type { Place } from '../src';
import { PlacePanel, useServices } from '../src';
import { Icon } from '../src/views/parts';
import { Around } from './Around';
import type { PageHost } from './host';
import { formatRoute, goByAddress } from './routes';
import type { Names } from './names';
import { View } from './View';
import { TabList, titleOf, useStored, useTabs } from './tabs';

const SIDE = 'trackside-side';

/** Draw the page. */
export function Shell(props: {
  readonly host: PageHost;
  readonly names: Names;
  readonly path: string;
  readonly isConnected: boolean;
  readonly onPlace: (place: Place) => void;
}): ReactElement {
  const { host, names, path, isConnected, onPlace } = props;
  const { t } = useServices();
  const [place, setPlace] = useState<Place | null>(null);
  const { route, tabs, close, replace } = useTabs();
  useSyncExternalStore(names.subscribe, names.current);
  const found = useCallback(
    (next: Place) => {
      setPlace(next);
      onPlace(next);
    },
    [onPlace]
  );
  const [side, setSide] = useStored(SIDE, 320);
  return (
    <div className="ts-page">
      <a className="ts-skip" href="#ts-main" onClick={skip}>
        {t('Skip to the table')}
      </a>
      <aside className="ts-page-side" aria-label={t('Side panel')} style={{ width: side }}>
        <h1 className="ts-unseen">Trackside</h1>
        <PlacePanel path={path} onPlace={found} />
        {isConnected ? null : (
          <p className="ts-page-away" role="status">
            <Icon name="warning" />
            {t('Not connected: this may not be up to date.')}
          </p>
        )}
        <Splitter width={side} onWidth={setSide} />
      </aside>
      <main className="ts-page-main" id="ts-main" tabIndex={-1}>
        <TabList tabs={tabs} route={route} names={names} onGo={goByAddress} onClose={close} />
        <div className="ts-page-view" role="tabpanel" aria-label={titleOf(route, names, t)}>
          {place ? (
            <View
              key={tabs.findIndex(tab => formatRoute(tab) === formatRoute(route))}
              route={route}
              place={place}
              onReplace={replace}
            />
          ) : null}
        </div>
      </main>
      <Around host={host} place={place} />
    </div>
  );
}

function skip(event: { preventDefault(): void }): void {
  // The address after # is the route: it must not change.
  event.preventDefault();
  document.getElementById('ts-main')?.focus();
}

function Splitter({
  width,
  onWidth
}: {
  readonly width: number;
  readonly onWidth: (width: number) => void;
}): ReactElement {
  const { t } = useServices();
  const fit = (next: number): number => Math.max(220, Math.min(560, next));
  const onPointerMove = (event: PointerEvent): void => {
    if (event.buttons === 1) {
      onWidth(fit(event.clientX));
    }
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const step = event.key === 'ArrowRight' ? 20 : event.key === 'ArrowLeft' ? -20 : 0;
    if (step) {
      onWidth(fit(width + step));
    }
  };
  return (
    <div
      className="ts-splitter"
      role="separator"
      aria-orientation="vertical"
      aria-label={t('Width of the side panel')}
      aria-valuenow={width}
      aria-valuemin={220}
      aria-valuemax={560}
      tabIndex={0}
      onPointerDown={event => event.currentTarget.setPointerCapture(event.pointerId)}
      onPointerMove={onPointerMove}
      onKeyDown={onKeyDown}
    />
  );
}
