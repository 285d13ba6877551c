/** Push and pull: followed in a notice that can cancel them; what did not travel is told with its reason. */

import { isUnderWay, sharedOf, sharedSharing, SourceError, visible } from '@trackside/ui';
import type { Shared, Sharing, Task } from '@trackside/ui';
import * as vscode from 'vscode';
import type { Desk } from '../desk/desk';
import { t } from '../words';

/** What is shared, and where what must be looked at is shown. */
export interface Wanted {
  readonly way: 'push' | 'pull';
  readonly place: string;
  /** Of a push: the runs, by their ids. */
  readonly runs: readonly string[];
  /** Show the runs that a pull held back. */
  readonly showHeld: () => void;
}

/** Reasons in the log. */
const MOST_TOLD = 50;

/** Push or pull; returns when it is over, and does not wait until what it says was read. */
export async function share(desk: Desk, wanted: Wanted, log: vscode.LogOutputChannel): Promise<void> {
  const sharing = sharedSharing(desk.source, wanted.place, () => false);
  if (isUnderWay(sharing.current().task)) {
    void vscode.window.showInformationMessage(t('A push or pull is under way; wait for it, or cancel it.'));
    return;
  }
  const remote = await chooseRemote(sharing);
  if (remote === null) {
    return;
  }
  const title = titleOf(wanted, visible(remote, 60));
  const options = { location: vscode.ProgressLocation.Notification, cancellable: true, title };
  const task = await vscode.window.withProgress(options, (progress, token) => follow(sharing, wanted, progress, token));
  tell(task, sharing.current().error, wanted, log);
  sharing.dismiss();
}

/** The remote to share with: the usual one, or one that is chosen; null when there is none, or none was chosen. */
async function chooseRemote(sharing: Sharing): Promise<string | null> {
  await sharing.load();
  const { remotes } = sharing.current();
  if (remotes?.length === 0) {
    const add = t('Add Remote…');
    const message = t('This repository has no remote to share runs with. Add one, then try again.');
    void vscode.window.showWarningMessage(message, add).then(async chosen => {
      await (chosen === add ? vscode.commands.executeCommand('git.addRemote') : undefined);
    });
    return null;
  }
  if (remotes && sharing.remote === null) {
    const items = remotes.map(({ name, address }) => ({ label: visible(name, 60), description: address, name }));
    const chosen = await vscode.window.showQuickPick(items, { title: t('Which remote?') });
    if (!chosen) {
      return null;
    }
    sharing.choose(chosen.name);
  }
  return sharing.remote ?? '';
}

function titleOf({ way, runs }: Wanted, remote: string): string {
  if (way === 'pull') {
    return remote ? t('Pulling runs from {remote}', { remote }) : t('Pulling runs');
  }
  const n = runs.length;
  return n === 1 ? t('Pushing 1 run to {remote}', { remote }) : t('Pushing {n} runs to {remote}', { n, remote });
}

async function follow(
  sharing: Sharing,
  { way, runs }: Wanted,
  progress: vscode.Progress<{ readonly message: string; readonly increment?: number }>,
  token: vscode.CancellationToken
): Promise<Task | null> {
  let share = 0;
  let isCancelled = false;
  const report = (): void => {
    const { task } = sharing.current();
    // Its number is known a moment after the first press of "Cancel" may come.
    if (task && token.isCancellationRequested && !isCancelled) {
      isCancelled = true;
      void sharing.cancel();
    }
    if (task && isUnderWay(task)) {
      const message = isCancelled ? t('Cancelling …') : visible(task.message, 200);
      const grown = Math.max(0, (task.progress ?? 0) * 100 - share);
      share += grown;
      progress.report({ message, ...(grown > 0 ? { increment: grown } : {}) });
    }
  };
  const unsubscribe = sharing.subscribe(report);
  const ends = token.onCancellationRequested(report);
  try {
    return await (way === 'push' ? sharing.push({ runs: [...runs] }) : sharing.pull());
  } finally {
    unsubscribe();
    ends.dispose();
  }
}

function tell(task: Task | null, error: unknown, wanted: Wanted, log: vscode.LogOutputChannel): void {
  const shared = sharedOf(task);
  if (shared) {
    tellShared(shared, wanted, log);
  } else if (task?.state === 'cancelled') {
    const message = t('It was cancelled. What arrived stays; the next one goes on from there.');
    void vscode.window.showInformationMessage(message);
  } else {
    const { message, hint } = failureOf(task, error);
    log.error([message, hint].filter(Boolean).join('\n'));
    offer('showErrorMessage', [visible(message, 400), visible(hint, 400)].filter(Boolean).join(' '), {
      [t('Open Log')]: () => log.show()
    });
  }
}

function failureOf(task: Task | null, error: unknown): { readonly message: string; readonly hint: string } {
  if (task?.error) {
    return task.error;
  }
  return error instanceof SourceError ? error : { message: task?.message ?? String(error), hint: '' };
}

function tellShared(shared: Shared, { showHeld }: Wanted, log: vscode.LogOutputChannel): void {
  const { held, files, notes, message, annotations } = shared;
  const missing = files.missing.slice(0, MOST_TOLD).join(', ');
  const reasons = [
    ...held.slice(0, MOST_TOLD).map(({ name, why, hint }) => [`${name}: ${why}`, hint].filter(Boolean).join(' ')),
    ...(missing ? [`${t('Large files that did not travel:')} ${missing}: ${files.why} ${files.hint}`.trim()] : []),
    ...notes
  ];
  log.info([message, ...reasons].join('\n'));
  const shortest = [held[0] ? `${held[0].name}: ${held[0].why}.` : (reasons[0] ?? ''), held[0] ? (notes[0] ?? '') : ''];
  if (held.length === 0 && !missing && annotations !== 'refused') {
    offer('showInformationMessage', visible(message, 300), {});
    return;
  }
  offer(
    'showWarningMessage',
    [message, ...shortest]
      .filter(Boolean)
      .map(words => visible(words, 300))
      .join(' '),
    {
      ...(held.length > 0 && shared.way === 'pull' ? { [t('Show Held Runs')]: showHeld } : {}),
      ...(reasons.length > 0 ? { [t('Open Log')]: () => log.show() } : {})
    }
  );
}

/** Say something with buttons. */
function offer(
  say: 'showInformationMessage' | 'showWarningMessage' | 'showErrorMessage',
  message: string,
  acts: Readonly<Record<string, () => void>>
): void {
  void vscode.window[say](message, ...Object.keys(acts)).then(chosen => chosen !== undefined && acts[chosen]?.());
}
