/** The points of a chart as a table, for a screen reader or an exact look. */

import type { ReactElement } from 'react';
import type { Aligned, Along } from '../../model/compare/alignment';
import { formatAlong } from '../../model/compare/readout';
import { formatNumber, visible } from '../../model/format';
import { useWords } from '../services';
import type { DrawnRuns } from './runs';

const MOST_ROWS = 200;

export interface CurveTableProps {
  readonly aligned: Aligned;
  readonly drawn: DrawnRuns;
  readonly along: Along;
  readonly label: string;
}

/** At most 200 rows, evenly chosen, the first and the last among them. */
export function CurveTable({ aligned, drawn, along, label }: CurveTableProps): ReactElement {
  const t = useWords();
  const shown = drawn.runs.map((run, place) => ({ run, line: aligned.lines[place] }));
  const seen = shown.filter(({ run }) => !drawn.hidden.has(run.id));
  return (
    <div
      className="ts-wide ts-curve-table"
      tabIndex={0}
      role="region"
      aria-label={t('Values of {metric}', { metric: label })}
    >
      <table>
        <thead>
          <tr>
            <th scope="col">{along === 'time' ? t('Time') : t('Step')}</th>
            {seen.map(({ run }) => (
              <th key={run.id} scope="col">
                {visible(run.name, 40)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {chooseRows(aligned.xs.length).map(index => (
            <tr key={index}>
              <th scope="row">{formatAlong(aligned.xs[index] ?? 0, along)}</th>
              {seen.map(({ run, line }) => (
                <td key={run.id}>{line?.said[index] === undefined ? '' : formatNumber(line.said[index])}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function chooseRows(count: number): number[] {
  if (count <= MOST_ROWS) {
    return Array.from({ length: count }, (_, index) => index);
  }
  const stride = (count - 1) / (MOST_ROWS - 1);
  return Array.from({ length: MOST_ROWS }, (_, index) => Math.round(index * stride));
}
