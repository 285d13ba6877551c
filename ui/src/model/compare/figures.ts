/** Figures of several runs, so that the same picture of each run stands side by side. */

import type { CellShown, FigureFact } from '../../contract';

/** What is known of one run: its figures, and its cells, for figures that are only named after a cell. */
export interface RunFigures {
  readonly figures: readonly FigureFact[];
  readonly cells: readonly Pick<CellShown, 'cell' | 'source'>[];
}

/** One figure of one run; `number` is what the source is asked for. */
export interface FigureOf {
  readonly number: number;
  readonly fact: FigureFact;
}

/** One picture; `byRun` holds for each run its figures of it, by step, an empty list where it has none. */
export interface FigureGroup {
  readonly name: string;
  readonly byRun: readonly (readonly FigureOf[])[];
  /** Steps that any run has, ascending; empty when none has a step. */
  readonly steps: readonly number[];
}

interface Keyed {
  readonly key: string;
  /** The source of the cell that showed it, for figures named after a cell; else null. */
  readonly source: string | null;
  readonly byRun: FigureOf[][];
}

/** A name made from the executed cell and the place in it: another run may have one cell more above. */
const AFTER_CELL = /^cell-\d+-(\d+)$/;
/** Share of lines that two versions of one cell have in common. */
const ALIKE = 0.5;

/**
 * Group figures by name; those named after a cell by the source of that cell, or by a cell much like it.
 *
 * Those that most runs have come first, else the order in which they are met.
 */
export function groupFigures(runs: readonly RunFigures[]): FigureGroup[] {
  const groups = new Map<string, Keyed>();
  runs.forEach(({ figures, cells }, run) => {
    const sources = new Map(cells.map(({ cell, source }) => [cell, source.trim()]));
    figures.forEach((fact, number) => {
      const place = AFTER_CELL.exec(fact.name)?.[1];
      const source = place === undefined ? null : (sources.get(fact.cell ?? -1) ?? null);
      const key = source === null ? `name ${fact.name}` : `cell ${place} ${source}`;
      const group = groups.get(key) ?? { key, source, byRun: runs.map(() => []) };
      groups.set(key, group);
      group.byRun[run]?.push({ number, fact });
    });
  });
  const joined = joinAlike([...groups.values()]).map(finish);
  return joined.sort((one, other) => owners(other.byRun) - owners(one.byRun));
}

/** The figure at a step, or the last one before it; without a step the last of all. */
export function figureAt(figures: readonly FigureOf[], step: number | null): FigureOf | null {
  const upTo = step === null ? figures : figures.filter(({ fact }) => (fact.step ?? 0) <= step);
  return upTo[upTo.length - 1] ?? null;
}

/** Put cells that were edited between runs together: alike, and never both in one run. */
function joinAlike(groups: readonly Keyed[]): Keyed[] {
  const joined: Keyed[] = [];
  for (const group of groups) {
    const place = joined.findIndex(other => isVersion(other, group));
    const other = joined[place];
    if (other) {
      joined[place] = { ...other, byRun: other.byRun.map((own, run) => [...own, ...(group.byRun[run] ?? [])]) };
    } else {
      joined.push(group);
    }
  }
  return joined;
}

function isVersion(one: Keyed, other: Keyed): boolean {
  if (one.source === null || other.source === null || placeOf(one) !== placeOf(other)) {
    return false;
  }
  const isApart = one.byRun.every((own, run) => own.length === 0 || other.byRun[run]?.length === 0);
  return isApart && likeness(one.source, other.source) >= ALIKE;
}

function placeOf({ key }: Keyed): string {
  return key.split(' ', 2)[1] ?? '';
}

function likeness(one: string, other: string): number {
  const lines = (text: string): Set<string> =>
    new Set(
      text
        .split('\n')
        .map(line => line.trim())
        .filter(Boolean)
    );
  const [left, right] = [lines(one), lines(other)];
  const shared = [...left].filter(line => right.has(line)).length;
  return shared / Math.max(1, left.size, right.size);
}

function finish({ byRun }: Keyed): FigureGroup {
  const sorted = byRun.map(own => [...own].sort((one, other) => (one.fact.step ?? 0) - (other.fact.step ?? 0)));
  const steps = byRun.flatMap(own => own.flatMap(({ fact }) => (fact.step === null ? [] : [fact.step])));
  return {
    name: byRun.flat()[0]?.fact.name ?? '',
    byRun: sorted,
    steps: [...new Set(steps)].sort((one, other) => one - other)
  };
}

function owners(byRun: readonly (readonly FigureOf[])[]): number {
  return byRun.filter(own => own.length > 0).length;
}
