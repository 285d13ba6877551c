/** Any metric against any parameter or metric; arrow keys go from point to point. */

import { useId, useMemo, useState } from 'react';
import type { KeyboardEvent, ReactElement } from 'react';
import type { Axis } from '../../model/compare/axes';
import { firstPair, scatter } from '../../model/compare/scatter';
import type { Wanted } from '../../model/compare/scales';
import type { ScatterPoint, Scattered } from '../../model/compare/scatter';
import { cssStroke } from '../../model/compare/strokes';
import { formatNumber, formatValue, visible } from '../../model/format';
import { useWords } from '../services';
import { AxisSelect } from './AxisSelect';
import { useWidth } from './measuring';
import type { DrawnRun, DrawnRuns } from './runs';

const HEIGHT = 340;
const EDGE = { left: 78, right: 18, top: 12, bottom: 34 };

export interface ScatterProps {
  readonly axes: readonly Axis[];
  readonly drawn: DrawnRuns;
  readonly onOpen: (run: string) => void;
}

/** Draw the points of the runs that are not hidden. */
export function Scatter({ axes, drawn, onOpen }: ScatterProps): ReactElement {
  const t = useWords();
  const first = useMemo(() => firstPair(axes), [axes]);
  const [chosenX, setX] = useState<string | null>(null);
  const [chosenY, setY] = useState<string | null>(null);
  const [log, setLog] = useState<{ readonly x: boolean | null; readonly y: boolean | null }>({ x: null, y: null });
  const x = axes.find(axis => axis.id === chosenX) ?? axes.find(axis => axis.id === first?.x);
  const y = axes.find(axis => axis.id === chosenY) ?? axes.find(axis => axis.id === first?.y);
  const placed = useMemo(() => x && y && scatter(x, y, { x: wantedOf(log.x), y: wantedOf(log.y) }), [x, y, log]);
  const choose = (set: (id: string) => void, axis: 'x' | 'y', id: string): void => {
    set(id);
    // Another quantity, another scale.
    setLog({ ...log, [axis]: null });
  };
  if (!x || !y || !placed) {
    return (
      <p className="ts-quiet">
        {t('There is no metric to draw against anything: nothing differs between these runs.')}
      </p>
    );
  }
  return (
    <>
      <div className="ts-controls">
        <AxisSelect label={t('Across')} axes={axes} value={x.id} onChoose={id => choose(setX, 'x', id)} />
        <AxisSelect label={t('Up')} axes={axes} value={y.id} onChoose={id => choose(setY, 'y', id)} />
        <LogBox label={t('Log x')} axis={x} isOn={placed.x.kind === 'log'} onChange={is => setLog({ ...log, x: is })} />
        <LogBox label={t('Log y')} axis={y} isOn={placed.y.kind === 'log'} onChange={is => setLog({ ...log, y: is })} />
      </div>
      <Points x={x} y={y} placed={placed} drawn={drawn} onOpen={onOpen} />
      {placed.left > 0 ? (
        <p className="ts-curve-notes">{t('{count} runs have no place on one of the axes.', { count: placed.left })}</p>
      ) : null}
    </>
  );
}

/** Chosen, or left to the values. */
function wantedOf(log: boolean | null): Wanted {
  return log === null ? 'auto' : log ? 'log' : 'linear';
}

function LogBox(props: {
  readonly label: string;
  readonly axis: Axis;
  readonly isOn: boolean;
  readonly onChange: (isOn: boolean) => void;
}): ReactElement {
  const t = useWords();
  const canLog = props.axis.values.some(value => typeof value === 'number') && !props.axis.values.some(isNotPositive);
  return (
    <label className="ts-check" title={canLog ? undefined : t('A logarithm needs positive numbers.')}>
      <input
        type="checkbox"
        checked={props.isOn && canLog}
        disabled={!canLog}
        onChange={event => props.onChange(event.target.checked)}
      />
      {props.label}
    </label>
  );
}

function isNotPositive(value: Axis['values'][number]): boolean {
  return typeof value === 'number' && value <= 0;
}

