/** The notebooks that are open, each followed at the desk of its folder; told again when something moves. */

import type { Changed, EditorAsked } from '@trackside/ui';
import * as vscode from 'vscode';
import type { Desk } from '../desk/desk';
import type { Desks } from '../desk/desks';
import { Followed } from './followed';
import { Remembered } from './remembered';
import { copyOf, joined, JUPYTER } from './text';
import type { Copy } from './text';
import { tracks } from './lines';

/** Milliseconds in which several changes are one. */
const TOGETHER = 200;
/** Milliseconds between two signs of life: a desk looks seldom at a place that nobody asks for. */
const AWAKE = 60_000;

function isBeginning({ success, executionOrder }: vscode.NotebookCellExecutionSummary): boolean {
  return typeof success !== 'boolean' && typeof executionOrder !== 'number';
}

/** A notebook with what is remembered of it. */
export interface Open {
  readonly followed: Followed;
  readonly remembered: Remembered<Copy>;
}

/** Follows them until disposed. */
export class Following implements vscode.Disposable {
  private readonly all = new Map<vscode.NotebookDocument, Open>();
  private readonly moved = new vscode.EventEmitter<vscode.NotebookDocument>();
  /** What is known of a notebook has changed. */
  readonly onDidMove = this.moved.event;
  private readonly asked = new vscode.EventEmitter<{
    readonly desk: Desk;
    readonly place: string;
    readonly asked: EditorAsked;
  }>();
  /** A kernel asks for the notebook of its run. */
  readonly onDidAsk = this.asked.event;
  private readonly feeds = new Map<Desk, vscode.Disposable>();
  private readonly ends: vscode.Disposable[];
  private timer: NodeJS.Timeout | null = null;
  private woken = 0;

  constructor(private readonly desks: Desks) {
    this.ends = [
      this.moved,
      this.asked,
      vscode.workspace.onDidOpenNotebookDocument(() => this.follow()),
      vscode.workspace.onDidCloseNotebookDocument(() => this.follow()),
      vscode.workspace.onDidChangeNotebookDocument(event => this.hear(event)),
      desks.onDidMove(() => this.follow())
    ];
    this.follow();
  }

  /** What is followed of a notebook; null for one that lies in no folder of this window. */
  of(notebook: vscode.NotebookDocument): Open | null {
    return this.all.get(notebook) ?? null;
  }

  /** Those of a desk. */
  at(desk: Desk): readonly Open[] {
    return [...this.all.values()].filter(open => open.followed.desk === desk);
  }

  /** Ask again soon. */
  refresh(): void {
    this.timer ??= setTimeout(() => {
      this.timer = null;
      this.all.forEach(open => void this.look(open));
    }, TOGETHER);
  }

  dispose(): void {
    if (this.timer) {
      clearTimeout(this.timer);
    }
    this.all.forEach(open => open.remembered.dispose());
    vscode.Disposable.from(...this.ends, ...this.feeds.values()).dispose();
  }

  private follow(): void {
    const there = vscode.workspace.notebookDocuments.filter(each => each.notebookType === JUPYTER && !each.isClosed);
    for (const [notebook, open] of this.all) {
      if (!there.includes(notebook) || this.desks.of(notebook.uri) !== open.followed.desk) {
        open.remembered.dispose();
        this.all.delete(notebook);
      }
    }
    for (const notebook of there) {
      const desk = notebook.uri.scheme === 'file' ? this.desks.of(notebook.uri) : null;
      if (desk && !this.all.has(notebook)) {
        const remembered = new Remembered(() => copyOf(notebook), joined);
        this.all.set(notebook, { followed: new Followed(notebook, desk), remembered });
        this.listen(desk);
      }
    }
    this.refresh();
  }

  private listen(desk: Desk): void {
    if (!this.feeds.has(desk)) {
      const feed = desk.source.subscribe(changed => this.tell(desk, changed));
      this.feeds.set(desk, new vscode.Disposable(() => feed.dispose()));
    }
  }

  private tell(desk: Desk, changed: Changed): void {
    for (const asked of changed.asked ?? []) {
      this.asked.fire({ desk, place: changed.place, asked });
    }
    if (changed.what.includes('open') || changed.what.includes('runs')) {
      this.refresh();
    }
  }

  private hear({ notebook, cellChanges }: vscode.NotebookDocumentChangeEvent): void {
    const open = this.all.get(notebook);
    for (const { cell, executionSummary, outputs } of open ? cellChanges : []) {
      // Outputs are cleared when a cell runs, and not when a display of it is drawn again.
      if (outputs?.length === 0 || (executionSummary && isBeginning(executionSummary) && cell.outputs.length === 0)) {
        open?.followed.noteRan(cell);
        open?.remembered.noteBegun(cell);
        this.wake(open, cell);
      }
      if (typeof executionSummary?.success === 'boolean') {
        open?.remembered.noteRan(cell, executionSummary.success);
      }
    }
  }

  /** Have the desk look often: a run begins. */
  private wake(open: Open | undefined, cell: vscode.NotebookCell): void {
    if (open && Date.now() - this.woken > AWAKE && tracks(cell.document.getText())) {
      this.woken = Date.now();
      void this.look(open);
    }
  }

  private async look({ followed }: Open): Promise<void> {
    const { state } = followed.desk.standing;
    if (state !== 'ready' && state !== 'starting') {
      return;
    }
    if (await followed.look()) {
      this.moved.fire(followed.notebook);
    }
  }
}
