/** The page: side panel on the left, the table and opened runs as tabs beside it. */

import { useCallback, useState, useSyncExternalStore } from 'react';
import type { KeyboardEvent, PointerEvent, ReactElement } from 'react';
import type { Place } from '../src';
import { CompareView, PlacePanel, PromoteDialog, RunsTable, RunView, useServices } from '../src';
import { Button, Dialog, Icon, IconButton } from '../src/views/parts';
import type { PageHost, Shown } from './host';
import { formatRoute } from './routes';
import type { Names } from './names';
import type { Route } from './routes';
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
  const desk = useSyncExternalStore(host.subscribe, host.current);
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
        <TabList tabs={tabs} route={route} names={names} onClose={close} />
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
      {place && desk.promoting !== null ? (
        <PromoteDialog place={place} run={desk.promoting} onClose={() => host.promote('', null)} />
      ) : null}
      {desk.asked ? (
        <Dialog
          title={desk.asked.title}
          onClose={() => desk.asked?.answer(false)}
          footer={
            <>
              <Button autoFocus onClick={() => desk.asked?.answer(false)}>
                {t('Cancel')}
              </Button>
              <Button look="danger" onClick={() => desk.asked?.answer(true)}>
                {desk.asked.accept}
              </Button>
            </>
          }
        >
          <p className="ts-page-question">{desk.asked.body}</p>
        </Dialog>
      ) : null}
      <div className="ts-toasts" aria-live="polite">
        {desk.notices.map(notice => (
          <Toast key={notice.id} notice={notice} onClose={() => host.dismiss(notice.id)} />
        ))}
      </div>
    </div>
  );
}

function skip(event: { preventDefault(): void }): void {
  // The address after # is the route: it must not change.
  event.preventDefault();
  document.getElementById('ts-main')?.focus();
}

function View(props: {
  readonly route: Route;
  readonly place: Place;
  readonly onReplace: (before: Route, after: Route) => void;
}): ReactElement {
  const { route, place, onReplace } = props;
  switch (route.view) {
    case 'run':
      return <RunView key={route.run} place={place} run={route.run} />;
    case 'compare':
      return (
        <CompareView
          place={place}
          runs={route.runs}
          onRuns={runs => onReplace(route, runs.length > 1 ? { view: 'compare', runs } : { view: 'table' })}
        />
      );
    default:
      return <RunsTable place={place} />;
  }
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

function Toast({ notice, onClose }: { readonly notice: Shown; readonly onClose: () => void }): ReactElement {
  const { t } = useServices();
  const { action } = notice;
  const icons = { info: 'info', success: 'check', warning: 'warning', error: 'error' } as const;
  return (
    <div className={`ts-toast ts-toast-${notice.kind}`} role={notice.kind === 'error' ? 'alert' : 'status'}>
      <Icon name={icons[notice.kind]} />
      <div className="ts-toast-words">
        <p>{notice.message}</p>
        {notice.hint ? <p className="ts-soft">{notice.hint}</p> : null}
      </div>
      {action ? (
        <Button
          icon="undo"
          onClick={() => {
            onClose();
            action.run();
          }}
        >
          {action.label}
        </Button>
      ) : null}
      <IconButton icon="close" label={t('Close')} onClick={onClose} />
    </div>
  );
}
