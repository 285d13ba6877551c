/** Plugin: which notebook has an open run; asked again when the server says that something moved. */

import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { DisposableDelegate } from '@lumino/disposable';
import type { IDisposable } from '@lumino/disposable';
import { Signal } from '@lumino/signaling';
import type { ISignal } from '@lumino/signaling';
import type { Changed, Disposable, Place, RunRow, Source } from '@trackside/ui';
import { ITracksideFocus, ITracksideOpenRuns, ITracksideSource } from './tokens';
import type { OpenRun } from './tokens';

/** Milliseconds in which several changes are one. */
const TOGETHER = 200;

/** Tell whether a row's notebook, a path in its repository, is the one at a path of the contents service. */
export function isNotebookOf(row: RunRow, place: Place, path: string): boolean {
  if (row.notebook === null) {
    return false;
  }
  if (place.folder === null) {
    // The repository lies above the server's root: the path of the contents service is the end of the other.
    return row.notebook === path || row.notebook.endsWith(`/${path}`);
  }
  return (place.folder ? `${place.folder}/${row.notebook}` : row.notebook) === path;
}

/** Follows the open runs of the notebooks that somebody has in front. */
export class OpenRuns implements ITracksideOpenRuns {
  isDisposed = false;
  private readonly signal = new Signal<ITracksideOpenRuns, void>(this);
  private readonly followed = new Map<string, number>();
  private readonly found = new Map<string, OpenRun>();
  private readonly feed: Disposable;
  private timer: ReturnType<typeof setTimeout> | null = null;

  constructor(
    private readonly source: Source,
    private readonly placeOf: (path: string) => Promise<Place>
  ) {
    this.feed = source.subscribe(changed => this.hear(changed));
  }

  get changed(): ISignal<ITracksideOpenRuns, void> {
    return this.signal;
  }

  of(path: string): OpenRun | null {
    return this.found.get(path) ?? null;
  }

  follow(path: string): IDisposable {
    this.followed.set(path, (this.followed.get(path) ?? 0) + 1);
    this.refresh();
    return new DisposableDelegate(() => {
      const left = (this.followed.get(path) ?? 1) - 1;
      if (left > 0) {
        this.followed.set(path, left);
      } else {
        this.followed.delete(path);
        this.found.delete(path);
      }
    });
  }

  refresh(): void {
    if (this.timer === null && this.followed.size > 0 && !this.isDisposed) {
      this.timer = setTimeout(() => {
        this.timer = null;
        void this.ask();
      }, TOGETHER);
    }
  }

  dispose(): void {
    this.isDisposed = true;
    this.feed.dispose();
    if (this.timer !== null) {
      clearTimeout(this.timer);
    }
    Signal.clearData(this);
  }

  private hear(changed: Changed): void {
    if (changed.what.includes('open') || changed.what.includes('runs')) {
      this.refresh();
    }
  }

  private async ask(): Promise<void> {
    const pages = new Map<string, Promise<readonly RunRow[]>>();
    await Promise.all([...this.followed.keys()].map(path => this.askFor(path, pages)));
    this.signal.emit();
  }

  private async askFor(path: string, pages: Map<string, Promise<readonly RunRow[]>>): Promise<void> {
    try {
      const place = await this.placeOf(path);
      const rows = place.id === null ? [] : await this.openRowsOf(place.id, pages);
      const row = rows.find(each => isNotebookOf(each, place, path));
      if (row && place.id !== null) {
        this.found.set(path, { place: place.id, row });
      } else {
        this.found.delete(path);
      }
    } catch {
      // The server is gone or has no Trackside: nothing is known, which is what `of` says.
      this.found.delete(path);
    }
  }

  private openRowsOf(place: string, pages: Map<string, Promise<readonly RunRow[]>>): Promise<readonly RunRow[]> {
    let rows = pages.get(place);
    if (!rows) {
      const request = { query: 'status == "open"', sort: '', offset: 0, limit: 100, archived: true, baseline: null };
      rows = this.source.page(place, request).then(page => page.rows);
      pages.set(place, rows);
    }
    return rows;
  }
}

export const openRuns: JupyterFrontEndPlugin<ITracksideOpenRuns> = {
  id: '@trackside/lab:open-runs',
  description: 'Tells which notebook has an open run.',
  autoStart: true,
  provides: ITracksideOpenRuns,
  requires: [ITracksideSource, ITracksideFocus],
  activate: (_: JupyterFrontEnd, { source }: ITracksideSource, focus: ITracksideFocus) =>
    new OpenRuns(source, path => focus.placeOf(path))
};
