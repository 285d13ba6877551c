/** The compared runs as charts draw them; colours and eyes are those of the table. */

import { useCallback, useMemo, useState } from 'react';
import type { Comparison } from '../../contract';
import { collectStrokes } from '../../model/compare/strokes';
import type { Stroke } from '../../model/compare/strokes';
import type { DrawnRuns } from '../charts/runs';
import { useChoices } from '../state/choices';
import type { LegendRun } from './Legend';

/** A comparison and the runs it is of: while another is on its way, the page keeps showing this one. */
export interface Shown {
  readonly runs: readonly string[];
  readonly comparison: Comparison;
}

export interface UsedDrawn {
  readonly legend: readonly LegendRun[];
  readonly drawn: DrawnRuns;
  readonly setEmphasis: (run: string | null) => void;
  readonly toggle: (run: string) => void;
  /** Hide all but these. */
  readonly keep: (runs: readonly string[]) => void;
}

const PLAIN: Stroke = { token: '--ts-run-1', dash: [] };

/** Use the runs of a comparison as charts draw them. */
export function useDrawn(place: string, shown: Shown): UsedDrawn {
  const { choices, change } = useChoices(place);
  const [emphasis, setEmphasis] = useState<string | null>(null);
  const { colours, unseen } = choices;
  const strokes = useStrokes(shown.runs, colours);
  const titles = shown.comparison.facts.find(row => row.name === 'title')?.values;
  const legend = shown.comparison.runs.map<LegendRun>((fact, index) => {
    const id = shown.runs[index] ?? '';
    return { id, name: fact.name, fact, title: titles?.[index] ?? '', stroke: strokes.get(id) ?? PLAIN };
  });
  const hidden = useMemo(() => new Set(unseen.filter(run => shown.runs.includes(run))), [unseen, shown.runs]);
  // Charts are drawn anew for other runs only, not for each new value of an open one.
  const kind = JSON.stringify(legend.map(({ id, name, stroke }) => [id, name, stroke]));
  const runs = useMemo(() => legend.map(({ id, name, stroke }) => ({ id, name, stroke })), [kind]); // eslint-disable-line react-hooks/exhaustive-deps -- `kind` stands for them
  const drawn = useMemo(() => ({ runs, hidden, emphasis }), [runs, hidden, emphasis]);
  const setUnseen = useCallback(
    (next: (unseen: readonly string[]) => readonly string[]) => change(so => ({ ...so, unseen: next(so.unseen) })),
    [change]
  );
  const toggle = useCallback(
    (run: string) => setUnseen(ids => (ids.includes(run) ? ids.filter(id => id !== run) : [...ids, run])),
    [setUnseen]
  );
  const keep = useCallback(
    (kept: readonly string[]) =>
      setUnseen(ids => [...ids.filter(id => !shown.runs.includes(id)), ...shown.runs.filter(id => !kept.includes(id))]),
    [setUnseen, shown.runs]
  );
  return { legend, drawn, setEmphasis, toggle, keep };
}

/** Strokes follow the run, not its place: they are given in the order of the ids. */
function useStrokes(runs: readonly string[], colours: Readonly<Record<string, number>>): ReadonlyMap<string, Stroke> {
  const key = JSON.stringify([...runs].sort());
  return useMemo(() => {
    const ids = JSON.parse(key) as readonly string[];
    const strokes = collectStrokes(ids, colours);
    return new Map(ids.map((run, place) => [run, strokes[place] ?? PLAIN]));
  }, [key, colours]);
}
