/** Plugin: the dialog that makes a branch of a run. */

import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { PromoteDialog } from '@trackside/ui';
import { openDialog } from './dialogs';
import { ids } from './ids';
import { ITracksideFocus, ITracksideHost, ITracksideSource } from './tokens';

export const promote: JupyterFrontEndPlugin<void> = {
  id: '@trackside/lab:promote',
  description: 'The dialog that makes a branch of a run.',
  autoStart: true,
  requires: [ITracksideSource, ITracksideHost, ITracksideFocus],
  activate: (app: JupyterFrontEnd, parts: ITracksideSource, host: ITracksideHost, focus: ITracksideFocus) => {
    app.commands.addCommand(ids.promote, {
      label: parts.t('Promote Run…'),
      describedBy: {
        args: { type: 'object', properties: { place: { type: 'string' }, run: { type: 'string' } } }
      },
      execute: async args => {
        const { place: id, run } = args as { readonly place: string; readonly run: string };
        const place = await focus.placeWith(id, focus.pathIn(id));
        openDialog(parts, host, close => <PromoteDialog place={place} run={run} onClose={close} />);
      }
    });
  }
};
