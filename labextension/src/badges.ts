/** Plugin: a small mark beside cells that belong to a run: running, tracked or failed. */

import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { INotebookTracker } from '@jupyterlab/notebook';
import type { NotebookPanel } from '@jupyterlab/notebook';
import type { CellShown, Words } from '@trackside/ui';
import { ITracksideOpenRuns, ITracksideSettings, ITracksideSource } from './tokens';

/** Curves are not wanted here: the fewest points one can ask for. */
const FEW = 2;

type Mark = 'running' | 'tracked' | 'failed';

/** The mark of each cell, by the notebook's own id; the last execution counts. */
export function marksOf(cells: readonly CellShown[]): ReadonlyMap<string, Mark> {
  const marks = new Map<string, Mark>();
  for (const { id, ok } of cells) {
    if (id) {
      marks.set(id, ok === null ? 'running' : ok ? 'tracked' : 'failed');
    }
  }
  return marks;
}

/** The marks of one notebook: those of its open run, and of the last one after it has ended. */
class Badges {
  private name = '';
  private marks: ReadonlyMap<string, Mark> = new Map();
  private asking = false;
  private again = false;

  constructor(
    private readonly panel: NotebookPanel,
    private readonly parts: ITracksideSource,
    private readonly runs: ITracksideOpenRuns,
    private readonly isShown: () => boolean
  ) {
    const ask = (): void => void this.ask();
    runs.changed.connect(ask);
    panel.content.model?.cells.changed.connect(() => this.draw());
    const following = runs.follow(panel.context.path);
    panel.disposed.connect(() => {
      runs.changed.disconnect(ask);
      following.dispose();
    });
  }

  /** Draw what is known; cells come and go, and settings change. */
  draw(): void {
    const marks = this.isShown() ? this.marks : new Map<string, Mark>();
    for (const cell of this.panel.content.widgets) {
      mark(cell.node, marks.get(cell.model.id) ?? null, this.name, this.parts.t);
    }
  }

  private async ask(): Promise<void> {
    if (this.asking) {
      this.again = true;
      return;
    }
    const open = this.runs.of(this.panel.context.path);
    if (!open || this.panel.isDisposed) {
      return;
    }
    this.asking = true;
    try {
      const { cells } = await this.parts.source.details(open.place, open.row.id, FEW);
      this.marks = marksOf(cells);
      this.name = open.row.name;
    } catch {
      // Marks are a help, not a fact: those drawn stay.
    }
    this.asking = false;
    if (!this.panel.isDisposed) {
      this.draw();
    }
    if (this.again) {
      this.again = false;
      void this.ask();
    }
  }
}

function mark(cell: HTMLElement, wanted: Mark | null, run: string, t: Words): void {
  let badge = cell.querySelector<HTMLElement>(':scope > .ts-lab-badge');
  if (!wanted) {
    badge?.remove();
    return;
  }
  if (!badge) {
    badge = document.createElement('span');
    badge.setAttribute('role', 'img');
    cell.appendChild(badge);
  }
  const state = `ts-lab-badge ts-lab-badge-${wanted}`;
  if (badge.className !== state) {
    badge.className = state;
  }
  const words = {
    running: t('Running in run {name}', { name: run }),
    tracked: t('Tracked in run {name}', { name: run }),
    failed: t('Failed in run {name}', { name: run })
  }[wanted];
  badge.setAttribute('aria-label', words);
  badge.title = words;
}

export const badges: JupyterFrontEndPlugin<void> = {
  id: '@trackside/lab:badges',
  description: 'Marks cells that belong to a run.',
  autoStart: true,
  requires: [ITracksideSource, ITracksideOpenRuns, INotebookTracker],
  optional: [ITracksideSettings],
  activate: (
    _: JupyterFrontEnd,
    parts: ITracksideSource,
    runs: ITracksideOpenRuns,
    notebooks: INotebookTracker,
    settings: ITracksideSettings | null
  ) => {
    const all = new Set<Badges>();
    const add = (panel: NotebookPanel): void => {
      const badged = new Badges(panel, parts, runs, () => settings?.settings.badges ?? true);
      all.add(badged);
      panel.disposed.connect(() => all.delete(badged));
    };
    notebooks.forEach(add);
    notebooks.widgetAdded.connect((_sender, panel) => add(panel));
    settings?.changed.connect(() => all.forEach(each => each.draw()));
  }
};
