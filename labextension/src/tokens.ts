/** What Trackside offers to other extensions, and its plugins to one another. */

import { Token } from '@lumino/coreutils';
import type { IDisposable } from '@lumino/disposable';
import type { ISignal } from '@lumino/signaling';
import type { Host, Place, RunRow, Source, Words } from '@trackside/ui';

/** The name of the translations. */
export const DOMAIN = 'trackside';

/** The runs of this server's repositories, and the texts about them. */
export interface ITracksideSource {
  readonly source: Source;
  readonly t: Words;
}

/** Runs by HTTP, live over the event bus. */
export const ITracksideSource = new Token<ITracksideSource>(
  '@trackside/lab:ITracksideSource',
  'Reads and changes the runs that Trackside keeps in Git.'
);

/** Opens tabs and dialogs of Trackside. */
export interface ITracksideHost extends Host {
  /** Show the runs of a notebook or folder in the side panel. */
  showPanel(path: string): void;
}

/** Opens the table, a run, a comparison, a promotion. */
export const ITracksideHost = new Token<ITracksideHost>(
  '@trackside/lab:ITracksideHost',
  "Opens Trackside's tabs and dialogs."
);

/** What stands in front of the person: the notebook or folder, and its repository. */
export interface ITracksideFocus {
  /** A path of the contents service; "" is its root. */
  readonly path: string;
  /** The repository around it; null while it is being asked for, or when the server has no Trackside. */
  readonly place: Place | null;
  /** The path, or what is known of its place, changed. */
  readonly changed: ISignal<ITracksideFocus, void>;
  /** Look at another notebook or folder. */
  lookAt(path: string): void;
  /** The repository around any notebook or folder; answers are remembered for a minute. */
  placeOf(path: string): Promise<Place>;
  /** The repository of a handle, which `path` probably lies in. */
  placeWith(id: string, path: string): Promise<Place>;
  /** A notebook or folder that is known to lie in a place. */
  pathIn(place: string): string;
}

/** Follows the notebook or folder in front of the person. */
export const ITracksideFocus = new Token<ITracksideFocus>(
  '@trackside/lab:ITracksideFocus',
  'Knows the notebook or folder in front of the person, and its repository.'
);

/** The open run of a notebook. */
export interface OpenRun {
  readonly place: string;
  readonly row: RunRow;
}

/** Open runs of notebooks, followed while somebody looks. */
export interface ITracksideOpenRuns extends IDisposable {
  /** The open run of the notebook at a path; null when there is none, or nothing is known yet. */
  of(path: string): OpenRun | null;
  /** Begin to follow the notebook at a path; until disposed. */
  follow(path: string): IDisposable;
  /** Ask again now. */
  refresh(): void;
  readonly changed: ISignal<ITracksideOpenRuns, void>;
}

/** Tells which notebook has an open run. */
export const ITracksideOpenRuns = new Token<ITracksideOpenRuns>(
  '@trackside/lab:ITracksideOpenRuns',
  'Tells which notebook has an open run, and its row.'
);

/** What a person chose in the settings editor. */
export interface Chosen {
  /** Mark cells that belong to a run. */
  readonly badges: boolean;
  /** Hand the open editor's notebook to runs that ask for it. */
  readonly unsaved: boolean;
  /** Show the open run in the status bar. */
  readonly status: boolean;
}

/** The settings, as they are now. */
export interface ITracksideSettings {
  readonly settings: Chosen;
  readonly changed: ISignal<ITracksideSettings, void>;
  /** Choose one of them. */
  choose<K extends keyof Chosen>(key: K, value: Chosen[K]): void;
}

/** The settings of Trackside. */
export const ITracksideSettings = new Token<ITracksideSettings>(
  '@trackside/lab:ITracksideSettings',
  'The settings of Trackside, as they are now.'
);
