import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { see, tab, until } from '../eyes';
import { activated, front, runs } from '../project';

export function before(): void {
  describe('Before a reload', () => {
    it('tabs are opened', async () => {
      const found = await runs(await activated(), 3);
      const { 'keen-hawk-c2': hawk, 'calm-otter-3f': otter } = found;
      await vscode.commands.executeCommand('trackside.openTable');
      await see(tab('"view":"table"'), '[role=row]', 'keen-hawk-c2');
      await vscode.commands.executeCommand('trackside.compare', hawk, [hawk, otter]);
      await until(front, label => label === 'calm-otter-3f · keen-hawk-c2');
      await see(tab('"view":"compare"'), 'canvas');
    });
  });
}

export function after(): void {
  describe('After a reload', () => {
    it('the tabs come back with what they showed', async () => {
      const labels = (): readonly string[] =>
        vscode.window.tabGroups.all.flatMap(group => group.tabs).map(each => each.label);
      assert.deepEqual(await until(labels, now => now.length === 2), [
        'Experiments: project',
        'calm-otter-3f · keen-hawk-c2'
      ]);
      await see(tab('"view":"compare"'), 'canvas');
      await vscode.commands.executeCommand('workbench.action.previousEditor');
      await see(tab('"view":"table"'), '[role=row]', 'keen-hawk-c2');
    });
  });
}
