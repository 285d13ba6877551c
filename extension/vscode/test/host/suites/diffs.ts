import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import type { RunNode } from '../../../src/tree/nodes';
import { choose, outside, press, see, shot, until, window } from '../eyes';
import { activated, closeAll, runs } from '../project';

describe('Differences', () => {
  let found: Readonly<Record<string, RunNode>>;
  before(async () => {
    found = await runs(await activated(), 3);
  });
  afterEach(closeAll);

  const input = (): unknown => vscode.window.tabGroups.activeTabGroup.activeTab?.input;
  const text = async (uri: vscode.Uri): Promise<string> =>
    new TextDecoder().decode(await vscode.workspace.fs.readFile(uri));

  it('of a file against the baseline commit open in the editor for them', async () => {
    void vscode.commands.executeCommand('trackside.diffBaseline', found['keen-hawk-c2']);
    await choose('features');
    const diff = await until(input, now => now instanceof vscode.TabInputTextDiff);
    assert.ok(diff instanceof vscode.TabInputTextDiff);
    assert.match(await text(diff.original), /x \/ 2/);
    assert.match(await text(diff.modified), /x \/ 3/);
    await see(window, '.diff-editor, .monaco-diff-editor');
    await shot('diff-file');
  });

  it('of the notebooks of two runs open cell by cell', async () => {
    const { 'keen-hawk-c2': hawk, 'calm-otter-3f': otter } = found;
    void vscode.commands.executeCommand('trackside.diffRuns', hawk, [hawk, otter]);
    await choose('study');
    const diff = await until(input, now => now instanceof vscode.TabInputNotebookDiff);
    assert.ok(diff instanceof vscode.TabInputNotebookDiff);
    assert.match(diff.original.query, /calm-otter-3f/);
    await see(window, '.notebook-text-diff-editor', 'lr = 0.3');
    await shot('diff-notebook');
  });

  it('of a run and the work tree have the file of the work tree on the right', async () => {
    void vscode.commands.executeCommand('trackside.diffWorkTree', found['keen-hawk-c2']);
    await choose('features');
    const diff = await until(input, now => now instanceof vscode.TabInputTextDiff);
    assert.ok(diff instanceof vscode.TabInputTextDiff);
    assert.equal(diff.modified.scheme, 'file');
    assert.match(await text(diff.original), /x \/ 3/);
  });

  it('are gone when the files of the run are restored, in a terminal', async function () {
    if ((await outside('terminals')) !== true) {
      this.skip();
    }
    const file = vscode.Uri.joinPath(
      vscode.workspace.workspaceFolders?.[0]?.uri ?? vscode.Uri.file('/'),
      'features.py'
    );
    await vscode.commands.executeCommand('trackside.restore', found['keen-hawk-c2']);
    await until(
      () => text(file),
      now => /x \/ 3/.test(now)
    );
    await outside('git', { words: ['checkout', '--', '.'] });
    await vscode.commands.executeCommand('workbench.action.closePanel');
  });

  it('of all files open together', async () => {
    void vscode.commands.executeCommand('trackside.diffBaseline', found['keen-hawk-c2']);
    await choose('All 2');
    await see(window, '.multiDiffEntry', 'features.py');
    await press('Escape');
  });

  it('show the notebook of a run as it was, which cannot be written', async () => {
    await vscode.commands.executeCommand('trackside.openNotebook', found['keen-hawk-c2']);
    const notebook = await until(
      () => vscode.window.activeNotebookEditor?.notebook,
      now => now !== undefined
    );
    assert.ok(notebook);
    assert.equal(notebook.uri.scheme, 'trackside');
    assert.match(notebook.cellAt(1).document.getText(), /lr = 0\.3/);
    assert.equal(vscode.workspace.fs.isWritableFileSystem('trackside'), false);
    await assert.rejects(async () => vscode.workspace.fs.writeFile(notebook.uri, new Uint8Array()));
  });
});
