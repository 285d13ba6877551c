/** What each compared run is drawn with: its colour from the table, and a dash where a colour comes again. */

import { assignColours, colourOf } from '../colours';

const DASHES: readonly (readonly number[])[] = [[], [6, 4], [2, 3], [9, 3, 2, 3]];

/** `token` is the name of a CSS variable; an empty dash is a plain line. */
export interface Stroke {
  readonly token: string;
  readonly dash: readonly number[];
}

/** Return the stroke of each run; `chosen` are the colours the table remembers. */
export function collectStrokes(runs: readonly string[], chosen: Readonly<Record<string, number>> = {}): Stroke[] {
  const given = { ...chosen, ...assignColours(runs, chosen) };
  const used = new Map<number, number>();
  return runs.map(run => {
    const colour = colourOf(run, given);
    const times = used.get(colour) ?? 0;
    used.set(colour, times + 1);
    return { token: `--ts-run-${colour}`, dash: DASHES[times % DASHES.length] ?? [] };
  });
}

/** A stroke as CSS writes its colour. */
export function cssStroke(stroke: Stroke | undefined): string {
  return stroke ? `var(${stroke.token})` : 'currentColor';
}
