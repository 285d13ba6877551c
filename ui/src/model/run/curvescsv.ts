/** The curves of a run → CSV: one line for each point. */

import type { Curve } from '../../contract';
import { csvCell } from '../compare/csv';

/** Write `metric,step,seconds,value`; seconds are empty where they are not known. */
export function writeCurves(curves: readonly Curve[]): string {
  const lines = curves.flatMap(({ metric, points }) =>
    points.map(({ step, value, t }) => [metric, step, t ?? '', value].map(csvCell).join(','))
  );
  return ['metric,step,seconds,value', ...lines].join('\r\n') + '\r\n';
}
