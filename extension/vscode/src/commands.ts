/** The commands, each a line to what does the work. */

import { visible } from '@trackside/ui';
import * as vscode from 'vscode';
import { annotate, editNote, editTags, end, remove, rename, undelete } from './acts/runs';
import { share } from './acts/sharing';
import { attempt } from './acts/telling';
import { runVisibly } from './acts/terminal';
import type { Desk } from './desk/desk';
import type { Desks } from './desk/desks';
import { findPython, hasPythonExtension } from './desk/interpreter';
import { diffRuns, diffWorkTree, openNotebook } from './diffs/open';
import { ids } from './ids';
import { isRunNode } from './tree/nodes';
import type { MoreNode, RunNode } from './tree/nodes';
import type { RunsTree } from './tree/tree';
import type { Panels } from './views/panels';
import type { Shown } from './views/shown';
import { t } from './words';

/** What the commands work with. */
export interface Around {
  readonly desks: Desks;
  readonly tree: RunsTree;
  readonly panels: Panels;
  readonly log: vscode.LogOutputChannel;
  /** A folder without Python files. */
  readonly home: string;
}

/** Make the commands known. */
export function registerCommands(around: Around): vscode.Disposable {
  return vscode.Disposable.from(...runCommands(around), ...viewCommands(around), ...setupCommands(around));
}

type Act = (first: RunNode, all: readonly RunNode[]) => unknown;

function runCommands(around: Around): readonly vscode.Disposable[] {
  const { panels } = around;
  const on = (id: string, act: Act): vscode.Disposable =>
    vscode.commands.registerCommand(id, async (clicked?: unknown, several?: unknown) => {
      const nodes = await runsOf(around, clicked, several);
      const [first] = nodes;
      return first ? attempt(async () => act(first, nodes)) : undefined;
    });
  const show = (node: RunNode, view: Shown['view'], runs: readonly string[], dialog?: Shown['dialog']): void =>
    panels.show({
      folder: folderOf(node),
      place: node.place,
      project: '',
      view,
      runs,
      ...(dialog ? { dialog } : {})
    });
  return [
    on(ids.openRun, node => show(node, 'run', [node.row.id])),
    on(ids.compare, (node, all) => compare(around, node, all, runs => show(node, 'compare', runs))),
    on(ids.promote, node => show(node, 'run', [node.row.id], 'promote')),
    on(ids.openNotebook, ({ shelf, place, row }) => openNotebook(shelf.desk, place, row.id, row.name)),
    on(ids.diffBaseline, node => diffRuns(node.shelf.desk, null, sided(node))),
    on(ids.diffRuns, (node, all) => diffTwo(around, node, all)),
    on(ids.diffWorkTree, node => diffWorkTree(node.shelf.desk, sided(node))),
    on(ids.star, (_, all) => annotate(all, { star: true })),
    on(ids.unstar, (_, all) => annotate(all, { star: false })),
    on(ids.archive, (_, all) => annotate(all, { archived: true })),
    on(ids.tags, (_, all) => editTags(all)),
    on(ids.note, (_, all) => editNote(all)),
    on(ids.rename, node => rename(node)),
    on(ids.remove, (_, all) => remove(all)),
    on(ids.end, node => end(node, false)),
    on(ids.discard, node => end(node, true)),
    on(ids.copyName, ({ row }) => vscode.env.clipboard.writeText(row.name)),
    on(ids.restore, ({ shelf, row }) =>
      inTerminal(around, shelf.desk, t('Restore {name}', { name: row.name }), ['restore', row.name])
    ),
    on(ids.push, (node, all) => {
      const runs = all.filter(each => each.place === node.place).map(each => each.row.id);
      return share(node.shelf.desk, { way: 'push', place: node.place, runs, showHeld: () => undefined }, around.log);
    })
  ];
}

function viewCommands(around: Around): readonly vscode.Disposable[] {
  const { desks, tree, panels } = around;
  const on = (id: string, act: (desk: Desk) => unknown): vscode.Disposable =>
    vscode.commands.registerCommand(id, async () => {
      const desk = await deskOf(desks);
      return desk ? attempt(async () => act(desk)) : undefined;
    });
  const showTable = async (desk: Desk, dialog?: Shown['dialog']): Promise<void> => {
    const place = await placeOf(around, desk);
    if (place) {
      const folder = desk.folder.uri.toString();
      panels.show({
        folder,
        place: place.id,
        project: place.name,
        view: 'table',
        runs: [],
        ...(dialog ? { dialog } : {})
      });
    }
  };
  return [
    on(ids.openTable, desk => showTable(desk)),
    on(ids.showStorage, desk => showTable(desk, 'storage')),
    on(ids.undelete, async desk => {
      const place = await placeOf(around, desk);
      return place ? undelete(desk, place.id) : undefined;
    }),
    on(ids.pull, async desk => {
      const place = await placeOf(around, desk);
      const folder = desk.folder.uri.toString();
      const showHeld = (): void =>
        place
          ? panels.show({ folder, place: place.id, project: place.name, view: 'table', runs: [], dialog: 'held' })
          : undefined;
      return place ? share(desk, { way: 'pull', place: place.id, runs: [], showHeld }, around.log) : undefined;
    }),
    vscode.commands.registerCommand(ids.refresh, () => {
      desks.all().forEach(desk => desk.standing.state === 'failed' && desk.restart());
      tree.refresh();
    }),
    vscode.commands.registerCommand(ids.showMore, (node: MoreNode) => node.shelf.more(node.commit))
  ];
}

