import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import type { Api } from '../../../src/extension';
import { choose, outside, see, shot, until, window } from '../eyes';
import { activated, closeAll, drawn, front, runs } from '../project';

describe('A workspace of two folders, one without a repository', () => {
  let api: Api;
  before(async () => {
    api = await activated();
    // On a busy machine VS Code may fail to read the file of the workspace, and then tries again only when it changes.
    for (let tries = 0; tries < 6 && vscode.workspace.workspaceFolders?.length !== 2; tries += 1) {
      await outside('workspace');
      await new Promise(resolve => setTimeout(resolve, 4_000));
    }
  });
  after(closeAll);

  /** The lines below a folder, without those of commits. */
  async function below(folder: string): Promise<readonly string[]> {
    const lines = await drawn(api);
    const from = lines.indexOf(folder);
    const rest = lines.slice(from + 1);
    const end = rest.findIndex(line => !line.startsWith(' '));
    return from < 0 ? [] : rest.slice(0, end < 0 ? undefined : end).map(line => line.trim());
  }

  it('shows the runs of the one, and says of the other why it has none', async () => {
    await runs(api, 3);
    const [, ...names] = await below('project');
    assert.deepEqual(names, ['keen-hawk-c2', 'quiet-wren-9a', 'calm-otter-3f']);
    await until(
      () => below('notes'),
      lines => lines.join() === 'This folder is in no Git repository.'
    );
    await see(window, '.monaco-list-row[aria-label*="keen-hawk-c2"]');
    await see(window, '.monaco-list-row', 'This folder is in no Git repository.');
    await shot('folders');
  });

  it('counts the open runs of both', async () => {
    await outside('start');
    await until(
      () => api.tree.view.badge?.value,
      value => value === 1
    );
  });

  it('sees a folder become a repository, and its runs, which commands find there', async () => {
    await outside('init');
    await until(
      () => below('notes'),
      lines => lines.join() === 'No runs yet.'
    );
    await outside('run');
    const { 'lone-lark-07': lark } = await runs(api, 5);
    assert.equal(lark?.shelf.desk.folder.name, 'notes');
    await vscode.commands.executeCommand('trackside.star', lark);
    await until(
      () => runs(api, 5),
      found => found['lone-lark-07']?.row.star === true
    );
    void vscode.commands.executeCommand('trackside.openTable');
    await choose('notes');
    await until(front, label => label === 'Experiments: notes');
  });
});
