/** One open notebook: its place, its open run, and the cells of the run that was open last. */

import type { CellShown, Place, RunRow } from '@trackside/ui';
import { posix, relative, sep } from 'node:path';
import type * as vscode from 'vscode';
import type { Desk } from '../desk/desk';
import { isNotebookAt, queryFor } from './whose';
import { Marks } from './marks';
import type { Mark } from './marks';

/** A run of a notebook, as far as its cells go. */
export interface Seen {
  readonly place: string;
  readonly run: string;
  readonly name: string;
  readonly status: RunRow['status'];
  readonly cells: readonly CellShown[];
}

/** Curves are not wanted here: the fewest points one can ask for. */
const FEW = 2;

/** Asks the desk about one notebook. */
export class Followed {
  /** The run that is open now, or was last. */
  seen: Seen | null = null;
  private marks = new Marks([]);
  /** Cells that ran since, and up to where the run was known then. */
  private readonly since = new Map<string, { readonly run: string; readonly last: number }>();

  constructor(
    readonly notebook: vscode.NotebookDocument,
    readonly desk: Desk
  ) {}

  /** The path in the folder, as a desk takes it. */
  get path(): string {
    return relative(this.desk.folder.uri.fsPath, this.notebook.uri.fsPath).split(sep).join(posix.sep);
  }

  /** The open run; null when there is none. */
  get open(): Seen | null {
    return this.seen?.status === 'open' ? this.seen : null;
  }

  /** Where the repository is. */
  place(): Promise<Place> {
    return this.desk.source.place(this.path);
  }

  /** Ask again; tells whether something is otherwise than it was. */
  async look(): Promise<boolean> {
    const before = this.seen;
    try {
      this.seen = await this.ask();
    } catch {
      // Nobody answers, or the run was thrown away meanwhile: nothing is known.
      this.seen = null;
    }
    const hasMoved = JSON.stringify(before) !== JSON.stringify(this.seen);
    this.marks = hasMoved ? new Marks(this.seen?.cells ?? []) : this.marks;
    return hasMoved;
  }

  /** Whether a run is one of this notebook. */
  async isMine(row: RunRow): Promise<boolean> {
    return isNotebookAt(row.notebook, await this.place(), this.path);
  }

  /** A cell has run once more: what was known of it is of an earlier execution. */
  noteRan(cell: vscode.NotebookCell): void {
    this.since.set(cell.document.uri.toString(), { run: this.seen?.run ?? '', last: this.marks.last });
  }

  /** How a cell went in the run; null when it is not of it. */
  markOf(cell: vscode.NotebookCell): Mark | null {
    const id = cell.document.uri.toString();
    const since = this.since.get(id);
    const before = since && since.run === this.seen?.run ? since.last : 0;
    return this.marks.of(
      { id, count: cell.executionSummary?.executionOrder ?? null, source: cell.document.getText() },
      before
    );
  }

  private async ask(): Promise<Seen | null> {
    const place = await this.place();
    if (place.id === null) {
      return null;
    }
    const { id } = place;
    const query = queryFor(this.path, place);
    const row =
      query === null
        ? (await this.rows(id, 'status == "open"', 100)).find(each => isNotebookAt(each.notebook, place, this.path))
        : (await this.rows(id, query, 1))[0];
    const before = this.seen;
    if (!row || (before?.run === row.id && row.status !== 'open' && before.status === row.status)) {
      return row && before ? { ...before, name: row.name } : null;
    }
    return this.details(id, row);
  }

  private async rows(place: string, query: string, limit: number): Promise<readonly RunRow[]> {
    const request = { query, sort: '', offset: 0, limit, archived: true, baseline: null };
    return (await this.desk.source.page(place, request)).rows;
  }

  private async details(place: string, row: RunRow): Promise<Seen> {
    const { cells } = await this.desk.source.details(place, row.id, FEW);
    const before = this.seen;
    // A sealed run tells no ids of cells, which were known while it was open.
    const isSame = before?.run === row.id && before.cells.length <= cells.length;
    const kept = isSame ? cells.map((cell, at) => ({ ...cell, id: cell.id ?? before.cells[at]?.id ?? null })) : cells;
    return { place, run: row.id, name: row.name, status: row.status, cells: kept };
  }
}
