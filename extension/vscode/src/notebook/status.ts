/** A small item below cells that belong to a run: running, tracked or failed; a click opens the run. */

import { visible } from '@trackside/ui';
import * as vscode from 'vscode';
import { ids } from '../ids';
import { t } from '../words';
import type { Following } from './following';
import type { Seen } from './followed';
import { startsRun } from './lines';
import type { Mark } from './marks';
import { JUPYTER } from './text';

/** Left of the language of the cell. */
const PRIORITY = 10;

/** Tells the items of cells. */
export class CellStatus implements vscode.NotebookCellStatusBarItemProvider, vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<void>();
  readonly onDidChangeCellStatusBarItems = this.changed.event;
  private readonly ends: vscode.Disposable;

  constructor(private readonly following: Following) {
    this.ends = vscode.Disposable.from(
      this.changed,
      following.onDidMove(() => this.changed.fire()),
      vscode.workspace.onDidChangeConfiguration(event => {
        if (event.affectsConfiguration('trackside.cellStatus')) {
          this.changed.fire();
        }
      }),
      vscode.notebooks.registerNotebookCellStatusBarItemProvider(JUPYTER, this)
    );
  }

  dispose(): void {
    this.ends.dispose();
  }

  provideCellStatusBarItems(cell: vscode.NotebookCell): vscode.NotebookCellStatusBarItem[] {
    const isWanted = vscode.workspace.getConfiguration('trackside').get('cellStatus', true);
    if (!isWanted || cell.kind !== vscode.NotebookCellKind.Code) {
      return [];
    }
    const followed = this.following.of(cell.notebook)?.followed;
    const mark = followed?.markOf(cell);
    if (followed?.seen && mark) {
      return [ofRun(followed.seen, mark, followed.desk.folder.uri.toString())];
    }
    return startsRun(cell.document.getText()) ? [ofStart()] : [];
  }
}

function ofRun(seen: Seen, mark: Mark, folder: string): vscode.NotebookCellStatusBarItem {
  // What stands between `$(` and `)` would be an icon.
  const name = visible(seen.name, 60).replaceAll('$(', '$ (');
  const isOpen = seen.status === 'open';
  const icon = mark.state === 'failed' ? 'error' : mark.state === 'running' ? 'sync~spin' : isOpen ? 'record' : 'pass';
  const item = new vscode.NotebookCellStatusBarItem(`$(${icon}) ${name}`, vscode.NotebookCellStatusBarAlignment.Right);
  const said = [wordsOf(mark, isOpen, name), ...(mark.isEdited ? [t('Edited since')] : [])].join('. ');
  item.tooltip = `${said}. ${t('Click to open the run')}`;
  item.accessibilityInformation = { label: said, role: 'button' };
  item.priority = PRIORITY;
  const { place, run } = seen;
  item.command = { command: ids.showRun, title: t('Open Run'), arguments: [{ folder, place, run }] };
  return item;
}

function wordsOf(mark: Mark, isOpen: boolean, name: string): string {
  switch (mark.state) {
    case 'running':
      return t('Running in run {name}', { name });
    case 'failed':
      return t('Failed in run {name}', { name });
    case 'ran':
      return isOpen ? t('Tracked in run {name}, which is open', { name }) : t('Tracked in run {name}', { name });
  }
}

function ofStart(): vscode.NotebookCellStatusBarItem {
  const item = new vscode.NotebookCellStatusBarItem(
    `$(beaker) ${t('starts a run')}`,
    vscode.NotebookCellStatusBarAlignment.Right
  );
  item.tooltip = t('Every cell from here on belongs to the run. Running this cell again ends it and starts the next.');
  item.priority = PRIORITY;
  return item;
}
