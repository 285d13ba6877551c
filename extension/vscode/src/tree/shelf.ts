/** The runs of one folder as the tree shows them: asked once, again when they change. */

import { isAborted, parseChoices, SourceError } from '@trackside/ui';
import type { Changed, Group, Page, Place, RunRow } from '@trackside/ui';
import * as vscode from 'vscode';
import type { Desk } from '../desk/desk';
import { subjectOf } from '../git';
import type { Beside } from './words';

/** Runs of one baseline commit. */
export interface Commit {
  readonly oid: string;
  readonly runs: number;
  readonly query: string;
}

/** What is known of a folder; `failure` when it could not be asked. */
export interface Overview {
  readonly place: Place | null;
  readonly open: readonly RunRow[];
  /** What runs are looked at beside. */
  readonly beside: Omit<Beside, 'now'>;
  readonly commits: readonly Commit[];
  readonly archived: number;
  readonly failure: SourceError | null;
}

/** How many runs of a commit are shown first, and how many more each time. */
export const STEP = 100;
const NOT_OPEN = 'status != "open"';
/** Milliseconds between two looks at an open run. */
const PACE = 500;

/** Asks the desk of one folder on behalf of the tree. */
export class Shelf implements vscode.Disposable {
  private place: Promise<Place> | null = null;
  private overview: Promise<Overview> | null = null;
  private pages = new Map<string, Promise<Page>>();
  private steps = new Map<string, number>();
  private subjects = new Map<string, string>();
  private baseline: string | null = null;
  private timer: NodeJS.Timeout | null = null;
  private told = 0;
  private readonly moved = new vscode.EventEmitter<void>();
  /** What it knows is out of date. */
  readonly onDidMove = this.moved.event;
  private readonly ends: vscode.Disposable;

  constructor(readonly desk: Desk) {
    this.ends = vscode.Disposable.from(
      desk.source.subscribe(changed => this.hear(changed)),
      desk.onDidMove(() => this.forget()),
      this.moved
    );
  }

  /** Look at the folder, or tell what was seen. */
  look(): Promise<Overview> {
    this.overview ??= this.ask();
    return this.overview;
  }

  /** Runs of a commit, the newest first. */
  page(place: string, commit: Commit): Promise<Page> {
    const known = this.pages.get(commit.oid);
    if (known) {
      return known;
    }
    const limit = Math.min(500, this.steps.get(commit.oid) ?? STEP);
    const asked = this.desk.source.page(place, {
      query: `(${commit.query}) and ${NOT_OPEN}`,
      sort: '',
      offset: 0,
      limit,
      archived: false,
      baseline: this.baseline
    });
    this.pages.set(commit.oid, asked);
    asked.catch(() => this.pages.delete(commit.oid));
    return asked;
  }

  /** Show more of a commit's runs. */
  more(commit: Commit): void {
    this.steps.set(commit.oid, (this.steps.get(commit.oid) ?? STEP) + STEP);
    this.pages.delete(commit.oid);
    this.moved.fire();
  }

  /** The subject of a commit; empty until it is known. */
  subject(oid: string): string {
    const known = this.subjects.get(oid);
    if (known === undefined) {
      this.subjects.set(oid, '');
      void subjectOf(this.desk.folder.uri, oid).then(subject => {
        if (subject) {
          this.subjects.set(oid, subject);
          this.moved.fire();
        } else {
          // The Git extension may not know the repository yet: asked again when the tree is drawn again.
          this.subjects.delete(oid);
        }
      });
    }
    return known ?? '';
  }

  /** Forget what was seen, and where. */
  forget(): void {
    this.place = null;
    this.stale();
  }

  private stale(): void {
    this.overview = null;
    this.pages.clear();
    this.moved.fire();
  }

  dispose(): void {
    if (this.timer) {
      clearTimeout(this.timer);
    }
    this.ends.dispose();
  }

  private hear(changed: Changed): void {
    if (changed.what.includes('runs') || changed.what.includes('open')) {
      this.timer ??= setTimeout(
        () => {
          this.timer = null;
          this.told = Date.now();
          this.stale();
        },
        Math.max(50, this.told + PACE - Date.now())
      );
    }
  }

  private async ask(): Promise<Overview> {
    const beside = { metric: null, baseline: null, best: null };
    const none: Overview = { place: null, open: [], beside, commits: [], archived: 0, failure: null };
    const { source } = this.desk;
    try {
      this.place ??= source.place('');
      const place = await this.place;
      if (place.id === null) {
        return { ...none, place };
      }
      const { id } = place;
      const usual = { sort: '', offset: 0, archived: false };
      const [choices, groups] = await Promise.all([
        source.choices(id),
        source.groups(id, { by: 'baseline', query: NOT_OPEN, archived: false })
      ]);
      this.baseline = parseChoices(choices.choices).baseline;
      const commits = newestFirst(groups.groups);
      const [first] = commits;
      if (first) {
        // It stands open in the tree: its runs are asked for in the same breath, and fetched when it is drawn.
        void this.page(id, first).catch(() => undefined);
      }
      const open = await source.page(id, { ...usual, query: 'status == "open"', limit: 50, baseline: this.baseline });
      return {
        place,
        open: open.rows,
        beside: { metric: open.main_metric, baseline: open.baseline, best: open.best },
        commits,
        archived: open.archived,
        failure: null
      };
    } catch (error) {
      this.overview = null;
      this.place = null;
      if (isAborted(error)) {
        return none;
      }
      const failure = error instanceof SourceError ? error : new SourceError(String(error), '', 'failed');
      return { ...none, failure };
    }
  }
}

function newestFirst(groups: readonly Group[]): readonly Commit[] {
  return [...groups]
    .sort((one, other) => other.newest - one.newest)
    .map(group => ({ oid: String(group.value ?? ''), runs: group.runs, query: group.query }));
}
