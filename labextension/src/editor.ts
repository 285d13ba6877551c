/** Plugin: hands the open editor's notebook, unsaved edits and outputs included, to the run that asks for it. */

import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { URLExt } from '@jupyterlab/coreutils';
import { INotebookTracker } from '@jupyterlab/notebook';
import type { NotebookPanel } from '@jupyterlab/notebook';
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

function runOf(message: KernelMessage.ICommOpenMsg): string | null {
  const { ask, run } = message.content.data as { readonly ask?: unknown; readonly run?: unknown };
  return ask === 'notebook' && typeof run === 'string' ? run : null;
}

async function send(app: JupyterFrontEnd, place: string, body: EditorNotebook): Promise<void> {
  const { serverSettings } = app.serviceManager;
  const address = URLExt.join(serverSettings.baseUrl, API, 'places', encodeURIComponent(place), 'editor');
  const init = { method: 'POST', body: JSON.stringify(body), headers: { 'Content-Type': 'application/json' } };
  await ServerConnection.makeRequest(address, init, serverSettings);
}

/** Answer the kernel of `panel`, also after it was restarted or changed. */
function answer(app: JupyterFrontEnd, focus: ITracksideFocus, panel: NotebookPanel): void {
  const asked = (comm: Kernel.IComm, message: KernelMessage.ICommOpenMsg): void => {
    const run = runOf(message);
    const model = panel.context.model;
    if (run === null || panel.isDisposed) {
      return;
    }
    const content = withoutOwnOutputs(model.toJSON() as { cells?: unknown });
    const path = app.serviceManager.contents.localPath(panel.context.path);
    focus
      .placeOf(path)
      .then(place => (place.id === null ? undefined : send(app, place.id, { run, path, content })))
      // Nobody waits for longer than a moment: the saved file stands in.
      .catch(() => undefined)
      .finally(() => comm.close());
  };
  const register = (kernel: Kernel.IKernelConnection | null | undefined): void =>
    kernel?.registerCommTarget(TARGET, asked);
  register(panel.sessionContext.session?.kernel);
  panel.sessionContext.kernelChanged.connect((_, change) => register(change.newValue));
}

export const editor: JupyterFrontEndPlugin<void> = {
  id: '@trackside/lab:editor',
  description: "Hands the open editor's notebook to the run that asks for it.",
  autoStart: true,
  requires: [INotebookTracker, ITracksideFocus],
  activate: (app: JupyterFrontEnd, notebooks: INotebookTracker, focus: ITracksideFocus) => {
    notebooks.forEach(panel => answer(app, focus, panel));
    notebooks.widgetAdded.connect((_, panel) => answer(app, focus, panel));
  }
};
