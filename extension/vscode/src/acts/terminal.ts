/** Long work that a person wants to see: programs run in a terminal of VS Code, only when asked for. */

import * as vscode from 'vscode';
import { ids } from '../ids';

/** Run a program visibly; resolves to its exit status, undefined when it was ended. Words are handed on unquoted. */
export async function runVisibly(
  folder: vscode.WorkspaceFolder,
  name: string,
  program: string,
  words: readonly string[],
  home: string
): Promise<number | undefined> {
  const task = new vscode.Task(
    { type: ids.scheme, what: name },
    folder,
    name,
    'Trackside',
    // Not in the folder: Python would look for modules there first.
    new vscode.ProcessExecution(program, [...words], { cwd: home, env: { PYTHONSAFEPATH: '1' } })
  );
  task.presentationOptions = { reveal: vscode.TaskRevealKind.Always, panel: vscode.TaskPanelKind.Shared, clear: true };
  const execution = await vscode.tasks.executeTask(task);
  return new Promise(resolve => {
    const ends = vscode.Disposable.from(
      vscode.tasks.onDidEndTaskProcess(event => {
        if (event.execution === execution) {
          ends.dispose();
          resolve(event.exitCode);
        }
      }),
      vscode.tasks.onDidEndTask(event => {
        if (event.execution === execution) {
          // The status, where there is one, was told just before or comes just after.
          setTimeout(() => {
            ends.dispose();
            resolve(undefined);
          }, 500);
        }
      })
    );
  });
}
