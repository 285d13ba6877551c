/** Plugin: runs over HTTP with the server's credentials, live over its event bus. */

import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { URLExt } from '@jupyterlab/coreutils';
import { ServerConnection } from '@jupyterlab/services';
import type { Event } from '@jupyterlab/services';
import { ITranslator } from '@jupyterlab/translation';
import { createHttpSource } from '@trackside/ui';
import type { Source } from '@trackside/ui';
import { ITracksideSource } from './tokens';
import { wordsOf } from './words';

/** Where the server answers, below its base address. */
export const API = 'trackside/api';

/** Make the source of a JupyterLab. */
export function sourceOf(app: JupyterFrontEnd, translate: (text: string) => string): Source {
  const { serverSettings, events } = app.serviceManager;
  return createHttpSource({
    send: (path, init) =>
      ServerConnection.makeRequest(`${URLExt.join(serverSettings.baseUrl, API)}/${path}`, init, serverSettings),
    listen: listener => {
      const heard = (_: Event.IManager, emission: Event.Emission): void => listener(emission);
      events.stream.connect(heard);
      return { dispose: () => void events.stream.disconnect(heard) };
    },
    translate
  });
}

export const source: JupyterFrontEndPlugin<ITracksideSource> = {
  id: '@trackside/lab:source',
  description: 'Runs over HTTP, live over the event bus.',
  autoStart: true,
  provides: ITracksideSource,
  optional: [ITranslator],
  activate: (app: JupyterFrontEnd, translator: ITranslator | null) => {
    const t = wordsOf(translator);
    return { source: sourceOf(app, t), t };
  }
};
