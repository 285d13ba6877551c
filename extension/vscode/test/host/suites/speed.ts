import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import type { Api } from '../../../src/extension';
import { outside, see, tab } from '../eyes';

/** Milliseconds; the figure is one second on a quiet machine, the test only catches what got many times slower. */
const LIMIT = 5_000;

describe('With many runs', () => {
  it('fills the tree soon after it is activated, and the first rows of the table soon after they are asked for', async () => {
    const extension = vscode.extensions.getExtension<Api>('trackside.trackside');
    assert.ok(extension);
    const began = Date.now();
    const api = await extension.activate();
    let first = await api.tree.getChildren();
    while (first.length === 0) {
      await new Promise(resolve => setTimeout(resolve, 5));
      first = await api.tree.getChildren();
    }
    const rows = await api.tree.getChildren(first[0]);
    const tree = Date.now() - began;
    assert.equal(rows.length, 101);
    const asked = Date.now();
    await vscode.commands.executeCommand('trackside.openTable');
    await see(tab('"view":"table"'), '[role=row]', 'run-');
    const table = Date.now() - asked;
    await outside('figures', { tree, table });
    assert.ok(tree < LIMIT && table < LIMIT, `${tree} ms, ${table} ms`);
  });
});
