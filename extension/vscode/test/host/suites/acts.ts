import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import type { Api } from '../../../src/extension';
import { itemOf } from '../../../src/tree/items';
import type { RunNode } from '../../../src/tree/nodes';
import { accept, answer, miss, outside, press, see, shot, until, window } from '../eyes';
import { activated, closeAll, runs } from '../project';

describe('Actions on runs', () => {
  let api: Api;
  const hawk = async (count = 3): Promise<RunNode> => {
    const { 'keen-hawk-c2': node } = await runs(api, count);
    assert.ok(node);
    return node;
  };
  before(async () => {
    api = await activated();
    await runs(api, 3);
  });
  after(closeAll);

  it('star and take the star off', async () => {
    await vscode.commands.executeCommand('trackside.star', await hawk());
    await until(hawk, node => node.row.star);
    assert.match(String(itemOf(await hawk()).description), /★/);
    await vscode.commands.executeCommand('trackside.unstar', await hawk());
    await until(hawk, node => !node.row.star);
  });

  it('set the tags that are typed, on all runs that are selected', async () => {
    const all = Object.values(await runs(api, 3));
    const [first] = all;
    void vscode.commands.executeCommand('trackside.tags', first, all);
    await answer('paper, july, paper');
    const tagged = await until(
      () => runs(api, 3),
      found => Object.values(found).every(node => node.row.tags.length === 2)
    );
    assert.deepEqual(tagged['keen-hawk-c2']?.row.tags, ['paper', 'july']);
  });

  it('rename, and refuse a name that is none', async () => {
    void vscode.commands.executeCommand('trackside.rename', await hawk());
    await answer('Bad Name', 'End');
    await see(window, '.quick-input-widget', 'Small letters, digits and hyphens');
    await answer('late-lark-77');
    const { 'late-lark-77': lark } = await until(
      () => runs(api, 3),
      found => 'late-lark-77' in found
    );
    assert.ok(lark);
    void vscode.commands.executeCommand('trackside.rename', lark);
    await answer('keen-hawk-c2');
    await until(
      () => runs(api, 3),
      found => 'keen-hawk-c2' in found
    );
  });

  it('delete, and bring back by the button of the notice', async () => {
    await vscode.commands.executeCommand('trackside.delete', await hawk());
    await runs(api, 2);
    await accept('keen-hawk-c2', 'Undo');
    await hawk(3);
  });

  it('bring back from the trash later', async () => {
    await vscode.commands.executeCommand('trackside.delete', await hawk());
    await runs(api, 2);
    await vscode.commands.executeCommand('notifications.clearAll');
    void vscode.commands.executeCommand('trackside.undelete');
    await see(window, '.quick-input-list .monaco-list-row', 'keen-hawk-c2');
    await press('ArrowDown');
    await press('Space');
    await press('Enter');
    await hawk(3);
  });

  it('follow a run that is open, and end it', async () => {
    await outside('start');
    const open = await until(
      async () => (await api.tree.getChildren())[0],
      node => node?.kind === 'run' && node.row.status === 'open' && Object.keys(node.row.metrics).length > 0
    );
    assert.ok(open?.kind === 'run');
    assert.match(itemOf(open).contextValue ?? '', /;open;/);
    await see(window, '.monaco-list-row[aria-label*="open-one"]');
    await until(
      () => api.tree.view.badge?.value,
      value => value === 1
    );
    await shot('tree-live');
    await vscode.commands.executeCommand('trackside.end', open);
    await until(
      () => runs(api, 4),
      all => all['open-one']?.row.oid !== null
    );
    await miss(window, '.action-item .badge-content', '1');
  });
});
