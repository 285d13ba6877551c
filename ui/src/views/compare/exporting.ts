/** What can be taken out of a comparison: CSV of the difference table, and one HTML page. */

import type { Comparison, Curve } from '../../contract';
import { writeCsv } from '../../model/compare/csv';
import { chooseRows, collectRows } from '../../model/compare/differences';
import { writePage } from '../../model/compare/page';
import { formatMoment } from '../../model/format';
import type { DrawnRun } from '../charts/runs';
import type { Services } from '../services';

export interface Exported {
  readonly comparison: Comparison;
  readonly runs: readonly DrawnRun[];
  readonly isAll: boolean;
}

/** Points of a curve in the page: more cannot be seen in a picture of this size. */
const POINTS = 200;

/** Hand the difference table over as CSV. */
export function exportCsv({ host }: Services, exported: Exported): void {
  const { comparison, isAll } = exported;
  const names = comparison.runs.map(run => run.name);
  const text = writeCsv(names, chooseRows(collectRows(comparison), isAll));
  // The mark tells spreadsheets that the text is UTF-8.
  host.download('trackside-comparison.csv', new Blob(['\ufeff', text], { type: 'text/csv;charset=utf-8' }));
}

/** Hand over one page that stands alone. */
export async function exportPage({ source, host, t }: Services, place: string, exported: Exported): Promise<void> {
  const { comparison, runs } = exported;
  const ids = runs.map(run => run.id);
  const metrics = comparison.metrics.map(row => row.name);
  const curves: readonly Curve[] =
    metrics.length === 0 ? [] : (await source.curves(place, { runs: ids, metrics, points: POINTS })).curves;
  const page = writePage(
    {
      comparison,
      runs: ids,
      strokes: runs.map(run => run.stroke),
      curves: curves.filter(curve => curve.points.length > 1)
    },
    {
      title: t('{count} runs compared', { count: runs.length }),
      made: t('Made by Trackside, {moment}', { moment: formatMoment(Date.now() / 1000) }),
      differences: t('Differences'),
      curves: t('Curves'),
      packages: t('Packages that differ'),
      same: t('The same in all'),
      run: t('Run'),
      status: t('Status'),
      started: t('Started'),
      duration: t('Duration'),
      language: document.documentElement.lang || 'en'
    }
  );
  host.download('trackside-comparison.html', new Blob([page], { type: 'text/html;charset=utf-8' }));
}
