/** Plugin: what takes the space of the project in front, as a command; it stands over the panel. */

import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ICommandPalette } from '@jupyterlab/apputils';
import { StorageDialog } from '@trackside/ui';
import { openDialog } from './dialogs';
import { ids } from './ids';
import { ITracksideFocus, ITracksideHost, ITracksideSource } from './tokens';

export const storage: JupyterFrontEndPlugin<void> = {
  id: '@trackside/lab:storage',
  description: 'What takes the space of the project in front.',
  autoStart: true,
  requires: [ITracksideSource, ITracksideHost, ITracksideFocus],
  optional: [ICommandPalette],
  activate: (
    app: JupyterFrontEnd,
    parts: ITracksideSource,
    host: ITracksideHost,
    focus: ITracksideFocus,
    palette: ICommandPalette | null
  ) => {
    const { t } = parts;
    app.commands.addCommand(ids.showStorage, {
      label: t('Show What Takes the Space'),
      caption: t('All of it, by kind, the largest runs and files'),
      describedBy: { args: { type: 'object', properties: {} } },
      execute: async () => {
        const place = await focus.placeOf(focus.path);
        if (place.id === null) {
          host.notify({ kind: 'warning', message: t('There is no repository here.') });
          return;
        }
        host.showPanel(focus.path);
        openDialog(parts, host, close => <StorageDialog place={place} onClose={close} />);
      }
    });
    palette?.addItem({ command: ids.showStorage, category: t('Trackside') });
  }
};
