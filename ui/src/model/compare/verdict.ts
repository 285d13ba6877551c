/** Whether a change of a metric is for the better. */

import type { Direction, MetricCell } from '../../contract';

export type Verdict = MetricCell['verdict'];

/** Judge a change against the first run; "unknown" without a change or a direction. */
export function judge(delta: number | null, direction: Direction): Verdict {
  if (delta === null || !Number.isFinite(delta)) {
    return 'unknown';
  }
  if (delta === 0) {
    return 'same';
  }
  if (direction === 'unknown') {
    return 'unknown';
  }
  return delta > 0 === (direction === 'higher') ? 'better' : 'worse';
}
