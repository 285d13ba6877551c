/** Plugin: the notebook or folder in front of the person, and its repository. */

import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { PageConfig } from '@jupyterlab/coreutils';
import { DocumentWidget } from '@jupyterlab/docregistry';
import { IDefaultFileBrowser } from '@jupyterlab/filebrowser';
import type { Contents } from '@jupyterlab/services';
import { Signal } from '@lumino/signaling';
import type { ISignal } from '@lumino/signaling';
import type { Widget } from '@lumino/widgets';
import type { Place, Source } from '@trackside/ui';
import { ITracksideFocus, ITracksideSource } from './tokens';

/** Milliseconds for which the place of a path is believed: `git init` may come at any time. */
const BELIEVED = 60_000;

/** Follows what is in front; a document wins over the file browser's folder. */
export class Focus implements ITracksideFocus {
  path = '';
  place: Place | null = null;
  private readonly signal = new Signal<ITracksideFocus, void>(this);
  private readonly known = new Map<string, { readonly asked: number; readonly place: Promise<Place> }>();

  private readonly paths = new Map<string, string>();

  constructor(
    private readonly source: Source,
    private readonly contents: Contents.IManager
  ) {}

  get changed(): ISignal<ITracksideFocus, void> {
    return this.signal;
  }

  lookAt(path: string): void {
    const local = this.localPath(path);
    if (local !== null && (local !== this.path || !this.place)) {
      this.path = local;
      this.signal.emit();
      void this.ask(local);
    }
  }

  placeOf(path: string): Promise<Place> {
    const known = this.known.get(path);
    if (known && Date.now() - known.asked < BELIEVED) {
      return known.place;
    }
    const place = this.source.place(path);
    this.known.set(path, { asked: Date.now(), place });
    place.then(
      found => {
        if (found.id !== null) {
          this.paths.set(found.id, found.folder ?? path);
        }
        if (found.state !== 'ready') {
          this.known.delete(path);
        }
      },
      () => this.known.delete(path)
    );
    return place;
  }

  async placeWith(id: string, path: string): Promise<Place> {
    const found = await this.placeOf(path);
    // A handle that came from elsewhere is good as it is; only its name and branch are not known.
    return found.id === id
      ? found
      : { format: 1, state: 'ready', id, name: '', folder: null, branch: null, me: null, message: '', hint: '' };
  }

  pathIn(place: string): string {
    return this.paths.get(place) ?? this.path;
  }

  /** A path of the server's own drive; null for what lies elsewhere, such as a run's read-only copy. */
  private localPath(path: string): string | null {
    const drive = this.contents.driveName(path);
    return drive === '' || drive === 'RTC' ? this.contents.localPath(path) : null;
  }

  private async ask(path: string): Promise<void> {
    // The panel asks for itself and tells failures; here a place that is not known is simply none.
    const place = await this.placeOf(path).catch(() => null);
    if (path === this.path && place?.id !== this.place?.id) {
      this.place = place;
      this.signal.emit();
    }
  }
}

function followDocuments(app: JupyterFrontEnd, focus: Focus, folder: () => string | null): void {
  let front: DocumentWidget | null = null;
  const renamed = (): void => {
    if (front) {
      focus.lookAt(front.context.path);
    }
  };
  const look = (widget: Widget | null): void => {
    front?.context.pathChanged.disconnect(renamed);
    front = widget instanceof DocumentWidget ? widget : null;
    if (front) {
      front.context.pathChanged.connect(renamed);
      focus.lookAt(front.context.path);
    } else {
      const path = folder();
      if (path !== null && !isOurs(widget)) {
        focus.lookAt(path);
      }
    }
  };
  app.shell.currentChanged?.connect((_, change) => look(change.newValue));
  void app.restored.then(() => look(app.shell.currentWidget));
}

/** Our own tabs are about the place that was in front when they opened. */
function isOurs(widget: Widget | null): boolean {
  return widget?.id.startsWith('trackside') ?? false;
}

export const focus: JupyterFrontEndPlugin<ITracksideFocus> = {
  id: '@trackside/lab:focus',
  description: 'Knows the notebook or folder in front of the person, and its repository.',
  autoStart: true,
  provides: ITracksideFocus,
  requires: [ITracksideSource],
  optional: [IDefaultFileBrowser],
  activate: (app: JupyterFrontEnd, { source }: ITracksideSource, browser: IDefaultFileBrowser | null) => {
    const found = new Focus(source, app.serviceManager.contents);
    const folder = (): string | null => browser?.model.path ?? PageConfig.getOption('treePath');
    followDocuments(app, found, folder);
    browser?.model.pathChanged.connect(() => {
      if (!(app.shell.currentWidget instanceof DocumentWidget)) {
        found.lookAt(browser.model.path);
      }
    });
    return found;
  }
};
