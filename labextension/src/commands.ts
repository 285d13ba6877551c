/** Plugin: commands for the notebook in front, in the palette and wherever menus and shortcuts name them. */

import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ICommandPalette } from '@jupyterlab/apputils';
import { IDefaultFileBrowser } from '@jupyterlab/filebrowser';
import { INotebookTracker } from '@jupyterlab/notebook';
import type { NotebookPanel } from '@jupyterlab/notebook';
import type { SourceError } from '@trackside/ui';
import { tracksideIcon } from './icon';
import { ids } from './ids';
import { startRun } from './kernel';
import { ITracksideHost, ITracksideOpenRuns, ITracksideSource } from './tokens';
import type { OpenRun } from './tokens';

const NO_ARGUMENTS = { args: { type: 'object', properties: {} } } as const;

/** What the commands work with. */
interface Around {
  readonly app: JupyterFrontEnd;
  readonly parts: ITracksideSource;
  readonly host: ITracksideHost;
  readonly runs: ITracksideOpenRuns;
  readonly notebooks: INotebookTracker;
}

function inFront({ notebooks }: Around): NotebookPanel | null {
  return notebooks.currentWidget;
}

function openRun(around: Around): OpenRun | null {
  const panel = inFront(around);
  return panel ? around.runs.of(panel.context.path) : null;
}

async function end(around: Around, open: OpenRun, discard: boolean): Promise<void> {
  const { parts, host } = around;
  try {
    await parts.source.end(open.place, open.row.id, discard);
    around.runs.refresh();
  } catch (error) {
    const { message, hint } = error as SourceError;
    host.notify({ kind: 'error', message, hint });
  }
}

async function discard(around: Around, open: OpenRun): Promise<void> {
  const { t } = around.parts;
  const sure = await around.host.confirm({
    title: t('Discard the run {name}?', { name: open.row.name }),
    body: t('Nothing of it is kept. Your notebook and files stay as they are.'),
    accept: t('Discard')
  });
  if (sure) {
    await end(around, open, true);
  }
}

function addRunCommands(around: Around): void {
  const { app, parts, host, runs } = around;
  const { t } = parts;
  const { commands } = app;
  const changes: (() => void)[] = [];
  const whenOpen = (id: string, label: string, caption: string, act: (open: OpenRun) => void | Promise<void>): void => {
    commands.addCommand(id, {
      label,
      caption,
      describedBy: NO_ARGUMENTS,
      isEnabled: () => openRun(around) !== null,
      execute: () => {
        const open = openRun(around);
        return open ? act(open) : undefined;
      }
    });
    changes.push(() => commands.notifyCommandChanged(id));
  };
  commands.addCommand(ids.track, {
    label: () => (openRun(around) ? t('Start New Run') : t('Start Tracking This Notebook')),
    caption: t('Every cell from here on belongs to the run'),
    icon: tracksideIcon,
    describedBy: NO_ARGUMENTS,
    isEnabled: () => inFront(around) !== null,
    execute: async () => {
      const panel = inFront(around);
      if (panel && (await startRun(panel, t))) {
        runs.refresh();
      }
    }
  });
  changes.push(() => commands.notifyCommandChanged(ids.track));
  whenOpen(ids.endRun, t('End Run'), t('Seal the open run of this notebook now'), open => end(around, open, false));
  whenOpen(ids.discardRun, t('Discard Run…'), t('Throw the open run of this notebook away'), open =>
    discard(around, open)
  );
  whenOpen(ids.openCurrentRun, t('Open This Run'), t('Everything of the open run of this notebook'), open =>
    host.openRun(open.place, open.row.id)
  );
  const changed = (): void => changes.forEach(change => change());
  runs.changed.connect(changed);
  around.notebooks.currentChanged.connect(changed);
}

function addShowRunsOf(around: Around, browser: IDefaultFileBrowser | null): void {
  const { app, parts, host } = around;
  app.commands.addCommand(ids.showRunsOf, {
    label: parts.t('Show Runs'),
    icon: tracksideIcon,
    describedBy: NO_ARGUMENTS,
    execute: () => {
      const chosen = browser?.selectedItems().next().value;
      host.showPanel(chosen?.path ?? inFront(around)?.context.path ?? browser?.model.path ?? '');
    }
  });
}

export const commands: JupyterFrontEndPlugin<void> = {
  id: '@trackside/lab:commands',
  description: 'Commands for the notebook in front.',
  autoStart: true,
  requires: [ITracksideSource, ITracksideHost, ITracksideOpenRuns, INotebookTracker],
  optional: [ICommandPalette, IDefaultFileBrowser],
  activate: (
    app: JupyterFrontEnd,
    parts: ITracksideSource,
    host: ITracksideHost,
    runs: ITracksideOpenRuns,
    notebooks: INotebookTracker,
    palette: ICommandPalette | null,
    browser: IDefaultFileBrowser | null
  ) => {
    const around = { app, parts, host, runs, notebooks };
    addRunCommands(around);
    addShowRunsOf(around, browser);
    const category = parts.t('Trackside');
    const listed = [ids.track, ids.endRun, ids.discardRun, ids.openCurrentRun, ids.openTable, ids.showPanel];
    for (const command of [...listed, ids.toggleBadges]) {
      palette?.addItem({ command, category });
    }
  }
};
