/** Colours of runs: the same run has the same colour in every list and chart, and neighbours in a chart differ. */

/** How many colours there are; tokens `--ts-run-1` … `--ts-run-8`. */
export const COLOURS = 8;

/** The colour that a run has of itself, 1 to 8. */
export function ownColour(run: string): number {
  // FNV-1a: spreads ids that differ in their last digits only.
  let hash = 0x811c9dc5;
  for (let index = 0; index < run.length; index += 1) {
    hash = Math.imul(hash ^ run.charCodeAt(index), 0x01000193);
  }
  return ((hash >>> 0) % COLOURS) + 1;
}

/** The colour of a run, `chosen` ones first. */
export function colourOf(run: string, chosen: Readonly<Record<string, number>>): number {
  return chosen[run] ?? ownColour(run);
}

/** A colour as CSS writes it. */
export function cssColour(colour: number): string {
  return `var(--ts-run-${colour})`;
}

/**
 * Give runs that are drawn together colours that differ, as long as there are enough.
 *
 * Returns those to remember: runs that keep their own colour need none.
 */
export function assignColours(
  runs: readonly string[],
  chosen: Readonly<Record<string, number>>
): Readonly<Record<string, number>> {
  const used = new Array<number>(COLOURS + 1).fill(0);
  const given: Record<string, number> = {};
  for (const run of runs) {
    const wanted = colourOf(run, chosen);
    let best = wanted;
    for (let colour = 1; colour <= COLOURS; colour += 1) {
      if ((used[colour] ?? 0) < (used[best] ?? 0)) {
        best = colour;
      }
    }
    used[best] = (used[best] ?? 0) + 1;
    if (best !== ownColour(run) || run in chosen) {
      given[run] = best;
    }
  }
  return given;
}
