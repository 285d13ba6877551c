/** The program of `%track view`: the panel over a widget's messages. `loader.ts` places it. */

import { createRoot } from 'react-dom/client';
import { createHttpSource, ServicesProvider } from '../src';
import { PageHost } from '../page/host';
import { Names } from '../page/names';
import { Carrier } from './carrier';
import { Frame } from './Frame';
import { fieldsOf, say } from './model';
import type { Connection, Hear, Model } from './model';
import { withOwnQuery } from './ownquery';
import { Routes } from './routes';
import '../style/index.css';
import '../page/around.css';
import './widget.css';

/** The words of a server, where there is a kernel. */
const WORDS: Readonly<Record<string, string>> = {
  'The server does not answer.': 'The kernel does not answer.',
  'Is it still running? Trackside tries again when you refresh.': 'Run the cell again.',
  'The server failed to answer.': 'The kernel failed to answer.'
};

/** Begin the conversation of a model with its kernel. */
export function connect(model: Model): Connection {
  const carrier = new Carrier({
    send: content => say(model, content),
    listen: hear => {
      const heard: Hear = (content, buffers) => hear(content, buffers);
      model.on('msg:custom', heard);
      return { dispose: () => model.off('msg:custom', heard) };
    }
  });
  const { query, runs } = fieldsOf(model.get('opening'));
  const names = new Names();
  const asked = createHttpSource({ ...carrier, translate: text => WORDS[text] ?? text });
  const source = names.overhear(withOwnQuery(asked, typeof query === 'string' ? query : ''));
  const routes = new Routes();
  if (Array.isArray(runs) && runs.length > 1) {
    routes.go({ view: 'compare', runs: runs.map(String) });
  }
  const host = new PageHost(routes.go, 'widget');
  return {
    show: box => {
      const root = createRoot(box);
      root.render(
        <ServicesProvider source={source} host={host}>
          <Frame host={host} names={names} routes={routes} carrier={carrier} />
        </ServicesProvider>
      );
      return () => root.unmount();
    },
    dispose: () => carrier.dispose()
  };
}