function Points(props: {
  readonly x: Axis;
  readonly y: Axis;
  readonly placed: Scattered;
  readonly drawn: DrawnRuns;
  readonly onOpen: (run: string) => void;
}): ReactElement {
  const { x, y, placed, drawn, onOpen } = props;
  const t = useWords();
  const [box, width] = useWidth<HTMLDivElement>();
  const [active, setActive] = useState<number | null>(null);
  const said = useId();
  const seen = placed.points.filter(point => !drawn.hidden.has(drawn.runs[point.run]?.id ?? ''));
  const left = (at: number): number => EDGE.left + at * Math.max(0, width - EDGE.left - EDGE.right);
  const top = (at: number): number => EDGE.top + (1 - at) * (HEIGHT - EDGE.top - EDGE.bottom);
  const point = seen.find(({ run }) => run === active);
  const run = point && drawn.runs[point.run];
  const words = point && run ? describe(run, point, x, y) : '';
  const onKeyDown = (event: KeyboardEvent): void => {
    const next = nextPoint(event.key, seen, active);
    if (next !== null) {
      event.preventDefault();
      setActive(next);
    } else if (event.key === 'Enter' && run) {
      onOpen(run.id);
    } else if (event.key === 'Escape') {
      setActive(null);
    }
  };
  return (
    <div
      ref={box}
      className="ts-scatter"
      style={{ height: HEIGHT }}
      role="application"
      aria-roledescription={t('scatter plot')}
      aria-label={t('{y} against {x}: arrow keys go from run to run, Enter opens one', {
        x: visible(x.name, 60),
        y: visible(y.name, 60)
      })}
      aria-describedby={said}
      tabIndex={0}
      onKeyDown={onKeyDown}
      onPointerLeave={() => setActive(null)}
      onBlur={() => setActive(null)}
    >
      <svg width={width} height={HEIGHT} aria-hidden="true">
        <Axes placed={placed} left={left} top={top} width={width} x={x} y={y} />
        {seen.map(({ run: place, x: px, y: py }) => {
          const of = drawn.runs[place];
          const isActive = place === active || (of !== undefined && of.id === drawn.emphasis);
          return (
            <g key={place} onPointerEnter={() => setActive(place)} onClick={() => of && onOpen(of.id)}>
              <circle cx={left(px)} cy={top(py)} r={11} className="ts-reach" />
              <circle
                cx={left(px)}
                cy={top(py)}
                r={isActive ? 7 : 5}
                className="ts-point"
                style={{ fill: cssStroke(of?.stroke) }}
              />
            </g>
          );
        })}
      </svg>
      {point && run ? (
        <div className="ts-tip" style={tipPlace(left(point.x), top(point.y), width)}>
          <i style={{ background: cssStroke(run.stroke) }} />
          <b>{visible(run.name, 60)}</b>
          <span>{`${visible(x.name, 40)} ${wordOf(x.values[point.run])}`}</span>
          <span>{`${visible(y.name, 40)} ${wordOf(y.values[point.run])}`}</span>
        </div>
      ) : null}
      <span id={said} className="ts-unseen" aria-live="polite">
        {words}
      </span>
    </div>
  );
}

function Axes(props: {
  readonly placed: Scattered;
  readonly left: (at: number) => number;
  readonly top: (at: number) => number;
  readonly width: number;
  readonly x: Axis;
  readonly y: Axis;
}): ReactElement {
  const { placed, left, top, width, x, y } = props;
  const room = placed.x.ticks.length > 0 ? (width - EDGE.left - EDGE.right) / placed.x.ticks.length : width;
  return (
    <g className="ts-axes">
      {placed.y.ticks.map(tick => (
        <g key={tick.label}>
          <line x1={EDGE.left} x2={width - EDGE.right} y1={top(tick.at)} y2={top(tick.at)} />
          <text x={EDGE.left - 8} y={top(tick.at) + 4} textAnchor="end">
            {shorten(tick.label, 11)}
          </text>
        </g>
      ))}
      {placed.x.ticks.map(tick => (
        <g key={tick.label}>
          <line x1={left(tick.at)} x2={left(tick.at)} y1={EDGE.top} y2={HEIGHT - EDGE.bottom} />
          <text x={left(tick.at)} y={HEIGHT - EDGE.bottom + 15} textAnchor="middle">
            {shorten(tick.label, Math.max(3, Math.floor(room / 7)))}
          </text>
        </g>
      ))}
      <text className="ts-axis-name" x={width - EDGE.right} y={HEIGHT - 3} textAnchor="end">
        {shorten(visible(x.name), 60)} →
      </text>
      <text className="ts-axis-name" x={EDGE.left + 6} y={EDGE.top + 12}>
        ↑ {shorten(visible(y.name), 60)}
      </text>
    </g>
  );
}

/** Cut a label to the room it has. */
export function shorten(text: string, most: number): string {
  return text.length <= most ? text : `${text.slice(0, Math.max(1, most - 1))}…`;
}

/** Word a parameter's or a metric's value. */
export function wordOf(value: Axis['values'][number]): string {
  return typeof value === 'number' ? formatNumber(value) : formatValue(value, 40);
}

function describe(run: DrawnRun, point: ScatterPoint, x: Axis, y: Axis): string {
  const values = [x, y].map(axis => `${visible(axis.name, 40)} ${wordOf(axis.values[point.run])}`);
  return [visible(run.name, 60), ...values].join(', ');
}

function tipPlace(left: number, top: number, width: number): { left?: number; right?: number; top: number } {
  const at = Math.min(top - 12, HEIGHT - 72);
  return left > width / 2 ? { right: width - left + 12, top: at } : { left: left + 12, top: at };
}

function nextPoint(key: string, points: readonly ScatterPoint[], active: number | null): number | null {
  const sorted = [...points].sort((one, other) => one.x - other.x || one.y - other.y);
  const now = sorted.findIndex(point => point.run === active);
  const places: Readonly<Record<string, number>> = {
    ArrowRight: now + 1,
    ArrowDown: now + 1,
    ArrowLeft: now < 0 ? sorted.length - 1 : now - 1,
    ArrowUp: now < 0 ? sorted.length - 1 : now - 1,
    Home: 0,
    End: sorted.length - 1
  };
  const next = places[key];
  return next === undefined ? null : (sorted[Math.min(Math.max(next, 0), sorted.length - 1)]?.run ?? null);
}
