/** The lines of `%track` in a cell, and where to put them. Pure. */

/** What a person would type to track a notebook. */
export const START = '%load_ext trackside\n%track';

/** Words after `%track` that do something else than start a run. */
export const VERBS: ReadonlySet<string> = new Set(
  'end params metrics artifact data ignore on off status list show compare promote push pull view help'.split(' ')
);

/** Whether a cell holds `%track` or `%%track`, whatever it says. */
export function tracks(source: string): boolean {
  return /^[ \t]*%%?track\b(?!-|\w)/m.test(source);
}

/** Whether running a cell starts a run. */
export function startsRun(source: string): boolean {
  return [...source.matchAll(/^[ \t]*(%%?)track(?:[ \t]+(\S+))?[ \t]*/gm)].some(
    ([, sign, word]) => sign === '%%' || word === undefined || !VERBS.has(word)
  );
}

/** A cell as far as this goes. */
export interface Source {
  readonly isCode: boolean;
  readonly source: string;
}

/** What to do so that a notebook is tracked from its first cell on: nothing where a cell starts a run already. */
export function planStart(cells: readonly Source[]): { readonly there: number } | { readonly insert: string } {
  const there = cells.findIndex(cell => cell.isCode && startsRun(cell.source));
  return there >= 0 ? { there } : { insert: START };
}
