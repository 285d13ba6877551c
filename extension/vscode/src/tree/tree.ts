/** The view in the activity bar: runs by the commit they began from, the open ones above. */

import * as vscode from 'vscode';
import type { Desk } from '../desk/desk';
import type { Desks } from '../desk/desks';
import { ids } from '../ids';
import { stateOf, wordsOf } from './faces';
import { itemOf } from './items';
import type { CommitNode, Node, RunNode } from './nodes';
import { Shelf } from './shelf';
import type { Overview } from './shelf';
import { t } from '../words';

/** Milliseconds between two looks at the clock, by which ages are told. */
const MINUTE = 60_000;
/** Milliseconds between two looks at a folder that is no repository yet: nothing tells when it becomes one. */
const SOON = 4_000;
const MAY_CHANGE: ReadonlySet<string> = new Set(['no-repository', 'no-commit']);

/** Provides the tree; also keeps the context key by which welcome views are chosen. */
export class RunsTree implements vscode.TreeDataProvider<Node>, vscode.Disposable {
  private readonly shelves = new Map<Desk, Shelf>();
  private readonly changed = new vscode.EventEmitter<Node | undefined>();
  readonly onDidChangeTreeData = this.changed.event;
  readonly view: vscode.TreeView<Node>;
  private readonly ends: vscode.Disposable[];
  private state = '';
  /** Each folder's own: several have one context key between them. */
  private readonly states = new Map<Shelf, string>();

  constructor(private readonly desks: Desks) {
    this.view = vscode.window.createTreeView(ids.runsView, {
      treeDataProvider: this,
      canSelectMany: true,
      showCollapseAll: true
    });
    this.follow();
    this.draw();
    const clock = setInterval(() => this.view.visible && this.draw(), MINUTE);
    const looking = setInterval(() => this.view.visible && this.lookAgain(), SOON);
    this.ends = [
      this.changed,
      this.view,
      desks.onDidMove(() => {
        this.follow();
        this.draw();
      }),
      new vscode.Disposable(() => [clock, looking].forEach(clearInterval))
    ];
  }

  getTreeItem(node: Node): vscode.TreeItem {
    return itemOf(node);
  }

  async getChildren(node?: Node): Promise<Node[]> {
    if (node === undefined) {
      return this.roots();
    }
    switch (node.kind) {
      case 'folder':
        return this.inFolder(node.shelf, true);
      case 'commit':
        return this.inCommit(node);
      default:
        return [];
    }
  }

  /** The runs that are selected. */
  selected(): readonly RunNode[] {
    return this.view.selection.filter(node => node.kind === 'run');
  }

  /** Ask everything again. */
  refresh(): void {
    this.shelves.forEach(shelf => shelf.forget());
    this.draw();
  }

  /** The shelf of a desk. */
  shelfOf(desk: Desk): Shelf | null {
    return this.shelves.get(desk) ?? null;
  }

  dispose(): void {
    vscode.Disposable.from(...this.ends, ...this.shelves.values()).dispose();
  }

  private follow(): void {
    const desks = new Set(this.desks.all());
    for (const [desk, shelf] of this.shelves) {
      if (!desks.has(desk)) {
        this.shelves.delete(desk);
        this.states.delete(shelf);
        shelf.dispose();
      }
    }
    for (const desk of desks) {
      if (!this.shelves.has(desk)) {
        const shelf = new Shelf(desk);
        shelf.onDidMove(() => this.draw());
        this.shelves.set(desk, shelf);
      }
    }
  }

  private draw(): void {
    this.changed.fire(undefined);
    if (!this.view.visible) {
      // Nobody asks for a hidden tree, but its badge shows, and commands hang on what is known.
      void this.roots();
    }
  }

  private async roots(): Promise<Node[]> {
    const shelves = [...this.desks.all()].flatMap(desk => this.shelves.get(desk) ?? []);
    const [only, ...others] = shelves;
    if (!only) {
      this.tell('no-folder', 0);
      return [];
    }
    if (others.length > 0) {
      void this.count(shelves);
      return shelves.map(shelf => ({ kind: 'folder', shelf }));
    }
    return this.inFolder(only, false);
  }

  private async inFolder(shelf: Shelf, isOneOfMany: boolean): Promise<Node[]> {
    const { standing } = shelf.desk;
    const seen = standing.state === 'ready' ? await shelf.look() : null;
    const state = stateOf(standing, seen);
    this.states.set(shelf, state);
    if (!isOneOfMany) {
      this.tell(state, seen?.open.length ?? 0);
    }
    if (state === 'ready' && seen?.place?.id) {
      return this.nodesOf(shelf, seen, seen.place.id);
    }
    const { message, hint } = wordsOf(state, standing, seen);
    return isOneOfMany ? [{ kind: 'sentence', shelf, message, hint }] : [];
  }

  private nodesOf(shelf: Shelf, seen: Overview, place: string): Node[] {
    const open = seen.open.map((row): Node => ({
      kind: 'run',
      shelf,
      place,
      row,
      beside: seen.beside
    }));
    const commits = seen.commits.map((commit, at): Node => ({
      kind: 'commit',
      shelf,
      place,
      commit,
      isFirst: at === 0
    }));
    return [...open, ...commits];
  }

  private async inCommit({ shelf, place, commit }: CommitNode): Promise<Node[]> {
    try {
      const page = await shelf.page(place, commit);
      const beside = { metric: page.main_metric, baseline: page.baseline, best: page.best };
      const runs = page.rows.map((row): Node => ({ kind: 'run', shelf, place, row, beside }));
      const left = page.total - page.rows.length;
      return left > 0 ? [...runs, { kind: 'more', shelf, commit, left }] : runs;
    } catch (error) {
      return [{ kind: 'sentence', shelf, message: error instanceof Error ? error.message : String(error), hint: '' }];
    }
  }

  /** Count the open runs of several folders; those that are not known yet are counted when they move. */
  private async count(shelves: readonly Shelf[]): Promise<void> {
    const ready = shelves.filter(({ desk }) => desk.standing.state === 'ready');
    const seen = await Promise.all(ready.map(shelf => shelf.look()));
    this.tell(
      'ready',
      seen.reduce((sum, { open }) => sum + open.length, 0)
    );
  }

  /** Look again at folders that may have become repositories. */
  private lookAgain(): void {
    this.states.forEach((state, shelf) => MAY_CHANGE.has(state) && shelf.forget());
  }

  private tell(state: string, open: number): void {
    if (this.state !== state) {
      this.state = state;
      void vscode.commands.executeCommand('setContext', 'trackside.state', state);
    }
    // The view is made after its first question.
    queueMicrotask(() => {
      const words = open === 1 ? t('1 run is open') : t('{n} runs are open', { n: open });
      this.view.badge = open > 0 ? { value: open, tooltip: words } : undefined;
    });
  }
}
