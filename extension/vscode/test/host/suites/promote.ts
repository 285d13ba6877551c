import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import type { RunNode } from '../../../src/tree/nodes';
import { accept, click, evaluate, outside, see, shot, tab, until } from '../eyes';
import { activated, closeAll, runs } from '../project';

describe('Promoting', () => {
  let found: Readonly<Record<string, RunNode>>;
  before(async () => {
    found = await runs(await activated(), 3);
  });
  after(closeAll);

  it('shows what the branch would hold, makes it, and hands it to the Git extension', async () => {
    const { 'keen-hawk-c2': hawk } = found;
    const where = tab(hawk?.row.id ?? '');
    await vscode.commands.executeCommand('trackside.promote', hawk);
    await see(where, 'dialog', 'Promote keen-hawk-c2');
    await see(where, '.ts-promotefiles', 'features.py');
    await shot('promote');
    assert.equal(await outside('git', { words: ['branch', '--list', 'exp/*'] }), '');
    await click(where, 'button', 'Make the branch');
    await see(where, '.ts-result', 'exp/keen-hawk-c2');
    assert.match(String(await outside('git', { words: ['branch', '--list', 'exp/*'] })), /exp\/keen-hawk-c2/);
    await accept('The branch exp/keen-hawk-c2 is made.', 'Check Out');
    await until(
      () => outside('git', { words: ['branch', '--show-current'] }),
      branch => branch === 'exp/keen-hawk-c2'
    );
  });

  it('shows the report in a sandbox with its own styles', async () => {
    const { 'quiet-wren-9a': wren } = found;
    const where = tab(wren?.row.id ?? '');
    await vscode.commands.executeCommand('trackside.promote', wren);
    await click(where, 'summary', 'Report for the review');
    await see(where, 'iframe[sandbox=""]');
    await evaluate(where, 'document.querySelector("iframe").scrollIntoView()');
    await shot('promote-report');
  });
});
