/** What the commands do to runs: star, tags, note, name, archive, delete and bring back, end. */

import { visible } from '@trackside/ui';
import type { Change } from '@trackside/ui';
import * as vscode from 'vscode';
import type { Desk } from '../desk/desk';
import type { RunNode } from '../tree/nodes';
import { confirm } from '../views/bridge';
import { attempt } from './telling';
import { t } from '../words';

/** Note something on runs. */
export async function annotate(nodes: readonly RunNode[], change: Change): Promise<void> {
  for (const [desk, place, runs] of grouped(nodes)) {
    await attempt(() => desk.source.annotate(place, runs, change));
  }
}

/** Ask for the tags of runs, and set them. */
export async function editTags(nodes: readonly RunNode[]): Promise<void> {
  const [first] = nodes;
  if (!first) {
    return;
  }
  const asked = await vscode.window.showInputBox({
    title: titled(t('Tags'), nodes),
    prompt: t('Divided by commas'),
    value: first.row.tags.join(', ')
  });
  if (asked !== undefined) {
    const tags = asked.split(',').map(tag => tag.trim());
    await annotate(nodes, { tags: [...new Set(tags.filter(Boolean))] });
  }
}

/** Ask for the note of runs, and set it. */
export async function editNote(nodes: readonly RunNode[]): Promise<void> {
  const [first] = nodes;
  const note = first && (await vscode.window.showInputBox({ title: titled(t('Note'), nodes), value: first.row.note }));
  if (note !== undefined) {
    await annotate(nodes, { note });
  }
}

/** Ask for another name. */
export async function rename({ shelf, place, row }: RunNode): Promise<void> {
  const name = await vscode.window.showInputBox({
    title: t('Rename {name}', { name: visible(row.name, 80) }),
    value: row.name,
    prompt: t('Letters, digits and hyphens'),
    validateInput: text =>
      /^[a-z0-9][a-z0-9-]{0,63}$/.test(text) ? null : t('Small letters, digits and hyphens, at most 64.')
  });
  if (name !== undefined && name !== row.name) {
    await attempt(() => shelf.desk.source.rename(place, row.id, name));
  }
}

/** Delete runs; they can be brought back at once, or later from the trash. */
export async function remove(nodes: readonly RunNode[]): Promise<void> {
  for (const [desk, place, runs] of grouped(nodes)) {
    const done = await attempt(() => desk.source.delete(place, runs));
    if (done) {
      const undo = t('Undo');
      // Not waited for: a notice may stand for long.
      void vscode.window.showInformationMessage(done.message, undo).then(async chosen => {
        if (chosen === undo) {
          await attempt(() => desk.source.undelete(place, done.names));
        }
      });
    }
  }
}

/** Choose deleted runs, and bring them back. */
export async function undelete(desk: Desk, place: string): Promise<void> {
  const trash = await attempt(() => desk.source.trash(place));
  if (!trash) {
    return;
  }
  if (trash.runs.length === 0) {
    void vscode.window.showInformationMessage(t('No run is in the trash.'));
    return;
  }
  const items = trash.runs.map(row => ({
    label: visible(row.name, 80),
    description: t('deleted {when}', { when: new Date(row.deleted * 1000).toLocaleString() }),
    name: row.name
  }));
  const chosen = await vscode.window.showQuickPick(items, { canPickMany: true, title: t('Bring back deleted runs') });
  if (chosen && chosen.length > 0) {
    const names = chosen.map(item => item.name);
    await attempt(() => desk.source.undelete(place, names));
  }
}

/** Have the kernel of an open run end it. */
export async function end({ shelf, place, row }: RunNode, discard: boolean): Promise<void> {
  const name = visible(row.name, 80);
  const title = t('Discard the run {name}?', { name });
  const body = t('Nothing of it is kept. Your notebook and files stay as they are.');
  if (!discard || (await confirm(title, body, t('Discard')))) {
    const done = await attempt(() => shelf.desk.source.end(place, row.id, discard));
    if (done) {
      void vscode.window.showInformationMessage(done.message);
    }
  }
}

function titled(what: string, nodes: readonly RunNode[]): string {
  const [first] = nodes;
  return nodes.length === 1 && first
    ? t('{what} of {name}', { what, name: visible(first.row.name, 80) })
    : t('{what} of {n} runs', { what, n: nodes.length });
}

function grouped(nodes: readonly RunNode[]): readonly (readonly [Desk, string, string[]])[] {
  const groups = new Map<string, readonly [Desk, string, string[]]>();
  for (const { shelf, place, row } of nodes) {
    const key = `${shelf.desk.folder.uri.toString()} ${place}`;
    const group = groups.get(key) ?? ([shelf.desk, place, []] as const);
    groups.set(key, group);
    group[2].push(row.id);
  }
  return [...groups.values()];
}
