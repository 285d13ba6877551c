/** What a tab shows: kept by VS Code, so that it comes back after a reload. Pure. */

/** A view of a place, in the folder whose desk answers for it. */
export interface Shown {
  /** Address of the workspace folder. */
  readonly folder: string;
  readonly place: string;
  /** Name of the project when it was last seen. */
  readonly project: string;
  readonly view: 'table' | 'run' | 'compare';
  /** One of a run, several of a comparison. */
  readonly runs: readonly string[];
  /** Of a run: the dialog that promotes it stands open. */
  readonly isPromoting?: boolean;
  /** Of a table: the dialog with the runs that pulls held back stands open. */
  readonly isHeldShown?: boolean;
  /** Of a table: the dialog with what takes the space stands open. */
  readonly isStorageShown?: boolean;
}

/** Read what was kept; null when it cannot be shown. */
export function parseShown(kept: unknown): Shown | null {
  if (typeof kept !== 'object' || kept === null) {
    return null;
  }
  const { folder, place, project, view, runs, ...open } = kept as Readonly<Record<string, unknown>>;
  const { isPromoting, isHeldShown, isStorageShown } = open;
  if (typeof folder !== 'string' || typeof place !== 'string' || !isTexts(runs)) {
    return null;
  }
  if (view !== 'table' && view !== 'run' && view !== 'compare') {
    return null;
  }
  if ((view === 'run' && runs.length !== 1) || (view === 'compare' && runs.length < 2)) {
    return null;
  }
  const name = typeof project === 'string' ? project : '';
  const dialogs = {
    ...(isPromoting === true ? { isPromoting } : {}),
    ...(isHeldShown === true ? { isHeldShown } : {}),
    ...(isStorageShown === true ? { isStorageShown } : {})
  };
  return { folder, place, project: name, view, runs, ...dialogs };
}

/** The same thing is shown once. */
export function keyOf({ folder, place, view, runs }: Shown): string {
  return JSON.stringify([folder, place, view, ...runs]);
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every(each => typeof each === 'string');
}
