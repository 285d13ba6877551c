/** Which runs are selected, by mouse and by keyboard; runs are known by id, places in the list by number. */

/** `active` is the row the keyboard is at, `anchor` where a range begins. */
export interface Selection {
  readonly runs: ReadonlySet<string>;
  readonly active: number;
  readonly anchor: number;
}

/** Nothing selected, at the first row. */
export const NOTHING: Selection = { runs: new Set(), active: 0, anchor: 0 };

/** Select one run and no other. */
export function selectOnly(run: string, index: number): Selection {
  return { runs: new Set([run]), active: index, anchor: index };
}

/** Add a run, or take it away. */
export function toggle(selection: Selection, run: string, index: number): Selection {
  const runs = new Set(selection.runs);
  if (!runs.delete(run)) {
    runs.add(run);
  }
  return { runs, active: index, anchor: index };
}

/** Select the runs between the anchor and `index`, which is what `between` gives; `add` keeps the others. */
export function extend(selection: Selection, index: number, between: readonly string[], add = false): Selection {
  return { runs: new Set([...(add ? selection.runs : []), ...between]), active: index, anchor: selection.anchor };
}

/** The rows between the anchor and `index`, both included. */
export function rangeTo(selection: Selection, index: number): readonly [number, number] {
  return [Math.min(selection.anchor, index), Math.max(selection.anchor, index)];
}

/** Move the keyboard's place. */
export function moveTo(selection: Selection, index: number): Selection {
  return { ...selection, active: index, anchor: index };
}

/** Keep only runs that are still there. */
export function without(selection: Selection, gone: Iterable<string>): Selection {
  const runs = new Set(selection.runs);
  for (const run of gone) {
    runs.delete(run);
  }
  return runs.size === selection.runs.size ? selection : { ...selection, runs };
}

/** Where a key moves to among `total` rows, `page` of them visible; null for a key that moves nowhere. */
export function stepOf(key: string, active: number, total: number, page: number): number | null {
  const steps: Readonly<Record<string, number>> = {
    ArrowDown: active + 1,
    ArrowUp: active - 1,
    PageDown: active + page,
    PageUp: active - page,
    Home: 0,
    End: total - 1
  };
  const next = steps[key];
  return next === undefined || total === 0 ? null : Math.max(0, Math.min(total - 1, next));
}
