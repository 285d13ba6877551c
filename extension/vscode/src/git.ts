/** What is asked of the built-in Git extension; all of it may be missing. */

import * as vscode from 'vscode';

interface GitRepository {
  readonly rootUri: vscode.Uri;
  getCommit(ref: string): Promise<{ readonly message: string }>;
  checkout(treeish: string): Promise<void>;
  status(): Promise<void>;
}

interface GitApi {
  getRepository(uri: vscode.Uri): GitRepository | null;
  openRepository?(root: vscode.Uri): Promise<GitRepository | null>;
}

/** The repository around a file or folder as the Git extension knows it; null without one. */
export async function gitRepository(uri: vscode.Uri): Promise<GitRepository | null> {
  const extension = vscode.extensions.getExtension<{ readonly enabled: boolean; getAPI(version: 1): GitApi }>(
    'vscode.git'
  );
  try {
    const git = await extension?.activate();
    const api = git?.enabled ? git.getAPI(1) : null;
    return api?.getRepository(uri) ?? null;
  } catch {
    return null;
  }
}

/** The first line of a commit's message; empty when it is not to be had. */
export async function subjectOf(folder: vscode.Uri, oid: string): Promise<string> {
  try {
    const commit = await (await gitRepository(folder))?.getCommit(oid);
    return commit?.message.split('\n', 1)[0] ?? '';
  } catch {
    return '';
  }
}
