/** What a tab shows: kept by VS Code, so that it comes back after a reload. Pure. */

/** Dialogs over a tab: of a run, the one that promotes it; of a table, runs held back by pulls, or what takes the space. */
export const DIALOGS = ['promote', 'held', 'storage'] as const;

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
  /** What stands open over it. */
  readonly dialog?: (typeof DIALOGS)[number];
}

/** Read what was kept; null when it cannot be shown. */
export function parseShown(kept: unknown): Shown | null {
  if (typeof kept !== 'object' || kept === null) {
    return null;
  }
  const { folder, place, project, view, runs, dialog } = kept as Readonly<Record<string, unknown>>;
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
  const open = DIALOGS.find(each => each === dialog);
  return { folder, place, project: name, view, runs, ...(open ? { dialog: open } : {}) };
}

/** The same thing is shown once. */
export function keyOf({ folder, place, view, runs }: Shown): string {
  return JSON.stringify([folder, place, view, ...runs]);
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every(each => typeof each === 'string');
}
