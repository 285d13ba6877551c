/** What can be done with a branch that a promotion made: by the Git extension, or the one for pull requests. */

import { webAddress } from '@trackside/ui';
import type { Promoted, Task } from '@trackside/ui';
import * as vscode from 'vscode';
import type { Desk } from '../desk/desk';
import type { Answer } from '../desk/lines';
import { gitRepository } from '../git';
import { t } from '../words';

const PULL_REQUESTS = 'GitHub.vscode-pull-request-github';
const told = new Set<string>();

/** Look whether an answer tells of a promotion that is done, and offer what comes next; once for each. */
export function overhear(desk: Desk, path: string, answer: Answer): void {
  const task = path.startsWith('tasks/') && answer.status === 200 ? (answer.body as Task) : null;
  if (
    task?.kind === 'promote' &&
    task.state === 'done' &&
    task.result &&
    'branch' in task.result &&
    !told.has(task.id)
  ) {
    told.add(task.id);
    void offer(desk, task.result);
  }
}

async function offer(desk: Desk, promoted: Promoted): Promise<void> {
  const { folder } = desk;
  const repository = await gitRepository(folder.uri);
  // The Git extension looks at refs when it hears of one of its own commands; this branch came by another way.
  await repository?.status().catch(() => undefined);
  const address = webAddress(promoted.url);
  const checkout = t('Check Out');
  const request = t('Create Pull Request');
  const look = t('Open in Browser');
  const hasRequests = vscode.extensions.getExtension(PULL_REQUESTS) !== undefined && promoted.pushed !== null;
  const offers = [
    ...(address ? [look] : []),
    ...(!address && hasRequests ? [request] : []),
    ...(repository ? [checkout] : [])
  ];
  const message = promoted.pushed
    ? t('The branch {branch} is made and pushed to {remote}.', { branch: promoted.branch, remote: promoted.pushed })
    : t('The branch {branch} is made.', { branch: promoted.branch });
  const chosen = await vscode.window.showInformationMessage(message, ...offers);
  if (chosen === look && address) {
    await vscode.env.openExternal(vscode.Uri.parse(address));
  } else if (chosen === request) {
    await vscode.commands.executeCommand('pr.create', { repoPath: folder.uri.fsPath, compareBranch: promoted.branch });
  } else if (chosen === checkout) {
    try {
      await repository?.checkout(promoted.branch);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      void vscode.window.showErrorMessage(t('The branch could not be checked out. {why}', { why }));
    }
  }
}
