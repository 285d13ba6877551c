/** The text of a notebook as VS Code would save it, without the outputs that Trackside drew itself. */

import * as vscode from 'vscode';

/** The type of notebook that `.ipynb` files open as. */
export const JUPYTER = 'jupyter-notebook';

/** What VS Code's own extension for `.ipynb` files offers to others. */
interface IpynbApi {
  exportNotebook?(notebook: vscode.NotebookData): Promise<string>;
}

/** A copy that stays as it is while the notebook goes on. */
export interface Copy {
  readonly data: vscode.NotebookData;
  /** Set when the notebook was saved and holds nothing of ours: then its file says best how it reads. */
  readonly saved: vscode.Uri | null;
}

/** Copy a notebook. */
export function copyOf(notebook: vscode.NotebookDocument): Copy {
  let hasOwn = false;
  const cells = notebook.getCells().map(cell => {
    const copy = new vscode.NotebookCellData(cell.kind, cell.document.getText(), cell.document.languageId);
    const outputs = cell.outputs.filter(output => !isOwn(output));
    hasOwn ||= outputs.length < cell.outputs.length;
    copy.metadata = cell.metadata;
    copy.executionSummary = cell.executionSummary;
    // The items of an output are replaced in place when its display is updated.
    copy.outputs = outputs.map(({ items, metadata }) => new vscode.NotebookCellOutput([...items], metadata));
    return copy;
  });
  const data = new vscode.NotebookData(cells);
  data.metadata = notebook.metadata;
  return { data, saved: notebook.isDirty || notebook.isUntitled || hasOwn ? null : notebook.uri };
}

/** The sources of one copy with the outputs of a later one; its file may hold the next edits by then. */
export function joined(ran: Copy, settled: Copy): Copy {
  const late = settled.data.cells;
  if (late.length !== ran.data.cells.length) {
    return { ...ran, saved: null };
  }
  ran.data.cells.forEach((cell, place) => {
    cell.outputs = late[place]?.outputs ?? [];
    cell.executionSummary = late[place]?.executionSummary;
  });
  return { ...ran, saved: null };
}

/** The text of a copy; null when VS Code cannot write notebooks. */
export async function textOf({ data, saved }: Copy): Promise<string | null> {
  if (saved) {
    return new TextDecoder().decode(await vscode.workspace.fs.readFile(saved));
  }
  const api = await vscode.extensions.getExtension<IpynbApi | undefined>('vscode.ipynb')?.activate();
  return (await api?.exportNotebook?.(data)) ?? null;
}

/** Whether an output was drawn by Trackside; the mark stands in the metadata that the kernel sent along. */
export function isOwn(output: vscode.NotebookCellOutput): boolean {
  const { metadata } = (output.metadata ?? {}) as { readonly metadata?: unknown };
  const { trackside } = (metadata ?? {}) as { readonly trackside?: { readonly own?: unknown } };
  return trackside?.own === true;
}
