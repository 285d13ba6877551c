/** The page: side panel on the left, the table and opened runs as tabs beside it. */

import { useCallback, useEffect, useState, useSyncExternalStore } from 'react';
import type { KeyboardEvent, PointerEvent, ReactElement } from 'react';
import type { Place } from '../src';
import { CompareView, PlacePanel, PromoteDialog, RunsTable, RunView, useServices } from '../src';
import { visible } from '../src/model/format';
import { Button, Dialog, Icon, IconButton } from '../src/views/parts';
import type { PageHost, Shown } from './host';
import { formatRoute, parseRoute } from './routes';
import type { Names } from './names';
import type { Route } from './routes';

const TABS = 'trackside-tabs';
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

function titleOf(route: Route, names: Names, t: ReturnType<typeof useServices>['t']): string {
  switch (route.view) {
    case 'run':
      return visible(names.of(route.run), 40);
    case 'compare':
      return route.runs.length === 2
        ? route.runs.map(run => visible(names.of(run), 24)).join(' · ')
        : t('Compare {n} runs', { n: route.runs.length });
    default:
      return t('Experiments');
  }
}

function TabList(props: {
  readonly tabs: readonly Route[];
  readonly route: Route;
  readonly names: Names;
  readonly onClose: (route: Route) => void;
}): ReactElement {
  const { tabs, route, names, onClose } = props;
  const { t } = useServices();
  const now = formatRoute(route);
  const onKeyDown = (event: KeyboardEvent): void => {
    const step = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
    const at = tabs.findIndex(tab => formatRoute(tab) === now);
    const to = (at + step + tabs.length) % tabs.length;
    const next = step ? tabs[to] : undefined;
    if (next) {
      location.hash = formatRoute(next);
      event.currentTarget.querySelectorAll<HTMLElement>('[role=tab]')[to]?.focus();
    } else if (event.key === 'Delete' && route.view !== 'table') {
      onClose(route);
    }
  };
  return (
    <div className="ts-pagetabs" role="tablist" aria-label={t('Views')} onKeyDown={onKeyDown}>
      {tabs.map(tab => {
        const hash = formatRoute(tab);
        const title = titleOf(tab, names, t);
        return (
          <span key={hash} className={hash === now ? 'ts-pagetab ts-pagetab-on' : 'ts-pagetab'} role="presentation">
            <button
              type="button"
              role="tab"
              aria-selected={hash === now}
              aria-keyshortcuts={tab.view === 'table' ? undefined : 'Delete'}
              tabIndex={hash === now ? 0 : -1}
              onClick={() => {
                location.hash = hash;
              }}
              onAuxClick={() => onClose(tab)}
            >
              <Icon name={tab.view === 'table' ? 'table' : tab.view === 'run' ? 'flask' : 'compare'} />
              {title}
            </button>
            {tab.view === 'table' ? null : (
              // For the mouse alone: a list of tabs may hold nothing but tabs; keys close one with Delete.
              <span
                className="ts-iconbutton"
                aria-hidden="true"
                title={t('Close {name}', { name: title })}
                onClick={() => onClose(tab)}
              >
                <Icon name="close" />
              </span>
            )}
          </span>
        );
      })}
    </div>
  );
}

function useTabs(): {
  readonly route: Route;
  readonly tabs: readonly Route[];
  readonly close: (route: Route) => void;
  readonly replace: (before: Route, after: Route) => void;
} {
  const [route, setRoute] = useState(() => parseRoute(location.hash));
  const [kept, setKept] = useStored<readonly string[]>(TABS, []);
  useEffect(() => {
    const read = (): void => setRoute(parseRoute(location.hash));
    window.addEventListener('hashchange', read);
    return () => window.removeEventListener('hashchange', read);
  }, []);
  const now = formatRoute(route);
  useEffect(() => {
    if (route.view !== 'table' && !kept.includes(now)) {
      setKept([...kept, now].slice(-12));
    }
  }, [route, now, kept, setKept]);
  const hashes = ['#/table', ...kept, ...(route.view === 'table' || kept.includes(now) ? [] : [now])];
  const close = (gone: Route): void => {
    const hash = formatRoute(gone);
    const at = hashes.indexOf(hash);
    setKept(kept.filter(one => one !== hash));
    if (hash === now && gone.view !== 'table') {
      // Set at once: the effect above would bring the closed tab back until the address has changed.
      const next = hashes[at - 1] ?? '#/table';
      location.hash = next;
      setRoute(parseRoute(next));
    }
  };
  const replace = (before: Route, after: Route): void => {
    const next = formatRoute(after);
    setKept(kept.map(one => (one === formatRoute(before) ? next : one)).filter(one => one !== '#/table'));
    history.replaceState(null, '', next);
    setRoute(after);
  };
  return { route, tabs: hashes.map(parseRoute), close, replace };
}

function useStored<T>(name: string, first: T): readonly [T, (value: T) => void] {
  const [value, setValue] = useState<T>(() => {
    try {
      const kept = sessionStorage.getItem(name);
      return kept === null ? first : (JSON.parse(kept) as T);
    } catch {
      return first;
    }
  });
  const set = useCallback(
    (next: T) => {
      setValue(next);
      try {
        sessionStorage.setItem(name, JSON.stringify(next));
      } catch {
        // A browser that keeps nothing: the page works, it only forgets.
      }
    },
    [name]
  );
  return [value, set];
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
