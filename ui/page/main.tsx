/** The page of `trackside ui`: the panel without JupyterLab. */

import { StrictMode, useCallback, useRef, useSyncExternalStore } from 'react';
import type { ReactElement } from 'react';
import { createRoot } from 'react-dom/client';
import type { Place } from '../src';
import { createHttpSource, ServicesProvider } from '../src';
import { PageHost } from './host';
import { Names } from './names';
import { goByAddress } from './routes';
import { EventFeed, eventsUrl, readConfig, sender } from './server';
import { Shell } from './Shell';
import '../style/index.css';
import './around.css';
import './page.css';

const config = readConfig();
const host = new PageHost(goByAddress);
const connection = { isConnected: true, wasLost: false, place: '', listeners: new Set<() => void>() };
const feed = new EventFeed(eventsUrl(config), isConnected => {
  if (isConnected && connection.wasLost && connection.place) {
    // What happened while nobody listened is not told again.
    feed.tell({ place: connection.place, revision: '', what: ['runs', 'open', 'tasks'], runs: [] });
  }
  connection.isConnected = isConnected;
  connection.wasLost ||= !isConnected;
  connection.listeners.forEach(listener => listener());
});
const names = new Names();
const source = names.overhear(createHttpSource({ send: sender(config), listen: feed.listen }));

function Page(): ReactElement {
  const isConnected = useSyncExternalStore(
    useCallback(listener => {
      connection.listeners.add(listener);
      return () => connection.listeners.delete(listener);
    }, []),
    () => connection.isConnected
  );
  const onPlace = useRef((place: Place) => {
    connection.place = place.id ?? '';
    document.title = place.name ? `${place.name} · Trackside` : 'Trackside';
  });
  return (
    <ServicesProvider source={source} host={host}>
      <Shell host={host} names={names} path={config.path} isConnected={isConnected} onPlace={onPlace.current} />
    </ServicesProvider>
  );
}

const root = document.getElementById('trackside') ?? document.body.appendChild(document.createElement('div'));
root.classList.add('ts-page-root');
createRoot(root).render(
  <StrictMode>
    <Page />
  </StrictMode>
);
