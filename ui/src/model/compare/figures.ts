/** Figures of several runs by their names, so that the same picture of each run stands side by side. */

import type { FigureFact } from '../../contract';

/** One figure of one run; `number` is what the source is asked for. */
export interface FigureOf {
  readonly number: number;
  readonly fact: FigureFact;
}

/** One name; `byRun` holds for each run its figures of that name, by step, an empty list where it has none. */
export interface FigureGroup {
  readonly name: string;
  readonly byRun: readonly (readonly FigureOf[])[];
  /** Steps that any run has, ascending; empty when none has a step. */
  readonly steps: readonly number[];
}

/** Group the figures of runs, those that most runs have first, else in the order they are met. */
export function groupFigures(runs: readonly (readonly FigureFact[])[]): FigureGroup[] {
  const numbered = runs.map(figures => figures.map<FigureOf>((fact, number) => ({ number, fact })));
  const names = [...new Set(numbered.flatMap(figures => figures.map(({ fact }) => fact.name)))];
  const groups = names.map(name => {
    const byRun = numbered.map(figures =>
      figures
        .filter(({ fact }) => fact.name === name)
        .sort((one, other) => (one.fact.step ?? 0) - (other.fact.step ?? 0))
    );
    const steps = byRun.flatMap(figures => figures.flatMap(({ fact }) => (fact.step === null ? [] : [fact.step])));
    return { name, byRun, steps: [...new Set(steps)].sort((one, other) => one - other) };
  });
  const owners = (group: FigureGroup): number => group.byRun.filter(figures => figures.length > 0).length;
  return groups.sort((one, other) => owners(other) - owners(one));
}

/** The figure at a step, or the last one before it; without a step the last of all. */
export function figureAt(figures: readonly FigureOf[], step: number | null): FigureOf | null {
  const upTo = step === null ? figures : figures.filter(({ fact }) => (fact.step ?? 0) <= step);
  return upTo[upTo.length - 1] ?? null;
}
