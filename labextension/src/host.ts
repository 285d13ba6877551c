/** Plugin: what the views ask of the program around them, answered by JupyterLab. */

import { ILabShell } from '@jupyterlab/application';
import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { Clipboard, Dialog, Notification, showDialog } from '@jupyterlab/apputils';
import { webAddress } from '@trackside/ui';
import type { Host, Notice, Words } from '@trackside/ui';
import { ids } from './ids';
import { ITracksideHost, ITracksideSource } from './tokens';

/** Milliseconds a notice stays; one that offers something to do stays longer. */
const SHORT = 5_000;
const LONG = 12_000;

/** Tell a notice in the corner; its hint stands below its message. */
export function notify(notice: Notice): void {
  const message = notice.hint ? `${notice.message}\n${notice.hint}` : notice.message;
  const { action } = notice;
  Notification.emit(message, notice.kind, {
    autoClose: notice.kind === 'error' ? false : action ? LONG : SHORT,
    actions: action ? [{ label: action.label, callback: () => action.run(), displayType: 'accent' }] : []
  });
}

async function confirm(
  question: { readonly title: string; readonly body: string; readonly accept: string },
  t: Words
): Promise<boolean> {
  const answer = await showDialog({
    title: question.title,
    body: question.body,
    buttons: [Dialog.cancelButton({ label: t('Cancel') }), Dialog.warnButton({ label: question.accept })],
    defaultButton: 0
  });
  return answer.button.accept;
}

function download(name: string, data: Blob): void {
  const address = URL.createObjectURL(data);
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  document.body.appendChild(link);
  link.click();
  link.remove();
  // The browser reads the blob after the click has returned.
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}

function openAddress(address: string): void {
  const web = webAddress(address);
  if (web !== null) {
    window.open(web, '_blank', 'noopener,noreferrer');
  }
}

/** Make the host: what opens something is a command, so that it is also in the palette and in menus. */
export function hostOf(app: JupyterFrontEnd, t: Words, canOpenNotebooks: boolean): ITracksideHost {
  const run = (command: string, args: Readonly<Record<string, string | readonly string[]>>): void => {
    app.commands.execute(command, { ...args } as never).catch((error: unknown) => {
      notify({ kind: 'error', message: t('That failed.'), hint: String(error) });
    });
  };
  // Notebook 7 opens documents on pages of the server's own paths: there the run's tab shows its cells.
  const openNotebook: Host['openNotebook'] = canOpenNotebooks
    ? (place, id, name) => run(ids.openNotebook, { place, run: id, name })
    : (place, id) => run(ids.openRun, { place, run: id, section: 'cells' });
  return {
    name: 'lab',
    openTable: place => run(ids.openTable, { place }),
    openRun: (place, id) => run(ids.openRun, { place, run: id }),
    openCompare: (place, runs) => run(ids.compare, { place, runs }),
    openNotebook,
    promote: (place, id) => run(ids.promote, { place, run: id }),
    showPanel: path => run(ids.showPanel, { path }),
    notify,
    confirm: question => confirm(question, t),
    copy: text => Clipboard.copyToSystem(text),
    openAddress,
    download
  };
}

export const host: JupyterFrontEndPlugin<ITracksideHost> = {
  id: '@trackside/lab:host',
  description: 'Opens tabs and dialogs, tells and asks, on behalf of the views.',
  autoStart: true,
  provides: ITracksideHost,
  requires: [ITracksideSource],
  optional: [ILabShell],
  activate: (app: JupyterFrontEnd, { t }: ITracksideSource, shell: ILabShell | null) => hostOf(app, t, shell !== null)
};
