/** Plugin: the button on a notebook's toolbar: start a run, see the open one, end it. */

import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { IToolbarWidgetRegistry } from '@jupyterlab/apputils';
import { INotebookTracker } from '@jupyterlab/notebook';
import type { NotebookPanel } from '@jupyterlab/notebook';
import { MenuSvg, ReactWidget, UseSignal } from '@jupyterlab/ui-components';
import type { CommandRegistry } from '@lumino/commands';
import type { IDisposable } from '@lumino/disposable';
import type { Words } from '@trackside/ui';
import type { MouseEvent, ReactElement } from 'react';
import { tracksideIcon } from './icon';
import { ids } from './ids';
import { ITracksideOpenRuns, ITracksideSource } from './tokens';

/** The button of one notebook. */
export class TrackButton extends ReactWidget {
  private following: IDisposable;

  constructor(
    private readonly panel: NotebookPanel,
    private readonly runs: ITracksideOpenRuns,
    private readonly commands: CommandRegistry,
    private readonly t: Words
  ) {
    super();
    this.addClass('ts-lab-track');
    this.following = runs.follow(panel.context.path);
    panel.context.pathChanged.connect((_, path) => {
      this.following.dispose();
      this.following = runs.follow(path);
    });
  }

  override dispose(): void {
    this.following.dispose();
    super.dispose();
  }

  protected render(): ReactElement {
    return <UseSignal signal={this.runs.changed}>{() => this.button()}</UseSignal>;
  }

  private button(): ReactElement {
    const { t } = this;
    const open = this.runs.of(this.panel.context.path);
    const label = open ? t('Run {name} is open', { name: open.row.name }) : t('Track this notebook');
    return (
      <button
        type="button"
        className={open ? 'ts-lab-track-button ts-lab-track-open' : 'ts-lab-track-button'}
        title={open ? label : t('Track this notebook: every cell from here on belongs to a run')}
        aria-label={label}
        aria-haspopup={open ? 'menu' : undefined}
        onClick={event => (open ? this.menu(event) : void this.commands.execute(ids.track))}
      >
        {open ? <span className="ts-lab-live" aria-hidden="true" /> : <tracksideIcon.react tag="span" />}
        <span className="ts-lab-track-name">{open ? open.row.name : t('Track')}</span>
      </button>
    );
  }

  private menu(event: MouseEvent<HTMLElement>): void {
    const menu = new MenuSvg({ commands: this.commands });
    for (const command of [ids.openCurrentRun, ids.endRun, ids.discardRun, ids.track]) {
      menu.addItem({ command });
    }
    // The command runs after the menu has closed.
    menu.aboutToClose.connect(() => setTimeout(() => menu.dispose(), 0));
    const { left, bottom } = event.currentTarget.getBoundingClientRect();
    menu.open(left, bottom);
  }
}

export const toolbar: JupyterFrontEndPlugin<void> = {
  id: '@trackside/lab:toolbar',
  description: "The button on a notebook's toolbar.",
  autoStart: true,
  requires: [ITracksideSource, ITracksideOpenRuns, INotebookTracker, IToolbarWidgetRegistry],
  activate: (
    app: JupyterFrontEnd,
    { t }: ITracksideSource,
    runs: ITracksideOpenRuns,
    _: INotebookTracker,
    registry: IToolbarWidgetRegistry
  ) => {
    registry.addFactory<NotebookPanel>('Notebook', 'trackside', panel => new TrackButton(panel, runs, app.commands, t));
  }
};
