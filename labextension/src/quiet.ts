/** Plugin: keeps a saved notebook saved while the card of an open run is drawn again. */

import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { INotebookTracker } from '@jupyterlab/notebook';
import type { NotebookPanel } from '@jupyterlab/notebook';
import type { Kernel, KernelMessage } from '@jupyterlab/services';
import { isRunCard } from '@trackside/ui';
import { MIME } from './card';

/** Tell whether a message draws the card of an open run again. */
export function isRedraw(message: KernelMessage.IMessage): boolean {
  if (message.header.msg_type !== 'update_display_data') {
    return false;
  }
  const { data } = message.content as KernelMessage.IUpdateDisplayDataMsg['content'];
  const card: unknown = data[MIME];
  return isRunCard(card) && card.state === 'open';
}

/**
 * Take back the mark of a change that a redrawn card alone has set.
 *
 * An open run's card is only how far it was at that moment; how it ended does mark the notebook. A message that comes
 * to an idle connection is handled before anything a person does, so what changed meanwhile is the card.
 */
function watch(panel: NotebookPanel): void {
  let expected: string | null = null;
  const received = (_: unknown, { msg, direction }: Kernel.IAnyMessageArgs): void => {
    if (direction === 'recv') {
      expected = isRedraw(msg) && !panel.context.model.dirty ? msg.header.msg_id : null;
    }
  };
  const handled = (_: unknown, message: KernelMessage.IMessage): void => {
    if (message.header.msg_id === expected && panel.context.model.dirty) {
      panel.context.model.dirty = false;
    }
    expected = null;
  };
  const listen = (kernel: Kernel.IKernelConnection | null | undefined): void => {
    kernel?.anyMessage.connect(received);
    kernel?.iopubMessage.connect(handled);
  };
  // A kernel that is left, or goes with its notebook, takes its signals with it.
  listen(panel.sessionContext.session?.kernel);
  panel.sessionContext.kernelChanged.connect((_, change) => listen(change.newValue));
}

export const quiet: JupyterFrontEndPlugin<void> = {
  id: '@trackside/lab:quiet',
  description: 'Keeps a saved notebook saved while the card of an open run moves.',
  autoStart: true,
  requires: [INotebookTracker],
  activate: (_: JupyterFrontEnd, notebooks: INotebookTracker) => {
    notebooks.forEach(watch);
    notebooks.widgetAdded.connect((_, panel) => watch(panel));
  }
};
