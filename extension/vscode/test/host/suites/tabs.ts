import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import type { RunNode } from '../../../src/tree/nodes';
import { click, evaluate, faults, miss, press, see, shot, tab, until } from '../eyes';
import type { Where } from '../eyes';
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

  it('show what takes the space, by the runs, and lead to one', async () => {
    await click(TABLE, 'button[aria-label=More]');
    await click(TABLE, '[role=menuitem]', 'What takes the space…');
    await see(TABLE, 'dialog .ts-space', 'in all, in this clone');
    assert.deepEqual(await faults(TABLE), []);
    await shot('space');
    await click(TABLE, 'dialog button', 'keen-hawk-c2');
    await see(RUN, 'h2', 'keen-hawk-c2');
    await vscode.commands.executeCommand('workbench.action.closeActiveEditor');
  });

  it('show what takes the space by a command too, over the same table', async () => {
    const tabs = (): number => vscode.window.tabGroups.all.flatMap(group => group.tabs).length;
    const before = tabs();
    await vscode.commands.executeCommand('trackside.showStorage');
    await see(TABLE, 'dialog .ts-space', 'in all, in this clone');
    assert.equal(tabs(), before);
    await click(TABLE, 'dialog button[aria-label=Close]');
    await miss(TABLE, 'dialog');
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

  it('have no serious fault for those who see little or listen, in any theme', async () => {
    const { 'keen-hawk-c2': hawk, 'calm-otter-3f': otter } = found;
    const shown: readonly (readonly [Where, () => Thenable<unknown>])[] = [
      [TABLE, () => vscode.commands.executeCommand('trackside.openTable')],
      [RUN, () => vscode.commands.executeCommand('trackside.openRun', found['quiet-wren-9a'])],
      [COMPARE, () => vscode.commands.executeCommand('trackside.compare', hawk, [hawk, otter])]
    ];
    for (const [name, kind] of [
      ['Default Light Modern', 'vscode-light'],
      ['Default Dark Modern', 'vscode-dark'],
      ['Default High Contrast', 'vscode-high-contrast']
    ] as const) {
      await theme(name);
      for (const [where, open] of shown) {
        await open();
        await see(where, `body.${kind} .ts-root`);
        assert.deepEqual(await faults(where), [], `${name}, ${JSON.stringify(where)}`);
      }
    }
    await theme('Default Light Modern');
    // The check itself: a button without a name is one.
    await evaluate(COMPARE, 'void document.querySelector(".ts-root").append(document.createElement("button"))');
    assert.match((await faults(COMPARE)).join(), /^button-name: /);
    await evaluate(COMPARE, 'document.querySelector(".ts-root > button").remove()');
  }).timeout(120_000);
});
