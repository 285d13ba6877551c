/** One metric: its chart, what every run says at the crosshair, and the same as a table. */

import { memo, useCallback, useMemo, useRef, useState } from 'react';
import type { ReactElement } from 'react';
import type { Curve } from '../../contract';
import { alignCurves } from '../../model/compare/alignment';
import type { Aligned, AlignRequest } from '../../model/compare/alignment';
import { formatAlong, readAt } from '../../model/compare/readout';
import type { Reading } from '../../model/compare/readout';
import { cssStroke } from '../../model/compare/strokes';
import { formatCount, formatNumber, visible } from '../../model/format';
import { Button, IconButton } from '../parts';
import { useWords } from '../services';
import { CurveChart } from './CurveChart';
import { CurveTable } from './CurveTable';
import { useSeen } from './measuring';
import type { DrawnRuns } from './runs';

export interface CurveCardProps {
  readonly metric: string;
  readonly curves: readonly Curve[];
  readonly drawn: DrawnRuns;
  readonly request: AlignRequest;
  readonly sync: string;
  /** Grows with each wish to see the whole x again; `onWhole` makes it. */
  readonly whole: number;
  readonly onWhole: () => void;
}

/** Draw one metric of all runs; every chart holds every run, so that a run is the same line in each. */
export const CurveCard = memo(function CurveCard(props: CurveCardProps): ReactElement {
  const { metric, curves, drawn, request, sync } = props;
  const t = useWords();
  const [card, isSeen] = useSeen<HTMLElement>();
  const [isWide, setWide] = useState(false);
  const [isTable, setTable] = useState(false);
  const [isZoomed, setZoomed] = useState(false);
  const [cursor, setCursor] = useCursor();
  const aligned = useMemo(() => alignRuns(metric, curves, drawn, request), [metric, curves, drawn.runs, request]); // eslint-disable-line react-hooks/exhaustive-deps -- of `drawn` only the runs matter
  const strokes = useMemo(() => new Map(drawn.runs.map(run => [run.id, run.stroke])), [drawn.runs]);
  const readings = useMemo(() => readAt(aligned, cursor), [aligned, cursor]);
  const name = visible(metric, 80);
  const x = cursor === null ? undefined : aligned.xs[cursor];
  const place =
    x === undefined ? '' : `${t(request.along === 'time' ? 'at' : 'step')} ${formatAlong(x, request.along)}`;
  const hasValue = aligned.lines.some(line => line.raw.some(value => typeof value === 'number'));
  return (
    <figure ref={card} className={isWide ? 'ts-curve ts-curve-wide' : 'ts-curve'} aria-label={name}>
      <header>
        <h4 title={name}>{name}</h4>
        <span className="ts-curve-place">{place}</span>
        {isZoomed ? (
          <Button look="quiet" onClick={props.onWhole}>
            {t('Show all')}
          </Button>
        ) : null}
        <IconButton icon="table" label={t('As a table')} pressed={isTable} onClick={() => setTable(!isTable)} />
        <IconButton
          icon={isWide ? 'close' : 'plus'}
          label={isWide ? t('Make smaller') : t('Make larger')}
          pressed={isWide}
          onClick={() => setWide(!isWide)}
        />
      </header>
      {isTable ? (
        <CurveTable aligned={aligned} drawn={drawn} along={request.along} label={name} />
      ) : isSeen && hasValue ? (
        <CurveChart
          label={t('{metric}: arrow keys move along the curves', { metric: name })}
          said={spoken(place, readings, drawn)}
          aligned={aligned}
          strokes={strokes}
          hidden={drawn.hidden}
          emphasis={drawn.emphasis}
          along={request.along}
          log={request.log}
          height={isWide ? 380 : 190}
          sync={sync}
          cursor={cursor}
          onCursor={setCursor}
          onZoom={setZoomed}
          whole={props.whole}
        />
      ) : (
        <p className="ts-plot-empty" style={{ height: 190 }}>
          {isSeen ? t(request.log ? 'No positive value to draw.' : 'No finite value to draw.') : ''}
        </p>
      )}
      <Readout readings={readings} drawn={drawn} isSmoothed={request.smoothing > 0} />
      <Notes aligned={aligned} curves={curves} request={request} />
    </figure>
  );
});

/** At most one change of the crosshair a frame: the pointer is faster than the page. */
function useCursor(): readonly [number | null, (index: number | null) => void] {
  const [cursor, setCursor] = useState<number | null>(null);
  const next = useRef<number | null>(null);
  const frame = useRef(0);
  const set = useCallback((index: number | null) => {
    next.current = index;
    if (frame.current === 0) {
      frame.current = requestAnimationFrame(() => {
        frame.current = 0;
        setCursor(next.current);
      });
    }
  }, []);
  return [cursor, set];
}

function alignRuns(metric: string, curves: readonly Curve[], drawn: DrawnRuns, request: AlignRequest): Aligned {
  const byRun = new Map(curves.map(curve => [curve.run, curve]));
  return alignCurves(
    drawn.runs.map(run => byRun.get(run.id) ?? { run: run.id, metric, total: 0, points: [] }),
    request
  );
}

function spoken(place: string, readings: readonly Reading[], drawn: DrawnRuns): string {
  const names = new Map(drawn.runs.map(run => [run.id, run.name]));
  const said = readings
    .filter(reading => !drawn.hidden.has(reading.run) && reading.value !== null)
    .slice(0, 12)
    .map(reading => `${visible(names.get(reading.run) ?? '', 40)} ${formatNumber(reading.value)}`);
  return [place, ...said].filter(Boolean).join(', ');
}

function Readout(props: {
  readonly readings: readonly Reading[];
  readonly drawn: DrawnRuns;
  readonly isSmoothed: boolean;
}): ReactElement {
  const { readings, drawn, isSmoothed } = props;
  const byRun = new Map(readings.map(reading => [reading.run, reading]));
  return (
    <ul className="ts-readout" aria-hidden="true">
      {drawn.runs
        .filter(run => !drawn.hidden.has(run.id))
        .map(run => {
          const reading = byRun.get(run.id);
          const shown = isSmoothed ? (reading?.smooth ?? reading?.value) : reading?.value;
          return (
            <li key={run.id} title={visible(run.name)} data-emphasis={drawn.emphasis === run.id ? '' : undefined}>
              <i style={{ background: cssStroke(run.stroke) }} />
              {drawn.runs.length > 1 ? <span>{visible(run.name, 40)}</span> : null}
              <b>{formatNumber(shown)}</b>
            </li>
          );
        })}
    </ul>
  );
}

/** What a reader must know to trust the drawing: thinned points, and points that could not be drawn. */
function Notes(props: {
  readonly aligned: Aligned;
  readonly curves: readonly Curve[];
  readonly request: AlignRequest;
}): ReactElement | null {
  const { aligned, curves, request } = props;
  const t = useWords();
  const gone = aligned.lines.reduce((sum, line) => sum + line.hidden, 0);
  const total = curves.reduce((sum, curve) => sum + curve.total, 0);
  const drawn = curves.reduce((sum, curve) => sum + curve.points.length, 0);
  const notes = [
    gone > 0
      ? t(request.log ? 'not drawn, for not positive or not finite: {count}' : 'not drawn, for not finite: {count}', {
          count: formatCount(gone)
        })
      : '',
    total > drawn ? t('{drawn} of {total} points', { drawn: formatCount(drawn), total: formatCount(total) }) : ''
  ].filter(Boolean);
  return notes.length > 0 ? <p className="ts-curve-notes">{notes.join(' · ')}</p> : null;
}
