/** A desk for each folder of the workspace. */

import * as vscode from 'vscode';
import { Desk } from './desk';
import { findPython, onPythonChange } from './interpreter';

/** Follows the folders of the workspace. */
export class Desks implements vscode.Disposable {
  private readonly byFolder = new Map<string, Desk>();
  private readonly moved = new vscode.EventEmitter<void>();
  /** A folder came or went, or stands otherwise. */
  readonly onDidMove = this.moved.event;
  private readonly ends: vscode.Disposable[];

  constructor(
    private readonly home: string,
    private readonly log: vscode.LogOutputChannel
  ) {
    this.ends = [
      this.moved,
      vscode.workspace.onDidChangeWorkspaceFolders(() => this.follow()),
      vscode.workspace.onDidGrantWorkspaceTrust(() => this.restart())
    ];
    void onPythonChange(() => this.restart()).then(end => this.ends.push(end));
    this.follow();
  }

  /** The desks, in the order of the folders. */
  all(): readonly Desk[] {
    return (vscode.workspace.workspaceFolders ?? []).flatMap(folder => {
      const desk = this.byFolder.get(folder.uri.toString());
      return desk ? [desk] : [];
    });
  }

  /** The desk of a folder, by its address. */
  at(folder: string): Desk | null {
    return this.byFolder.get(folder) ?? null;
  }

  /** The desk of a file. */
  of(uri: vscode.Uri): Desk | null {
    const folder = vscode.workspace.getWorkspaceFolder(uri);
    return folder ? this.at(folder.uri.toString()) : null;
  }

  /** Start all again. */
  restart(): void {
    this.byFolder.forEach(desk => desk.restart());
  }

  dispose(): void {
    this.byFolder.forEach(desk => desk.dispose());
    this.byFolder.clear();
    vscode.Disposable.from(...this.ends).dispose();
  }

  private follow(): void {
    const folders = (vscode.workspace.workspaceFolders ?? []).filter(folder => folder.uri.scheme === 'file');
    const wanted = new Set(folders.map(folder => folder.uri.toString()));
    for (const [key, desk] of this.byFolder) {
      if (!wanted.has(key)) {
        this.byFolder.delete(key);
        desk.dispose();
      }
    }
    for (const folder of folders) {
      const key = folder.uri.toString();
      if (!this.byFolder.has(key)) {
        const desk = new Desk(folder, findPython, this.home, this.log);
        desk.onDidMove(() => this.moved.fire());
        this.byFolder.set(key, desk);
      }
    }
    this.moved.fire();
  }
}
