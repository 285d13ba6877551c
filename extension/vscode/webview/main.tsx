/** The page of a tab. */

import { createHttpSource, ServicesProvider } from '@trackside/ui';
import { useMemo, useState } from 'react';
import type { ReactElement } from 'react';
import { createRoot } from 'react-dom/client';
import { parseShown } from '../src/views/shown';
import type { Shown } from '../src/views/shown';
import { hostOf } from './host';
import { Tab } from './Tab';
import { Wire } from './wire';
import type { TabApi } from './wire';
import '@trackside/ui/style/index.css';
import './theme.css';

declare function acquireVsCodeApi(): TabApi;

const api = acquireVsCodeApi();
const wire = new Wire(api);
const source = createHttpSource({ send: wire.send, listen: wire.listen });

function Page({ first }: { readonly first: Shown }): ReactElement {
  const [shown, setShown] = useState(first);
  const [promoting, setPromoting] = useState(first.isPromoting ? (first.runs[0] ?? null) : null);
  const [isHeldShown, setHeldShown] = useState(first.isHeldShown ?? false);
  const [isStorageShown, setStorageShown] = useState(first.isStorageShown ?? false);
  const host = useMemo(() => hostOf(wire, (_, run) => setPromoting(run)), []);
  wire.onShow = message => {
    setShown(message.shown);
    setPromoting(message.shown.isPromoting ? (message.shown.runs[0] ?? null) : null);
    setHeldShown(message.shown.isHeldShown ?? false);
    setStorageShown(message.shown.isStorageShown ?? false);
  };
  const change = (next: Shown): void => {
    setShown(next);
    api.setState(next);
    wire.do({ kind: 'shown', shown: next });
  };
  return (
    <ServicesProvider source={source} host={host}>
      <Tab
        shown={shown}
        promoting={promoting}
        onPromoted={() => setPromoting(null)}
        isHeldShown={isHeldShown}
        onHeldClosed={() => setHeldShown(false)}
        isStorageShown={isStorageShown}
        onStorageClosed={() => setStorageShown(false)}
        onShown={change}
      />
    </ServicesProvider>
  );
}

const root = document.getElementById('trackside');
const shown = parseShown(JSON.parse(root?.dataset['shown'] ?? 'null'));
if (root && shown) {
  // A dialog that stood open does not come back.
  api.setState({ ...shown, isPromoting: false, isHeldShown: false, isStorageShown: false });
  createRoot(root).render(<Page first={shown} />);
}
