/** Plugin: push and pull of the project in front, as commands; how it goes is told in the panel. */

import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ICommandPalette } from '@jupyterlab/apputils';
import { sharingOf } from '@trackside/ui';
import type { Sharing } from '@trackside/ui';
import { ids } from './ids';
import { ITracksideFocus, ITracksideHost, ITracksideSource } from './tokens';

const NO_ARGUMENTS = { args: { type: 'object', properties: {} } } as const;

export const sharing: JupyterFrontEndPlugin<void> = {
  id: '@trackside/lab:sharing',
  description: 'Push and pull of the project in front.',
  autoStart: true,
  requires: [ITracksideSource, ITracksideHost, ITracksideFocus],
  optional: [ICommandPalette],
  activate: (
    app: JupyterFrontEnd,
    { source, t }: ITracksideSource,
    host: ITracksideHost,
    focus: ITracksideFocus,
    palette: ICommandPalette | null
  ) => {
    const inFront = async (): Promise<Sharing | null> => {
      const { id } = await focus.placeOf(focus.path);
      if (id === null) {
        host.notify({ kind: 'warning', message: t('There is no repository here.') });
        return null;
      }
      const found = sharingOf(source, id);
      await found.load();
      if (found.current().remotes?.length === 0) {
        host.notify({
          kind: 'warning',
          message: t('This repository has no remote.'),
          hint: t('git remote add origin ADDRESS, then again.')
        });
        return null;
      }
      return found;
    };
    app.commands.addCommand(ids.pull, {
      label: t('Pull Runs'),
      caption: t('Get the runs that others pushed to the usual remote'),
      describedBy: NO_ARGUMENTS,
      execute: async () => {
        const found = await inFront();
        if (found) {
          host.showPanel(focus.path);
          await found.pull();
        }
      }
    });
    app.commands.addCommand(ids.push, {
      label: t('Push All Runs…'),
      caption: t('Send all runs of this project to the usual remote'),
      describedBy: NO_ARGUMENTS,
      execute: async () => {
        const found = await inFront();
        const remote = found?.remote ?? '';
        const isMeant =
          found !== null &&
          (await host.confirm({
            title: remote ? t('Push all runs to {remote}?', { remote }) : t('Push all runs?'),
            body: t(
              'Whoever can read the remote sees them: code, parameters, outputs, notes. Nothing there is overwritten.'
            ),
            accept: t('Push')
          }));
        if (found && isMeant) {
          host.showPanel(focus.path);
          await found.push({ which: 'all' });
        }
      }
    });
    for (const command of [ids.pull, ids.push]) {
      palette?.addItem({ command, category: t('Trackside') });
    }
  }
};
