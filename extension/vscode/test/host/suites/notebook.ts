import assert from 'node:assert/strict';
import { join } from 'node:path';
import * as vscode from 'vscode';
import type { Api } from '../../../src/extension';
import { click, count, miss, outputs, outside, see, shot, tab, until, window } from '../eyes';
import { Kernels } from '../kernels';
import { activated, closeAll } from '../project';

const CARD = '.ts-card';
const STATUS = '.cell-status-item';
const TRACK = '.notebook-toolbar-container [aria-label="Track This Notebook"]';
const END = '.notebook-toolbar-container [aria-label="End the Run of This Notebook"]';

describe('A notebook', () => {
  let api: Api;
  let kernels: Kernels;
  before(async () => {
    api = await activated();
    kernels = new Kernels((await outside('jupyter')) as { readonly base: string; readonly token: string });
  });
  afterEach(async () => {
    await Promise.all(vscode.workspace.notebookDocuments.map(notebook => kernels.end(notebook)));
    await vscode.commands.executeCommand('workbench.action.revertAndCloseActiveEditor');
    await closeAll();
  });
  after(() => kernels.dispose());

  const folder = (): string => vscode.workspace.workspaceFolders?.[0]?.uri.fsPath ?? '';

  async function open(name: string): Promise<vscode.NotebookDocument> {
    const notebook = await vscode.workspace.openNotebookDocument(vscode.Uri.file(join(folder(), name)));
    await vscode.window.showNotebookDocument(notebook);
    await kernels.choose(notebook);
    return notebook;
  }

  const run = (...cells: readonly number[]): Promise<void> =>
    Promise.all(
      cells.map(at => vscode.commands.executeCommand('notebook.cell.execute', { ranges: [{ start: at, end: at + 1 }] }))
    ).then(() => undefined);

  /** As "Run All" does; ends once the last cell has run. */
  async function runAll(notebook: vscode.NotebookDocument): Promise<void> {
    const last = notebook.cellAt(notebook.cellCount - 1);
    const before = last.executionSummary?.executionOrder ?? 0;
    await vscode.commands.executeCommand('notebook.execute');
    await until(
      () => last.executionSummary,
      summary => typeof summary?.success === 'boolean' && (summary.executionOrder ?? 0) > before,
      20_000
    );
    await until(
      () => api.notebooks.following.of(notebook)?.followed.open,
      open => open !== null && open !== undefined
    );
  }

  async function edit(cell: vscode.NotebookCell, text: string): Promise<void> {
    const edits = new vscode.WorkspaceEdit();
    const { lineCount } = cell.document;
    edits.replace(cell.document.uri, new vscode.Range(0, 0, lineCount, 0), text);
    await vscode.workspace.applyEdit(edits);
  }

  const said = (notebook: vscode.NotebookDocument): readonly string[] =>
    notebook.getCells().map(cell =>
      api.notebooks.status
        .provideCellStatusBarItems(cell)
        .map(item => item.text)
        .join()
    );

  const marked = (notebook: vscode.NotebookDocument, isRight: (texts: readonly string[]) => boolean) =>
    until(() => said(notebook), isRight);

  it('is tracked by the button, once, and one step takes it back', async () => {
    const notebook = await open('plain.ipynb');
    await click(window, TRACK);
    await until(
      () => notebook.cellAt(0).document.getText(),
      text => text === '%load_ext trackside\n%track'
    );
    assert.equal(notebook.cellCount, 3);
    await vscode.commands.executeCommand('trackside.track');
    assert.equal(notebook.cellCount, 3);
    await shot('notebook-tracked');
    await vscode.commands.executeCommand('undo');
    await until(
      () => notebook.cellCount,
      n => n === 2
    );
    assert.equal(notebook.isDirty, false);
  });

  it('shows its run: cells, card, button; and the run holds what was never saved', async () => {
    const notebook = await open('study.ipynb');
    await edit(notebook.cellAt(1), 'lr = 0.25  # not saved\nval_loss = 0.5');
    await run(0, 1);
    await marked(notebook, ([first, second]) => /record/.test(first ?? '') && /record/.test(second ?? ''));
    const cards = outputs(CARD);
    await see(cards, CARD, 'running');
    await see(cards, `${CARD} button`, 'End run');
    await see(window, STATUS, api.notebooks.following.of(notebook)?.followed.open?.name ?? '?');
    await shot('notebook-open');
    await click(window, END);
    await marked(notebook, texts => texts.filter(text => /pass/.test(text)).length === 2);
    await see(cards, CARD, 'finished');
    await see(cards, `${CARD} button`, 'Promote');
    await see(window, TRACK);
    await shot('notebook-sealed');
    const kept = (await outside('kept', {
      path: 'study.ipynb',
      name: api.notebooks.following.of(notebook)?.followed.seen?.name
    })) as string;
    assert.match(kept, /# not saved/);
    assert.doesNotMatch(kept, /vnd\.trackside\.run/);
    assert.match(kept, /"nbformat": 4/);
    assert.equal(await count(cards, `${CARD} script`), 0);
  });

  it('gives a run that ends by Run All its own notebook, and says which cell failed', async () => {
    const notebook = await open('again.ipynb');
    await edit(notebook.cellAt(1), "print('first')");
    await runAll(notebook);
    const first = api.notebooks.following.of(notebook)?.followed.open?.name;
    await edit(notebook.cellAt(1), "print('second')\n1 / 0");
    // Somebody types and looks before running again.
    await new Promise(resolve => setTimeout(resolve, 500));
    await runAll(notebook);
    await marked(notebook, texts => /error/.test(texts[1] ?? '') && /record/.test(texts[0] ?? ''));
    const notebookOfFirst = String(await outside('kept', { path: 'again.ipynb', name: first }));
    assert.match(notebookOfFirst, /print\('first'\)/);
    assert.match(notebookOfFirst, /"first\\n"/);
    assert.doesNotMatch(notebookOfFirst, /second/);
  });

  it('is kept as it was saved, but for our own card; and shows its run again when it is opened again', async () => {
    const notebook = await open('saved.ipynb');
    await runAll(notebook);
    await notebook.save();
    await vscode.commands.executeCommand('trackside.endHere');
    await marked(notebook, texts => texts.every(text => /pass/.test(text)));
    const seen = api.notebooks.following.of(notebook)?.followed.seen;
    assert.equal(await outside('differences', { name: seen?.name }), '');
    await see(outputs(CARD), CARD, 'finished');
    await notebook.save();
    await kernels.end(notebook);
    await closeAll();
    const again = await vscode.workspace.openNotebookDocument(notebook.uri);
    await vscode.window.showNotebookDocument(again);
    await marked(again, texts => texts.every(text => /pass/.test(text)));
    await see(outputs(CARD), `${CARD} button`, 'Promote');
    await click(window, STATUS, seen?.name ?? '?');
    await see(tab(seen?.run ?? '?'), 'body', seen?.name ?? '?');
    await click(window, '.tab[data-resource-name="saved.ipynb"]');
    await click(outputs(CARD), `${CARD} button`, 'Open run');
    await miss(window, '.notebook-toolbar-container');
  });

  it('draws a card of anybody as text, and says what is none', async () => {
    const notebook = await vscode.workspace.openNotebookDocument(vscode.Uri.file(join(folder(), 'hostile.ipynb')));
    await vscode.window.showNotebookDocument(notebook);
    const cards = outputs(CARD);
    await see(cards, '.ts-card-name', '<img src=x onerror=alert(1)>');
    await see(cards, '.ts-card-next code', 'trackside');
    assert.equal(await count(cards, `${CARD} img, ${CARD} script, ${CARD} button`), 0);
    await see(cards, 'p', 'is none');
    for (const theme of ['Default Dark Modern', 'Default High Contrast']) {
      await vscode.workspace
        .getConfiguration()
        .update('workbench.colorTheme', theme, vscode.ConfigurationTarget.Global);
      await see(cards, 'body[class*="vscode-dark"] .ts-card, body[class*="vscode-high-contrast"] .ts-card');
      await shot(`card-${theme.split(' ')[1]}`);
    }
    await vscode.workspace
      .getConfiguration()
      .update('workbench.colorTheme', undefined, vscode.ConfigurationTarget.Global);
  });
});