function setupCommands({ desks, log, home }: Around): readonly vscode.Disposable[] {
  return [
    vscode.commands.registerCommand(ids.install, async () => {
      // Of several folders, each with an interpreter of its own, the one that lacks the package.
      const lacking = desks.all().find(({ standing }) => standing.state === 'failed');
      const folder = lacking?.folder ?? vscode.workspace.workspaceFolders?.[0];
      // Nothing is installed for a folder whose person has not said that it may be run.
      if (!folder || !vscode.workspace.isTrusted) {
        return;
      }
      const python = await findPython(folder);
      const words = ['-m', 'pip', 'install', '--upgrade', 'trackside'];
      await runVisibly(folder, t('Install Trackside'), python, words, home);
      desks.restart();
    }),
    vscode.commands.registerCommand(ids.chooseInterpreter, () =>
      hasPythonExtension()
        ? vscode.commands.executeCommand('python.setInterpreter')
        : vscode.commands.executeCommand('workbench.action.openSettings', 'trackside.python')
    ),
    vscode.commands.registerCommand(ids.showLog, () => log.show())
  ];
}

/** The runs a command is for: those clicked, those selected, or one that is chosen now. */
async function runsOf({ tree, desks }: Around, clicked: unknown, several: unknown): Promise<readonly RunNode[]> {
  const nodes = Array.isArray(several) && several.length > 0 ? several.filter(isRunNode) : [];
  if (nodes.length > 0) {
    return nodes;
  }
  if (isRunNode(clicked)) {
    return [clicked];
  }
  const selected = tree.selected();
  if (selected.length > 0) {
    return selected;
  }
  const desk = await deskOf(desks);
  const shelf = desk && tree.shelfOf(desk);
  const node = shelf && (await attempt(() => pickRun(shelf, t('Which run?'))));
  return node ? [node] : [];
}

async function pickRun(shelf: RunNode['shelf'], title: string, but = ''): Promise<RunNode | null> {
  const { source } = shelf.desk;
  const place = await source.place('');
  if (place.id === null) {
    void vscode.window.showInformationMessage(place.message);
    return null;
  }
  const request = { query: '', sort: '', offset: 0, limit: 200, archived: false, baseline: null };
  const page = await source.page(place.id, request);
  const beside = { metric: page.main_metric, baseline: page.baseline, best: page.best };
  const items = page.rows
    .filter(row => row.id !== but)
    .map(row => ({
      label: visible(row.name, 80),
      description: visible(row.title === row.name ? '' : row.title, 80),
      row
    }));
  const chosen = await vscode.window.showQuickPick(items, { title, matchOnDescription: true });
  return chosen ? { kind: 'run', shelf, place: place.id, row: chosen.row, beside } : null;
}

async function compare(
  around: Around,
  node: RunNode,
  all: readonly RunNode[],
  show: (runs: readonly string[]) => void
): Promise<void> {
  const here = all.filter(other => other.place === node.place);
  const baseline = node.beside.baseline?.id;
  if (here.length > 1) {
    const rank = ({ row }: RunNode): number => (row.id === baseline ? -Infinity : row.started);
    show([...here].sort((one, other) => rank(one) - rank(other)).map(each => each.row.id));
    return;
  }
  if (baseline !== undefined && baseline !== node.row.id) {
    show([baseline, node.row.id]);
    return;
  }
  const other = await pickRun(node.shelf, t('Compare {name} with', { name: visible(node.row.name, 80) }), node.row.id);
  if (other && around) {
    show([node.row.id, other.row.id]);
  }
}

async function diffTwo(_: Around, node: RunNode, all: readonly RunNode[]): Promise<void> {
  const [one, other] = [...all].sort((a, b) => a.row.started - b.row.started);
  if (one && other && all.length === 2) {
    await diffRuns(node.shelf.desk, sided(one), sided(other));
    return;
  }
  const title = t('Code of {name} against', { name: visible(node.row.name, 80) });
  const chosen = await pickRun(node.shelf, title, node.row.id);
  if (chosen) {
    await diffRuns(node.shelf.desk, sided(chosen), sided(node));
  }
}

function sided({ place, row }: RunNode): { readonly place: string; readonly run: string; readonly name: string } {
  return { place, run: row.id, name: row.name };
}

function folderOf({ shelf }: RunNode): string {
  return shelf.desk.folder.uri.toString();
}

/** The desk in front: of the active editor's folder, the only one, or one that is chosen. */
async function deskOf(desks: Desks): Promise<Desk | null> {
  const all = desks.all();
  const active = vscode.window.activeTextEditor?.document.uri ?? vscode.window.activeNotebookEditor?.notebook.uri;
  const front = active ? desks.of(active) : null;
  if (front ?? all.length < 2) {
    return front ?? all[0] ?? null;
  }
  const items = all.map(desk => ({ label: desk.folder.name, desk }));
  const chosen = await vscode.window.showQuickPick(items, { title: t('Which folder?') });
  return chosen?.desk ?? null;
}

async function placeOf(_: Around, desk: Desk): Promise<{ readonly id: string; readonly name: string } | null> {
  const place = await desk.source.place('');
  if (place.id === null) {
    void vscode.window.showInformationMessage([place.message, place.hint].filter(Boolean).join(' '));
    return null;
  }
  return { id: place.id, name: place.name };
}

async function inTerminal({ home }: Around, desk: Desk, name: string, words: readonly string[]): Promise<void> {
  if (vscode.workspace.isTrusted) {
    const python = desk.python || (await findPython(desk.folder));
    await runVisibly(desk.folder, name, python, ['-m', 'trackside', '-C', desk.folder.uri.fsPath, ...words], home);
  }
}
