/** Opens files of runs: a notebook as it was, and differences side by side. */

import { visible } from '@trackside/ui';
import type { FileDiff } from '@trackside/ui';
import * as vscode from 'vscode';
import type { Desk } from '../desk/desk';
import type { RunFile } from './address';
import { uriOf } from './files';
import { topOf } from './worktree';
import { t } from '../words';

/** A run among those that are set side by side. */
export interface Sided {
  readonly place: string;
  readonly run: string;
  readonly name: string;
}

/** One file on two sides. */
interface Pair {
  readonly path: string;
  readonly change: string;
  readonly left: vscode.Uri;
  readonly right: vscode.Uri;
}

/** Open the notebook of a run read-only, with what its cells gave. */
export async function openNotebook(desk: Desk, place: string, run: string, name: string): Promise<void> {
  const { experiment } = await desk.source.details(place, run, 4);
  const path = experiment.record.notebook;
  if (!path) {
    void vscode.window.showInformationMessage(t('This run has no notebook of its own.'));
    return;
  }
  await vscode.commands.executeCommand('vscode.open', uriOf(fileOf(desk, { place, run, name }, path, 'run')), {
    preview: false
  });
}

/** Show how the code of `after` differs from that of `before`; of its baseline commit without one. */
export async function diffRuns(desk: Desk, before: Sided | null, after: Sided): Promise<void> {
  const told = await desk.source.diff(after.place, before?.run ?? null, after.run);
  const left = before ?? after;
  const pairs = told.files.map(file => ({
    path: file.path,
    change: file.change,
    left: sideOf(desk, left, file, before ? 'run' : 'baseline', file.change !== 'added'),
    right: sideOf(desk, after, file, 'run', file.change !== 'removed')
  }));
  const title = `${visible(before?.name ?? t('baseline commit'), 40)} ↔ ${visible(after.name, 40)}`;
  await choose(pairs, title, t('The code of both is the same.'));
}

/** Show how files that a run changed differ from what stands in the work tree now. */
export async function diffWorkTree(desk: Desk, run: Sided): Promise<void> {
  const top = await topOf(desk.folder.uri);
  if (!top) {
    void vscode.window.showWarningMessage(t('This folder is in no Git repository.'));
    return;
  }
  const [told, { experiment }] = await Promise.all([
    desk.source.diff(run.place, null, run.run),
    desk.source.details(run.place, run.run, 4)
  ]);
  const { notebook } = experiment.record;
  const paths = new Set([...(notebook ? [notebook] : []), ...told.files.map(file => file.path)]);
  const removed = new Set(told.files.filter(file => file.change === 'removed').map(file => file.path));
  const pairs: Pair[] = [];
  for (const path of paths) {
    const right = vscode.Uri.joinPath(top, ...path.split('/'));
    const left = uriOf(fileOf(desk, run, path, removed.has(path) ? 'none' : 'run'));
    const [was, is] = await Promise.all([bytesOf(left), bytesOf(right)]);
    if (is === null && was !== null) {
      pairs.push({ path, change: 'removed', left, right: uriOf(fileOf(desk, run, path, 'none')) });
    } else if (was !== null && is !== null && !isSame(was, is)) {
      pairs.push({ path, change: 'changed', left, right });
    }
  }
  const title = `${visible(run.name, 40)} ↔ ${t('now')}`;
  await choose(pairs, title, t('The files that this run changed stand in your work tree as they were.'));
}

function sideOf(desk: Desk, run: Sided, file: FileDiff, side: RunFile['side'], isThere: boolean): vscode.Uri {
  return uriOf(fileOf(desk, run, file.path, isThere ? side : 'none'));
}

function fileOf(desk: Desk, { place, run, name }: Sided, path: string, side: RunFile['side']): RunFile {
  return { folder: desk.folder.uri.toString(), place, run, name, path, side };
}

/** Open the only difference, or the one that is chosen, or all. */
async function choose(pairs: readonly Pair[], title: string, none: string): Promise<void> {
  const [only, ...others] = pairs;
  if (!only) {
    void vscode.window.showInformationMessage(none);
    return;
  }
  if (others.length === 0) {
    await openPair(only, title);
    return;
  }
  const all = { label: t('All {n} files', { n: pairs.length }), pair: null };
  const items = pairs.map(pair => ({
    label: visible(pair.path, 200),
    description: t(CHANGES[pair.change] ?? ''),
    pair
  }));
  const chosen = await vscode.window.showQuickPick([...items, all], { title, placeHolder: t('Which file?') });
  if (chosen?.pair) {
    await openPair(chosen.pair, title);
  } else if (chosen) {
    const resources = pairs.map(pair => [pair.right, pair.left, pair.right]);
    await vscode.commands.executeCommand('vscode.changes', title, resources);
  }
}

const CHANGES: Readonly<Record<string, string>> = { added: 'added', removed: 'removed', changed: 'changed' };

async function openPair({ left, right, path }: Pair, title: string): Promise<void> {
  const file = path.slice(path.lastIndexOf('/') + 1);
  await vscode.commands.executeCommand('vscode.diff', left, right, `${visible(file, 80)} (${title})`);
}

async function bytesOf(uri: vscode.Uri): Promise<Uint8Array | null> {
  try {
    return await vscode.workspace.fs.readFile(uri);
  } catch {
    return null;
  }
}

function isSame(one: Uint8Array, other: Uint8Array): boolean {
  return Buffer.compare(one, other) === 0;
}
