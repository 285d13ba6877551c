/** Plugin: hands the open editor's notebook, unsaved edits and outputs included, to the run that asks for it. */

import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { URLExt } from '@jupyterlab/coreutils';
import { INotebookTracker, NotebookActions } from '@jupyterlab/notebook';
import type { Notebook, NotebookPanel } from '@jupyterlab/notebook';
import { ServerConnection } from '@jupyterlab/services';
import type { Kernel, KernelMessage } from '@jupyterlab/services';
import type { EditorNotebook } from '@trackside/ui';
import { API } from './source';
import { ITracksideFocus } from './tokens';

/** The target that a kernel opens a comm to; its opening message is an `EditorAsked`. */
export const TARGET = 'trackside';

interface LooseOutput {
  readonly metadata?: { readonly trackside?: { readonly own?: unknown } };
}

interface LooseCell {
  outputs?: LooseOutput[];
}

/** Leave out the outputs that Trackside itself drew: a run does not hold its own card. */
export function withoutOwnOutputs(content: { cells?: unknown }): Record<string, unknown> {
  if (Array.isArray(content.cells)) {
    for (const cell of content.cells as LooseCell[]) {
      if (Array.isArray(cell.outputs)) {
        cell.outputs = cell.outputs.filter(output => output.metadata?.trackside?.own !== true);
      }
    }
  }
  return content as Record<string, unknown>;
}

/** What a kernel asks; null when it is no question of ours. */
function questionOf(message: KernelMessage.ICommOpenMsg): { readonly run: string; readonly at: unknown } | null {
  const { ask, run, at } = message.content.data as Readonly<Record<string, unknown>>;
  return ask === 'notebook' && typeof run === 'string' ? { run, at } : null;
}

async function send(app: JupyterFrontEnd, place: string, body: EditorNotebook): Promise<void> {
  const { serverSettings } = app.serviceManager;
  const address = URLExt.join(serverSettings.baseUrl, API, 'places', encodeURIComponent(place), 'editor');
  const init = { method: 'POST', body: JSON.stringify(body), headers: { 'Content-Type': 'application/json' } };
  await ServerConnection.makeRequest(address, init, serverSettings);
}

type Content = Record<string, unknown>;

/** Milliseconds after a cell has run until the notebook is remembered: the next one may follow at once. */
const SETTLED = 300;
/** Milliseconds a copy may take; a notebook that takes longer is not remembered after each cell. */
const AFFORDABLE = 50;

/**
 * The notebook as it was when its last cell had run, for a run that ends because the next one starts.
 *
 * "Run All" ends a run in its first cell, when the outputs of all cells are cleared already and edits for the next run
 * are in them: what belongs to the run that ends is what stood there before.
 */
class Remembered {
  private content: Content | null = null;
  private before: Content | null = null;
  private timer: ReturnType<typeof setTimeout> | null = null;
  private pending = 0;
  private isCheap = true;
  /** Whether a run is open; only then it is worth the time. */
  private isTracked = false;

  constructor(private readonly panel: NotebookPanel) {}

  /** A cell is about to run. */
  noteScheduled(): void {
    if (this.pending === 0) {
      if (this.timer !== null) {
        this.remember();
      }
      this.before = this.content;
      this.content = null;
    }
    this.pending += 1;
  }

  /** A cell has run. */
  noteRan(): void {
    this.pending = Math.max(0, this.pending - 1);
    this.rememberSoon();
  }

  /** The notebook now, or as it was before the cells that run now. */
  give(at: unknown): Content {
    this.isTracked = at !== 'end';
    if (at === 'start') {
      this.rememberSoon();
    }
    return (at === 'next' ? this.before : null) ?? this.copy();
  }

  private rememberSoon(): void {
    if (this.isTracked && this.isCheap) {
      this.stop();
      this.timer = setTimeout(() => this.remember(), SETTLED);
    }
  }

  private stop(): void {
    if (this.timer !== null) {
      clearTimeout(this.timer);
      this.timer = null;
    }
  }

  private remember(): void {
    this.stop();
    if (!this.panel.isDisposed) {
      const begun = performance.now();
      this.content = this.copy();
      this.isCheap = performance.now() - begun < AFFORDABLE;
    }
  }

  private copy(): Content {
    return withoutOwnOutputs(this.panel.context.model.toJSON() as { cells?: unknown });
  }
}

/** Answer the kernel of `panel`, also after it was restarted or changed. */
function answer(app: JupyterFrontEnd, focus: ITracksideFocus, panel: NotebookPanel): Remembered {
  const remembered = new Remembered(panel);
  const asked = (comm: Kernel.IComm, message: KernelMessage.ICommOpenMsg): void => {
    const question = questionOf(message);
    if (!question || panel.isDisposed) {
      return;
    }
    const content = remembered.give(question.at);
    const path = app.serviceManager.contents.localPath(panel.context.path);
    focus
      .placeOf(path)
      .then(place => (place.id === null ? undefined : send(app, place.id, { run: question.run, path, content })))
      // Nobody waits for longer than a moment: the saved file stands in.
      .catch(() => undefined)
      .finally(() => comm.close());
  };
  const register = (kernel: Kernel.IKernelConnection | null | undefined): void =>
    kernel?.registerCommTarget(TARGET, asked);
  register(panel.sessionContext.session?.kernel);
  panel.sessionContext.kernelChanged.connect((_, change) => register(change.newValue));
  return remembered;
}

export const editor: JupyterFrontEndPlugin<void> = {
  id: '@trackside/lab:editor',
  description: "Hands the open editor's notebook to the run that asks for it.",
  autoStart: true,
  requires: [INotebookTracker, ITracksideFocus],
  activate: (app: JupyterFrontEnd, notebooks: INotebookTracker, focus: ITracksideFocus) => {
    const all = new Map<Notebook, Remembered>();
    const add = (panel: NotebookPanel): void => {
      all.set(panel.content, answer(app, focus, panel));
      panel.disposed.connect(() => all.delete(panel.content));
    };
    notebooks.forEach(add);
    notebooks.widgetAdded.connect((_, panel) => add(panel));
    NotebookActions.executionScheduled.connect((_, { notebook }) => all.get(notebook)?.noteScheduled());
    NotebookActions.executed.connect((_, { notebook }) => all.get(notebook)?.noteRan());
  }
};
