/** A grid of charts, one for each metric, with what they share: x, smoothing, scale, crosshair, filter. */

import { useCallback, useDeferredValue, useId, useMemo, useState } from 'react';
import type { ReactElement } from 'react';
import type { Curve } from '../../contract';
import { isTimed } from '../../model/compare/alignment';
import type { AlignRequest, Along } from '../../model/compare/alignment';
import { Button } from '../parts';
import { useWords } from '../services';
import { CurveCard } from './CurveCard';
import { Segments } from './Segments';
import type { DrawnRuns } from './runs';

export interface CurveGridProps {
  readonly drawn: DrawnRuns;
  readonly curves: readonly Curve[];
  /** Charts of one key share their crosshair. */
  readonly sync: string;
}

/** Metrics with a curve first; those of a single value only when asked for. */
export function CurveGrid({ drawn, curves, sync }: CurveGridProps): ReactElement {
  const t = useWords();
  const [filter, setFilter] = useState('');
  const [along, setAlong] = useState<Along>('step');
  const [log, setLog] = useState(false);
  const [smoothing, setSmoothing] = useState(0);
  const [isAll, setAll] = useState(false);
  const [whole, setWhole] = useState(0);
  const seeWhole = useCallback(() => setWhole(count => count + 1), []);
  const timed = useMemo(() => isTimed(curves), [curves]);
  const metrics = useMemo(() => groupByMetric(curves), [curves]);
  const wanted = filter.trim().toLowerCase();
  const named = metrics.filter(group => group.metric.toLowerCase().includes(wanted));
  const lines = named.filter(group => group.most > 1);
  const singles = named.filter(group => group.most <= 1);
  const isSingles = isAll || lines.length === 0;
  // A drag of the slider stays smooth while many charts follow it.
  const weight = useDeferredValue(smoothing);
  const request = useMemo<AlignRequest>(
    () => ({ along: timed ? along : 'step', log, smoothing: weight }),
    [timed, along, log, weight]
  );
  return (
    <>
      <Tools
        {...{ filter, setFilter, along, setAlong, log, setLog, smoothing, setSmoothing, timed }}
        isFilter={metrics.length > 3}
      />
      {named.length === 0 ? <p className="ts-quiet">{t('No metric has this name.')}</p> : null}
      <div className="ts-curves">
        {(isSingles ? named : lines).map(group => (
          <CurveCard
            key={group.metric}
            metric={group.metric}
            curves={group.curves}
            drawn={drawn}
            request={request}
            sync={sync}
            whole={whole}
            onWhole={seeWhole}
          />
        ))}
      </div>
      {singles.length > 0 && lines.length > 0 ? (
        <Button
          look="quiet"
          icon={isAll ? 'chevronUp' : 'chevronDown'}
          aria-expanded={isAll}
          onClick={() => setAll(!isAll)}
        >
          {t('Metrics of a single value ({count})', { count: singles.length })}
        </Button>
      ) : null}
    </>
  );
}

interface ToolsProps {
  readonly filter: string;
  readonly setFilter: (filter: string) => void;
  readonly isFilter: boolean;
  readonly along: Along;
  readonly setAlong: (along: Along) => void;
  readonly log: boolean;
  readonly setLog: (log: boolean) => void;
  readonly smoothing: number;
  readonly setSmoothing: (smoothing: number) => void;
  readonly timed: boolean;
}

function Tools(props: ToolsProps): ReactElement {
  const t = useWords();
  const id = useId();
  const noTime = t('The times of these points are not known: the runs were sealed before times were kept.');
  return (
    <div className="ts-controls" role="group" aria-label={t('How curves are drawn')}>
      {props.isFilter ? (
        <input
          className="ts-words"
          type="search"
          value={props.filter}
          placeholder={t('Filter metrics')}
          aria-label={t('Filter metrics')}
          onChange={event => props.setFilter(event.target.value)}
        />
      ) : null}
      <Segments
        label={t('Along')}
        value={props.timed ? props.along : 'step'}
        choices={[
          { value: 'step', label: t('Step') },
          { value: 'time', label: t('Time'), refused: props.timed ? null : noTime }
        ]}
        onChoose={props.setAlong}
      />
      <label className="ts-check">
        <input type="checkbox" checked={props.log} onChange={event => props.setLog(event.target.checked)} />
        {t('Log y')}
      </label>
      <span className="ts-slider">
        <label htmlFor={id}>{t('Smoothing')}</label>
        <input
          id={id}
          type="range"
          min={0}
          max={0.99}
          step={0.01}
          value={props.smoothing}
          onChange={event => props.setSmoothing(Number(event.target.value))}
        />
        <output htmlFor={id}>{props.smoothing === 0 ? t('off') : props.smoothing.toFixed(2)}</output>
      </span>
    </div>
  );
}

interface MetricGroup {
  readonly metric: string;
  readonly curves: readonly Curve[];
  /** Points of its longest curve. */
  readonly most: number;
}

function groupByMetric(curves: readonly Curve[]): MetricGroup[] {
  const groups = new Map<string, Curve[]>();
  for (const curve of curves) {
    const group = groups.get(curve.metric);
    if (group) {
      group.push(curve);
    } else {
      groups.set(curve.metric, [curve]);
    }
  }
  return [...groups].map(([metric, group]) => ({
    metric,
    curves: group,
    most: Math.max(...group.map(curve => curve.points.length))
  }));
}
