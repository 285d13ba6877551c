import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import type { Api } from '../../../src/extension';
import { click, outside, see, shot, window } from '../eyes';
import { activated, runs } from '../project';

describe('A folder that is not trusted', () => {
  let api: Api;
  before(async () => {
    api = await activated();
  });

  it('starts nothing, and says so', async () => {
    assert.equal(vscode.workspace.isTrusted, false);
    await see(window, '.welcome-view-content', 'waits until you trust this folder');
    await shot('welcome-trust');
    await vscode.commands.executeCommand('trackside.refresh');
    await vscode.commands.executeCommand('trackside.pull');
    assert.deepEqual(await api.tree.getChildren(), []);
    assert.equal(await outside('children'), 0);
  });

  it('shows its runs as soon as it is trusted', async () => {
    await click(window, '.welcome-view-content .monaco-button', 'Manage Trust');
    await click(window, '.workspace-trust-editor .monaco-button', 'Trust');
    await runs(api, 3);
    assert.equal(await outside('children'), 1);
  });
});
