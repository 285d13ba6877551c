import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import type { RunNode } from '../../../src/tree/nodes';
import { click, evaluate, press, see, shot, tab, until } from '../eyes';
import { activated, closeAll, front, runs, theme } from '../project';

const TABLE = tab('"view":"table"');
const RUN = tab('"view":"run"');
const COMPARE = tab('"view":"compare"');

describe('Tabs', () => {
  let found: Readonly<Record<string, RunNode>>;
  before(async () => {
    found = await runs(await activated(), 3);
  });
  after(closeAll);

  it('show the table with the runs of the folder', async () => {
    await vscode.commands.executeCommand('trackside.openTable');
    for (const name of Object.keys(found)) {
      await see(TABLE, '[role=row]', name);
    }
    assert.equal(front(), 'Experiments: project');
    await shot('table-light');
  });

  it('show the run that is opened from a row, named by it', async () => {
    await click(TABLE, '[role=row] :text("quiet-wren-9a")');
    await press('Enter');
    await see(RUN, 'h2', 'quiet-wren-9a');
    await until(front, label => label === 'quiet-wren-9a');
    await shot('run-light');
  });

  it('compare the runs that are selected, the baseline run first', async () => {
    const { 'keen-hawk-c2': hawk, 'calm-otter-3f': otter } = found;
    await vscode.commands.executeCommand('trackside.compare', hawk, [hawk, otter]);
    await until(front, label => label === 'calm-otter-3f · keen-hawk-c2');
    await see(COMPARE, 'canvas');
    await shot('compare-light');
  });

  it('show the same thing once', async () => {
    const tabs = (): number => vscode.window.tabGroups.all.flatMap(group => group.tabs).length;
    const before = tabs();
    await vscode.commands.executeCommand('trackside.openTable');
    await vscode.commands.executeCommand('trackside.openRun', found['quiet-wren-9a']);
    assert.equal(tabs(), before);
  });

  it('run no script but their own', async () => {
    const blocked = await evaluate(
      TABLE,
      `new Promise(resolve => {
         document.addEventListener('securitypolicyviolation', event => resolve(event.effectiveDirective), { once: true });
         const script = document.createElement('script');
         script.textContent = 'window.wasRun = true';
         document.head.append(script);
         setTimeout(() => resolve('run: ' + window.wasRun), 2000);
       })`
    );
    assert.equal(blocked, 'script-src-elem');
  });

  it('follow the theme of VS Code', async () => {
    const ground = (): Promise<unknown> =>
      evaluate(TABLE, 'getComputedStyle(document.querySelector(".ts-root")).backgroundColor');
    await vscode.commands.executeCommand('trackside.openTable');
    assert.equal(await ground(), 'rgb(255, 255, 255)');
    await theme('Default High Contrast');
    await until(ground, colour => colour === 'rgb(0, 0, 0)');
    await shot('table-contrast');
    await theme('Default Dark Modern');
    await until(ground, colour => colour === 'rgb(31, 31, 31)');
    await shot('table-dark');
    const { 'keen-hawk-c2': hawk, 'calm-otter-3f': otter } = found;
    await vscode.commands.executeCommand('trackside.compare', hawk, [hawk, otter]);
    await shot('compare-dark');
    await theme('Default Light Modern');
  });
});
