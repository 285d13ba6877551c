import assert from 'node:assert/strict';
import type { Api } from '../../../src/extension';
import { itemOf } from '../../../src/tree/items';
import { see, shot, window } from '../eyes';
import { activated, runs } from '../project';

describe('The tree', () => {
  let api: Api;
  before(async () => {
    api = await activated();
  });

  it('shows the runs of the folder by the commit they began from', async () => {
    const found = await runs(api, 3);
    assert.deepEqual(Object.keys(found), ['keen-hawk-c2', 'quiet-wren-9a', 'calm-otter-3f']);
    const [commit] = await api.tree.getChildren();
    assert.equal(commit?.kind, 'commit');
    await see(window, '.monaco-list-row[aria-label*="keen-hawk-c2"]');
    await shot('tree');
  });

  it('says value, change and age of a run', async () => {
    const { 'keen-hawk-c2': hawk } = await runs(api, 3);
    assert.ok(hawk);
    assert.match(String(itemOf(hawk).description), /^0\.6000 ↓0\.2 {2}· {2}\d+ (d|w|mo|y)$/);
  });
});
