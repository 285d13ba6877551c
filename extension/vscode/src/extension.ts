/** Where the extension begins: what it is made of, put together. */

import * as vscode from 'vscode';
import { registerCommands } from './commands';
import { Desks } from './desk/desks';
import { RunFiles } from './diffs/files';
import { followNotebooks } from './notebook';
import type { Notebooks } from './notebook';
import { RunsTree } from './tree/tree';
import { Panels } from './views/panels';

/** What other extensions, and the tests, may use. */
export interface Api {
  readonly desks: Desks;
  readonly tree: RunsTree;
  readonly notebooks: Notebooks;
}

/** Called by VS Code when something of ours is first used. */
export function activate(context: vscode.ExtensionContext): Api {
  const log = vscode.window.createOutputChannel('Trackside', { log: true });
  const home = context.extensionPath;
  const desks = new Desks(home, log);
  const tree = new RunsTree(desks);
  const panels = new Panels(context.extensionUri, desks);
  const files = new RunFiles(desks).register();
  const commands = registerCommands({ desks, tree, panels, log, home });
  const notebooks = followNotebooks(desks, shown => panels.show(shown), log);
  context.subscriptions.push(log, desks, tree, panels, files, commands, notebooks);
  return { desks, tree, notebooks };
}
