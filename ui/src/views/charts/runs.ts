/** The runs that charts draw, and how: shared by every chart of a tab. */

import type { Stroke } from '../../model/compare/strokes';

/** One drawn run. */
export interface DrawnRun {
  readonly id: string;
  readonly name: string;
  readonly stroke: Stroke;
}

/** All of them, and what the legend says of them. */
export interface DrawnRuns {
  readonly runs: readonly DrawnRun[];
  readonly hidden: ReadonlySet<string>;
  /** The run under the pointer or the focus; null for none. */
  readonly emphasis: string | null;
}
