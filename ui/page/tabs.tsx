/** The tabs of the page: which are open, remembered for the session, and the list that shows them. */

import { useCallback, useEffect, useState } from 'react';
import type { KeyboardEvent, ReactElement } from 'react';
import { useServices } from '../src';
import { visible } from '../src/model/format';
import { Icon } from '../src/views/parts';
import { formatRoute, parseRoute } from './routes';
import type { Names } from './names';
import type { Route } from './routes';

const TABS = 'trackside-tabs';

/** What a tab is called. */
export function titleOf(route: Route, names: Names, t: ReturnType<typeof useServices>['t']): string {
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

/** Draw the tabs; arrows go from one to the next, Delete closes one. */
export function TabList(props: {
  readonly tabs: readonly Route[];
  readonly route: Route;
  readonly names: Names;
  readonly onGo: (route: Route) => void;
  readonly onClose: (route: Route) => void;
}): ReactElement {
  const { tabs, route, names, onGo, onClose } = props;
  const { t } = useServices();
  const now = formatRoute(route);
  const onKeyDown = (event: KeyboardEvent): void => {
    const step = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
    const at = tabs.findIndex(tab => formatRoute(tab) === now);
    const to = (at + step + tabs.length) % tabs.length;
    const next = step ? tabs[to] : undefined;
    if (next) {
      onGo(next);
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
              onClick={() => onGo(tab)}
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

/** Use the open tabs; the address after # is the one in front. */
export function useTabs(): {
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

/** Use a value that is kept as long as the browser's tab. */
export function useStored<T>(name: string, first: T): readonly [T, (value: T) => void] {
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
