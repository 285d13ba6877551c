/** The page of a tab. */

import { createHttpSource, ServicesProvider } from '@trackside/ui';
import { useMemo, useState } from 'react';
import type { ReactElement } from 'react';
import { createRoot } from 'react-dom/client';
import { parseShown } from '../src/views/shown';
import type { Shown } from '../src/views/shown';
import { hostOf } from './host';
import { Tab } from './Tab';
import type { TabDialog } from './Tab';
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
  const [dialog, setDialog] = useState(dialogOf(first));
  const host = useMemo(() => hostOf(wire, (_, run) => setDialog({ kind: 'promote', run })), []);
  wire.onShow = message => {
    setShown(message.shown);
    setDialog(dialogOf(message.shown));
  };
  const change = (next: Shown): void => {
    setShown(next);
    api.setState(next);
    wire.do({ kind: 'shown', shown: next });
  };
  return (
    <ServicesProvider source={source} host={host}>
      <Tab shown={shown} dialog={dialog} onClosed={() => setDialog(null)} onShown={change} />
    </ServicesProvider>
  );
}

/** What stands open over a tab when it is shown. */
function dialogOf({ dialog: kind, runs: [run] }: Shown): TabDialog | null {
  if (kind === 'promote') {
    return run === undefined ? null : { kind, run };
  }
  return kind ? { kind } : null;
}

const root = document.getElementById('trackside');
const shown = parseShown(JSON.parse(root?.dataset['shown'] ?? 'null'));
if (root && shown) {
  // A dialog that stood open does not come back.
  api.setState({ ...shown, dialog: undefined });
  createRoot(root).render(<Page first={shown} />);
}
