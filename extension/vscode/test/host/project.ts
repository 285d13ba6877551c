/** The extension under test, and what it shows. */

import * as vscode from 'vscode';
import type { Api } from '../../src/extension';
import { itemOf } from '../../src/tree/items';
import type { Node, RunNode } from '../../src/tree/nodes';
import { until } from './eyes';

/** Activate the extension as VS Code does when its view is opened. */
export async function activated(): Promise<Api> {
  const extension = vscode.extensions.getExtension<Api>('trackside.trackside');
  if (!extension) {
    throw new Error('The extension is not there.');
  }
  await vscode.commands.executeCommand('trackside.runs.focus');
  return extension.activate();
}

/** Everything that the tree shows now, deepest first opened, as labels with two spaces a level. */
export async function drawn(api: Api, node?: Node, depth = 0): Promise<readonly string[]> {
  const lines: string[] = [];
  for (const child of await api.tree.getChildren(node)) {
    lines.push(`${'  '.repeat(depth)}${String(itemOf(child).label)}`);
    lines.push(...(await drawn(api, child, depth + 1)));
  }
  return lines;
}

/** The runs in the tree, by name, once `count` are there. */
export async function runs(api: Api, count: number): Promise<Readonly<Record<string, RunNode>>> {
  const found = await until(
    () => runsBelow(api),
    nodes => nodes.length === count
  ).catch(async (error: unknown) => {
    const folders = vscode.workspace.workspaceFolders?.map(({ name }) => name);
    const desks = api.desks.all().map(({ folder, pid, standing }) => ({ folder: folder.name, pid, ...standing }));
    throw new Error([String(error), JSON.stringify({ folders, desks }), ...(await drawn(api))].join('\n'));
  });
  return Object.fromEntries(found.map(node => [node.row.name, node]));
}

async function runsBelow(api: Api, node?: Node): Promise<readonly RunNode[]> {
  const children = await api.tree.getChildren(node);
  const deeper = await Promise.all(children.map(child => runsBelow(api, child)));
  return [...children.filter(child => child.kind === 'run'), ...deeper.flat()];
}

/** Close every editor. */
export async function closeAll(): Promise<void> {
  await vscode.commands.executeCommand('workbench.action.closeAllEditors');
}

/** What the tab in front is called. */
export function front(): string | undefined {
  return vscode.window.tabGroups.activeTabGroup.activeTab?.label;
}

/** Choose a theme. */
export async function theme(name: string): Promise<void> {
  await vscode.workspace.getConfiguration('workbench').update('colorTheme', name, vscode.ConfigurationTarget.Global);
}
