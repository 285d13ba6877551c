/** The button on a notebook's toolbar: put the lines that track it in front, or end the open run. */

import { visible } from '@trackside/ui';
import * as vscode from 'vscode';
import { attempt } from '../acts/telling';
import { ids } from '../ids';
import { t } from '../words';
import type { Following } from './following';
import { planStart } from './lines';
import { JUPYTER } from './text';

/** Context key: the notebooks that have an open run, by their paths; in a remote window an address is another there. */
const OPEN = 'trackside.openNotebooks';

/** Make the commands of the button known, and keep what chooses between them. */
export function registerToolbar(following: Following): vscode.Disposable {
  let told = '';
  const tell = (): void => {
    const open = vscode.workspace.notebookDocuments.filter(each => following.of(each)?.followed.open);
    const paths = open.map(each => each.uri.fsPath);
    if (told !== paths.join('\n')) {
      told = paths.join('\n');
      void vscode.commands.executeCommand('setContext', OPEN, paths);
    }
  };
  return vscode.Disposable.from(
    following.onDidMove(tell),
    vscode.workspace.onDidCloseNotebookDocument(tell),
    vscode.commands.registerCommand(ids.track, async () => {
      const notebook = inFront();
      await (notebook ? track(notebook) : undefined);
    }),
    vscode.commands.registerCommand(ids.endHere, async () => {
      const notebook = inFront();
      await (notebook ? end(following, notebook) : undefined);
    })
  );
}

function inFront(): vscode.NotebookDocument | null {
  const notebook = vscode.window.activeNotebookEditor?.notebook;
  return notebook?.notebookType === JUPYTER ? notebook : null;
}

/** Put the two lines into a first cell, unless a cell has them; one step to undo. */
export async function track(notebook: vscode.NotebookDocument): Promise<void> {
  const plan = planStart(
    notebook.getCells().map(cell => ({
      isCode: cell.kind === vscode.NotebookCellKind.Code,
      source: cell.document.getText()
    }))
  );
  if ('insert' in plan) {
    const cell = new vscode.NotebookCellData(vscode.NotebookCellKind.Code, plan.insert, 'python');
    const edit = new vscode.WorkspaceEdit();
    edit.set(notebook.uri, [vscode.NotebookEdit.insertCells(0, [cell])]);
    if (!(await vscode.workspace.applyEdit(edit))) {
      void vscode.window.showWarningMessage(t('This notebook cannot be changed.'));
      return;
    }
  }
  const at = 'there' in plan ? plan.there : 0;
  const range = new vscode.NotebookRange(at, at + 1);
  const editor = vscode.window.visibleNotebookEditors.find(each => each.notebook === notebook);
  if (editor) {
    editor.selection = range;
    editor.revealRange(range, vscode.NotebookEditorRevealType.InCenterIfOutsideViewport);
  }
  if ('there' in plan) {
    void vscode.window.showInformationMessage(t('Cell {n} starts a run when you run it.', { n: at + 1 }));
  }
}

async function end(following: Following, notebook: vscode.NotebookDocument): Promise<void> {
  const followed = following.of(notebook)?.followed;
  const open = followed?.open;
  if (!followed || !open) {
    void vscode.window.showInformationMessage(t('No run of this notebook is open.'));
    return;
  }
  const done = await attempt(() => followed.desk.source.end(open.place, open.run, false));
  if (done) {
    void vscode.window.setStatusBarMessage(t('{name} ends', { name: visible(open.name, 60) }), 3_000);
    following.refresh();
  }
}
