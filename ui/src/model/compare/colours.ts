/** The colour and the dash of the n-th compared run: eight colours, then the same ones dashed, then dotted. */

const COLOURS = 8;
const DASHES: readonly (readonly number[])[] = [[], [6, 4], [2, 3], [9, 3, 2, 3]];

/** What a run is drawn with; `token` is the name of a CSS variable. */
export interface Stroke {
  readonly token: string;
  readonly dash: readonly number[];
}

/** Return the stroke of the run at `place`, counted from 0. */
export function strokeOf(place: number): Stroke {
  const dash = DASHES[Math.floor(place / COLOURS) % DASHES.length] ?? [];
  return { token: `--ts-run-${(place % COLOURS) + 1}`, dash };
}
