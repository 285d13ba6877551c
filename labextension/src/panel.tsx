/** Plugin: the side panel with the runs of what is in front. */

import { ILabShell, ILayoutRestorer } from '@jupyterlab/application';
import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ReactWidget, UseSignal } from '@jupyterlab/ui-components';
import { PlacePanel } from '@trackside/ui';
import { tracksideIcon } from './icon';
import { ids } from './ids';
import { treeOf } from './stage';
import { ITracksideFocus, ITracksideHost, ITracksideSource } from './tokens';
import { framed } from './views';

/** The runs of the notebook or folder in front, as a widget. */
export function createPanel(parts: ITracksideSource, host: ITracksideHost, focus: ITracksideFocus): ReactWidget {
  const widget = ReactWidget.create(
    framed(parts, host, <UseSignal signal={focus.changed}>{() => <PlacePanel path={focus.path} />}</UseSignal>)
  );
  widget.id = ids.panel;
  widget.addClass('ts-lab-panel');
  widget.title.icon = tracksideIcon;
  widget.title.caption = parts.t('Trackside: runs of this project');
  widget.node.setAttribute('role', 'region');
  widget.node.setAttribute('aria-label', parts.t('Trackside: runs of this project'));
  return widget;
}

export const panel: JupyterFrontEndPlugin<void> = {
  id: '@trackside/lab:panel',
  description: 'The side panel with the runs of what is in front.',
  autoStart: true,
  requires: [ITracksideSource, ITracksideHost, ITracksideFocus],
  optional: [ILabShell, ILayoutRestorer],
  activate: (
    app: JupyterFrontEnd,
    parts: ITracksideSource,
    host: ITracksideHost,
    focus: ITracksideFocus,
    labShell: ILabShell | null,
    restorer: ILayoutRestorer | null
  ) => {
    const widget = createPanel(parts, host, focus);
    restorer?.add(widget, ids.panel);
    if (labShell) {
      app.shell.add(widget, 'left', { rank: 450, type: 'Trackside' });
    } else {
      placeInNotebook7(app, widget, parts.t('Runs'));
    }
    app.commands.addCommand(ids.showPanel, {
      label: parts.t('Show Runs'),
      icon: tracksideIcon,
      describedBy: { args: { type: 'object', properties: { path: { type: 'string' } } } },
      execute: args => {
        if (typeof args['path'] === 'string') {
          focus.lookAt(args['path']);
        }
        const tree = treeOf(app);
        if (tree && widget.parent) {
          tree.currentWidget = widget;
        } else {
          app.shell.activateById(widget.id);
        }
      }
    });
  }
};

/** Notebook 7: a tab beside the files on the tree page, else the left side. */
function placeInNotebook7(app: JupyterFrontEnd, widget: ReactWidget, label: string): void {
  void app.restored.then(() => {
    const tree = treeOf(app);
    if (tree) {
      widget.title.label = label;
      tree.addWidget(widget);
    } else {
      app.shell.add(widget, 'left', { rank: 450 });
    }
  });
}
