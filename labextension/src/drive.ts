/** Plugin: opens a run's notebook as it was, read-only, without putting it on the disk. */

import { ILabShell } from '@jupyterlab/application';
import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { IDocumentManager } from '@jupyterlab/docmanager';
import type { ServerConnection } from '@jupyterlab/services';
import type { Contents } from '@jupyterlab/services';
import { Signal } from '@lumino/signaling';
import type { Source, Words } from '@trackside/ui';
import { ids } from './ids';
import { ITracksideSource } from './tokens';

/** The drive's name; a path is `TracksideRun:PLACE/RUN/NAME.ipynb`. */
export const DRIVE = 'TracksideRun';

const EPOCH = new Date(0).toISOString();

/** Serves notebooks of runs; whatever would change one is refused. */
export class RunDrive implements Contents.IDrive {
  readonly name = DRIVE;
  readonly fileChanged: Signal<Contents.IDrive, Contents.IChangedArgs> = new Signal<
    Contents.IDrive,
    Contents.IChangedArgs
  >(this);
  isDisposed = false;

  constructor(
    private readonly source: Source,
    readonly serverSettings: ServerConnection.ISettings,
    private readonly t: Words
  ) {}

  dispose(): void {
    this.isDisposed = true;
    Signal.clearData(this);
  }

  async get(path: string, options?: Contents.IFetchOptions): Promise<Contents.IModel> {
    const [place, run, name] = path.split('/');
    if (!place || !run || !name) {
      return directory(path);
    }
    const content = options?.content === false ? null : distrusted(await this.source.notebook(place, run));
    return {
      name,
      path,
      type: 'notebook',
      format: content === null ? null : 'json',
      content,
      mimetype: 'application/x-ipynb+json',
      created: EPOCH,
      last_modified: EPOCH,
      writable: false
    } as Contents.IModel;
  }

  async getDownloadUrl(path: string): Promise<string> {
    const model = await this.get(path);
    return `data:application/x-ipynb+json;charset=utf-8,${encodeURIComponent(JSON.stringify(model.content))}`;
  }

  newUntitled(): Promise<Contents.IModel> {
    return this.refuse();
  }
  delete(): Promise<void> {
    return this.refuse();
  }
  rename(): Promise<Contents.IModel> {
    return this.refuse();
  }
  save(): Promise<Contents.IModel> {
    return this.refuse();
  }
  copy(): Promise<Contents.IModel> {
    return this.refuse();
  }
  createCheckpoint(): Promise<Contents.ICheckpointModel> {
    return this.refuse();
  }
  listCheckpoints(): Promise<Contents.ICheckpointModel[]> {
    return Promise.resolve([]);
  }
  restoreCheckpoint(): Promise<void> {
    return this.refuse();
  }
  deleteCheckpoint(): Promise<void> {
    return this.refuse();
  }

  private refuse<T>(): Promise<T> {
    return Promise.reject(new Error(this.t('This is a notebook as it was in a run; it cannot be changed.')));
  }
}

/** A notebook says itself which cells are trusted; only the server knows, and it never signed this one. */
export function distrusted(notebook: unknown): unknown {
  const { cells } = (notebook ?? {}) as { readonly cells?: unknown };
  for (const cell of Array.isArray(cells) ? (cells as unknown[]) : []) {
    const { metadata } = (cell ?? {}) as { readonly metadata?: unknown };
    if (typeof metadata === 'object' && metadata !== null) {
      delete (metadata as { trusted?: unknown }).trusted;
    }
  }
  return notebook;
}

function directory(path: string): Contents.IModel {
  return {
    name: path,
    path,
    type: 'directory',
    format: 'json',
    content: [],
    mimetype: '',
    created: EPOCH,
    last_modified: EPOCH,
    writable: false
  };
}

/** The name a copy goes by: of the run, so that several stand apart. */
export function nameOf(run: string): string {
  return `${run.replace(/[^\p{L}\p{N}._-]+/gu, '-').replace(/\.ipynb$/, '') || 'run'}.ipynb`;
}

export const drive: JupyterFrontEndPlugin<void> = {
  id: '@trackside/lab:drive',
  description: "Opens a run's notebook as it was.",
  autoStart: true,
  requires: [ITracksideSource, IDocumentManager],
  optional: [ILabShell],
  activate: (
    app: JupyterFrontEnd,
    { source, t }: ITracksideSource,
    documents: IDocumentManager,
    labShell: ILabShell | null
  ) => {
    if (!labShell) {
      // Notebook 7 opens documents on pages of the server's own paths.
      return;
    }
    app.serviceManager.contents.addDrive(new RunDrive(source, app.serviceManager.serverSettings, t));
    app.commands.addCommand(ids.openNotebook, {
      label: t('Open Notebook as It Was'),
      describedBy: {
        args: {
          type: 'object',
          properties: { place: { type: 'string' }, run: { type: 'string' }, name: { type: 'string' } }
        }
      },
      execute: args => {
        const { place, run, name } = args as { readonly place: string; readonly run: string; readonly name: string };
        const path = `${DRIVE}:${place}/${run}/${nameOf(name)}`;
        const kernel = { shouldStart: false, autoStartDefault: false, canStart: false };
        documents.openOrReveal(path, 'Notebook', kernel as never);
      }
    });
  }
};
