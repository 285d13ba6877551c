/** What the cards in outputs ask: whether their runs are known here, and to open, compare, end or promote them. */

import * as vscode from 'vscode';
import type { RunRow } from '@trackside/ui';
import { attempt } from '../acts/telling';
import { t } from '../words';
import type { Shown } from '../views/shown';
import type { Followed } from './followed';
import type { Following } from './following';
import { parseFromCard } from './wire';
import type { FromCard, Offer, ToCard } from './wire';

/** The renderer, as package.json names it. */
export const RENDERER = 'trackside.card';

/** Opens a tab. */
export type Show = (shown: Shown) => void;

/** Answers cards until disposed. */
export class Cards implements vscode.Disposable {
  private readonly messaging = vscode.notebooks.createRendererMessaging(RENDERER);
  private readonly ends: vscode.Disposable;
  /** Runs that cards of a notebook have asked about; told again when something moves. */
  private readonly drawn = new Map<vscode.NotebookDocument, Set<string>>();

  constructor(
    private readonly following: Following,
    private readonly show: Show
  ) {
    this.ends = vscode.Disposable.from(
      this.messaging.onDidReceiveMessage(({ editor, message }) => {
        const said = parseFromCard(message);
        const followed = following.of(editor.notebook)?.followed;
        if (said && followed) {
          void this.hear(said, followed, editor);
        }
      }),
      following.onDidMove(notebook => this.drawn.get(notebook)?.forEach(run => void this.tellAll(notebook, run))),
      vscode.workspace.onDidCloseNotebookDocument(notebook => this.drawn.delete(notebook))
    );
  }

  dispose(): void {
    this.ends.dispose();
  }

  private async hear({ kind, run }: FromCard, followed: Followed, editor: vscode.NotebookEditor): Promise<void> {
    if (kind === 'known') {
      const runs = this.drawn.get(followed.notebook) ?? new Set();
      this.drawn.set(followed.notebook, runs.add(run));
      await this.tell(followed, run, editor);
    } else {
      // A card may say whatever its notebook says: only what is offered for the run is done.
      await attempt(async () => {
        const found = await find(followed, run);
        if (found && (await offersOf(followed, found.row)).includes(kind)) {
          await this.act(kind, followed, found);
        }
      });
    }
  }

  private async act(kind: Offer, followed: Followed, { place, row, baseline }: Found): Promise<void> {
    const shown = { folder: followed.desk.folder.uri.toString(), place, project: '' };
    switch (kind) {
      case 'open':
        return this.show({ ...shown, view: 'run', runs: [row.id] });
      case 'promote':
        return this.show({ ...shown, view: 'run', runs: [row.id], dialog: 'promote' });
      case 'compare':
        if (baseline === null || baseline === row.id) {
          void vscode.window.showInformationMessage(t('This run is the baseline that others are compared with.'));
          return;
        }
        return this.show({ ...shown, view: 'compare', runs: [baseline, row.id] });
      case 'end':
        await followed.desk.source.end(place, row.id, false);
    }
  }

  private async tellAll(notebook: vscode.NotebookDocument, run: string): Promise<void> {
    const followed = this.following.of(notebook)?.followed;
    for (const editor of followed ? vscode.window.visibleNotebookEditors : []) {
      if (followed && editor.notebook === notebook) {
        await this.tell(followed, run, editor);
      }
    }
  }

  private async tell(followed: Followed, run: string, editor: vscode.NotebookEditor): Promise<void> {
    try {
      const found = await find(followed, run);
      if (found) {
        const offers = await offersOf(followed, found.row);
        const told: ToCard = { kind: 'known', run, status: found.row.status, offers };
        await this.messaging.postMessage(told, editor);
      }
    } catch {
      // Nobody answers here: the card has no buttons then.
    }
  }
}

interface Found {
  readonly place: string;
  readonly row: RunRow;
  readonly baseline: string | null;
}

/** The run of a card among those of the notebook's repository. */
async function find(followed: Followed, run: string): Promise<Found | null> {
  const place = await followed.place();
  if (place.id === null) {
    return null;
  }
  const { source } = followed.desk;
  const { experiment } = await source.details(place.id, run, 2);
  const query = `name == ${JSON.stringify(experiment.name)}`;
  const page = await source.page(place.id, { query, sort: '', offset: 0, limit: 50, archived: true, baseline: null });
  const row = page.rows.find(each => each.id === run);
  return row ? { place: place.id, row, baseline: page.baseline?.id ?? null } : null;
}

async function offersOf(followed: Followed, row: RunRow): Promise<readonly Offer[]> {
  if (row.status !== 'open') {
    return ['open', 'compare', 'promote'];
  }
  // Only the notebook of a run may end it.
  return (await followed.isMine(row)) ? ['open', 'end'] : ['open'];
}
