import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import type { RunNode } from '../../../src/tree/nodes';
import { accept, click, LISTED, miss, outside, see, shot, tab, told, until, window } from '../eyes';
import { activated, closeAll, runs } from '../project';

describe('Push and pull', () => {
  let hawk: RunNode;
  let wren: RunNode;
  before(async () => {
    const found = await runs(await activated(), 3);
    assert.ok(found['keen-hawk-c2'] && found['quiet-wren-9a']);
    [hawk, wren] = [found['keen-hawk-c2'], found['quiet-wren-9a']];
  });
  afterEach(() => vscode.commands.executeCommand('notifications.clearAll'));
  after(async () => {
    await outside('git', { words: ['remote', 'remove', 'origin'] });
    await closeAll();
  });

  const there = (): Promise<string> => outside('shared') as Promise<string>;
  const push = (node: RunNode): void => void vscode.commands.executeCommand('trackside.push', node);

  it('say what to do where there is no remote', async () => {
    await vscode.commands.executeCommand('trackside.push', hawk);
    await told('no remote to share runs with');
    await see(window, `${LISTED} .monaco-button`, 'Add Remote');
  });

  it('send the runs that are meant, and no others', async () => {
    await outside('remote');
    await vscode.commands.executeCommand('trackside.push', hawk);
    await told('1 run to origin');
    assert.match(await there(), /keen-hawk-c2/);
    assert.doesNotMatch(await there(), /quiet-wren-9a/);
  });

  it('show how it goes, and can be cancelled', async () => {
    await outside('hook', { text: 'sleep 20' });
    push(wren);
    await told('Pushing 1 run to origin');
    await shot('pushing');
    await click(window, `${LISTED} .monaco-button`, 'Cancel');
    await told('It was cancelled.');
    await miss(window, LISTED, 'Pushing 1 run to origin');
    assert.doesNotMatch(await there(), /quiet-wren-9a/);
  });

  it("tell a refusal in the server's own words, with the log one press away", async () => {
    await outside('hook', { text: 'echo "The quota of this project is used up." >&2; exit 1' });
    await vscode.commands.executeCommand('trackside.push', wren);
    await accept('The quota of this project is used up.', 'Open Log');
    await until(
      () => vscode.workspace.textDocuments.map(({ uri }) => `${uri.scheme} ${uri.path}`),
      shown => shown.some(each => /^output .*trackside/i.test(each)),
      20_000
    );
    await vscode.commands.executeCommand('workbench.action.closePanel');
  });

  it('show the runs that a pull held back, with the reason', async () => {
    await outside('hook', { text: '' });
    await outside('collide', { name: 'quiet-wren-9a' });
    await vscode.commands.executeCommand('trackside.pull');
    await accept('another run of that name is here', 'Show Held Runs');
    await see(tab('"view":"table"'), 'dialog', 'quiet-wren-9a');
    await shot('held');
  });
});
