/** Starts and ends runs in a notebook's kernel without adding a cell. */

import type { NotebookPanel } from '@jupyterlab/notebook';
import type { Words } from '@trackside/ui';
import { notify } from './host';

/** What a person would type. */
const START = '%load_ext trackside\n%track';

/** Tell whether the notebook's kernel speaks Python; null while nobody knows. */
export async function speaksPython(panel: NotebookPanel): Promise<boolean | null> {
  const info = await panel.sessionContext.session?.kernel?.info;
  return info ? info.language_info.name === 'python' : null;
}

/** Start a run in the kernel of a notebook; an open one is ended first. Tells what went wrong. */
export async function startRun(panel: NotebookPanel, t: Words): Promise<boolean> {
  const kernel = panel.sessionContext.session?.kernel;
  if (!kernel) {
    notify({
      kind: 'warning',
      message: t('This notebook has no kernel yet.'),
      hint: t('Choose one at the top right, then start again.')
    });
    return false;
  }
  const reply = await kernel.requestExecute({ code: START, silent: true, store_history: false, stop_on_error: false })
    .done;
  if (reply.content.status !== 'error') {
    return reply.content.status === 'ok';
  }
  const { ename, evalue } = reply.content;
  const isMissing = ename === 'ModuleNotFoundError';
  notify({
    kind: 'error',
    message: isMissing ? t('Trackside is not installed where this kernel runs.') : evalue || ename,
    ...(isMissing ? { hint: t('In a cell: %pip install trackside') } : {})
  });
  return false;
}
