/** The curves of the compared runs, kept up to date for those that are open. */

import { useEffect, useMemo, useRef } from 'react';
import type { ReactElement } from 'react';
import type { Curve } from '../../contract';
import { useAnswer } from '../charts/answers';
import { CurveGrid } from '../charts/CurveGrid';
import type { DrawnRuns } from '../charts/runs';
import { Face, Waiting } from '../parts';
import { useServices } from '../services';

const POINTS = 600;

export interface CurvesProps {
  readonly place: string;
  readonly runs: readonly string[];
  /** Those that may get new points. */
  readonly open: readonly string[];
  readonly metrics: readonly string[];
  readonly drawn: DrawnRuns;
  /** Grows when an open run moved. */
  readonly round: number;
}

/** Ask for all curves once, then only for those of open runs. */
export function Curves(props: CurvesProps): ReactElement {
  const { place, runs, metrics, drawn, round } = props;
  const { source, t } = useServices();
  const ask = async (wanted: readonly string[], signal: AbortSignal): Promise<readonly Curve[]> =>
    (await source.curves(place, { runs: wanted, metrics, points: POINTS }, signal)).curves;
  const key = metrics.length === 0 ? null : JSON.stringify([place, runs, metrics]);
  const all = useAnswer(key, async signal => ask(runs, signal));
  // A run that has just ended is asked once more, for its last points.
  const moving = useRef(new Set<string>());
  props.open.forEach(run => moving.current.add(run));
  const fresh = useAnswer(key !== null && round > 0 ? key : null, async signal => {
    const wanted = runs.filter(run => moving.current.has(run));
    return wanted.length > 0 ? ask(wanted, signal) : [];
  });
  const { reload } = fresh;
  useEffect(() => {
    if (round > 1) {
      reload();
    }
  }, [round, reload]);
  const curves = useMemo(() => renew(all.value, fresh.value), [all.value, fresh.value]);
  if (key === null || curves?.length === 0) {
    return <p className="ts-quiet">{t('No metrics: none of these runs logged one.')}</p>;
  }
  if (curves) {
    return <CurveGrid drawn={drawn} curves={curves} sync={`compare ${runs.join(' ')}`} />;
  }
  return all.error ? (
    <Face
      icon="error"
      kind="error"
      message={all.error.message}
      hint={all.error.hint}
      actions={[{ label: t('Try again'), run: all.reload }]}
    />
  ) : (
    <Waiting rows={4} label={t('Reading curves …')} />
  );
}

/** Put newer curves in the place of older ones; new ones behind them. */
function renew(curves: readonly Curve[] | null, newer: readonly Curve[] | null): readonly Curve[] | null {
  if (!curves || !newer) {
    return curves;
  }
  const keyOf = (curve: Curve): string => JSON.stringify([curve.run, curve.metric]);
  const known = new Map(newer.map(curve => [keyOf(curve), curve]));
  const old = new Set(curves.map(keyOf));
  return [...curves.map(curve => known.get(keyOf(curve)) ?? curve), ...newer.filter(curve => !old.has(keyOf(curve)))];
}
