/** Where the work tree of a folder begins: the first folder upwards that holds `.git`. */

import * as vscode from 'vscode';

/** The top of the work tree around a folder; null outside one. */
export async function topOf(folder: vscode.Uri): Promise<vscode.Uri | null> {
  for (let at = folder; ; at = vscode.Uri.joinPath(at, '..')) {
    try {
      await vscode.workspace.fs.stat(vscode.Uri.joinPath(at, '.git'));
      return at;
    } catch {
      if (at.path === '/' || at.path === vscode.Uri.joinPath(at, '..').path) {
        return null;
      }
    }
  }
}
