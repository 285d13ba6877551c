/** How a chart of curves is drawn: the options of uPlot, from lines, strokes and the theme. */

import type uPlot from 'uplot';
import type { Aligned, Along } from '../../model/compare/alignment';
import { findAlone, formatElapsed } from '../../model/compare/readout';
import type { Stroke } from '../../model/compare/strokes';
import { formatNumber } from '../../model/format';
import type { Theme } from './measuring';

/** What a drawing is made from. */
export interface PlotRequest {
  readonly aligned: Aligned;
  readonly strokes: ReadonlyMap<string, Stroke>;
  readonly hidden: ReadonlySet<string>;
  readonly along: Along;
  readonly log: boolean;
  readonly theme: Theme;
  readonly width: number;
  readonly height: number;
  /** Charts of one key share their crosshair. */
  readonly sync: string;
  readonly onCursor: (index: number | null) => void;
  readonly onZoom: (isZoomed: boolean) => void;
}

/** Lines of at most this many points are drawn with dots. */
const FEW = 12;
/** More lines than this are drawn thinner, and stand still under the pointer. */
const MANY = 16;

/** Return the columns uPlot draws: x, then of each run its line, and before it the raw one when smoothed. */
export function collectColumns(aligned: Aligned): uPlot.AlignedData {
  const columns = aligned.lines.flatMap(line => (line.smooth ? [line.raw, line.smooth] : [line.raw]));
  return [[...aligned.xs], ...columns.map(column => [...column])];
}

/** Return the options of a chart. */
export function plotOptions(request: PlotRequest): uPlot.Options {
  const { theme, width, height, log, sync } = request;
  const isMany = request.aligned.lines.length > MANY;
  return {
    width,
    height,
    legend: { show: false },
    padding: [8, 18, 0, 0],
    scales: {
      x: { time: false, range: (_plot, low, high) => widened(low, high) },
      y: log ? { distr: 3, log: 10 } : { range: (_plot, low, high) => padded(low, high) }
    },
    axes: [xAxis(theme, request.along), yAxis(theme, log)],
    cursor: {
      y: false,
      sync: { key: sync, scales: ['x', null], setSeries: true },
      // To bring one of many lines forward draws them all anew at each move of the pointer.
      focus: { prox: isMany ? -1 : 20 },
      drag: { x: true, y: false, dist: 6 },
      points: isMany ? { show: false } : { size: 7, width: 1.5 }
    },
    focus: { alpha: 0.25 },
    series: [{}, ...request.aligned.lines.flatMap(line => lineSeries(request, line.run, line.smooth !== null))],
    hooks: {
      setCursor: [plot => request.onCursor(plot.cursor.idx ?? null)],
      setScale: [
        (plot, key) => {
          if (key === 'x') {
            request.onZoom(isZoomed(plot));
          }
        }
      ]
    }
  };
}

function lineSeries(request: PlotRequest, run: string, isSmoothed: boolean): uPlot.Series[] {
  const stroke = request.strokes.get(run);
  const colour = (stroke && request.theme.runs[stroke.token]) ?? request.theme.soft;
  const line: uPlot.Series = {
    stroke: colour,
    width: request.aligned.lines.length > MANY ? 1.1 : 1.6,
    dash: [...(stroke?.dash ?? [])],
    show: !request.hidden.has(run),
    points: { show: false, size: 5, fill: colour, filter: dotsOf }
  };
  const faint: uPlot.Series = { ...line, alpha: 0.28, width: 1, dash: [], points: { show: false } };
  return isSmoothed ? [faint, line] : [line];
}

function dotsOf(plot: uPlot, series: number): number[] | null {
  const column = plot.data[series] as readonly (number | null | undefined)[] | undefined;
  if (!column) {
    return null;
  }
  const present = column.flatMap((value, index) => (typeof value === 'number' ? [index] : []));
  return present.length <= FEW ? present : findAlone(column);
}

function xAxis(theme: Theme, along: Along): uPlot.Axis {
  return {
    ...axisLook(theme),
    size: 28,
    gap: 4,
    space: 56,
    grid: { show: false },
    incrs: along === 'step' ? STEPS : SECONDS,
    values: (_plot, marks) => marks.map(mark => (along === 'time' ? formatElapsed(mark) : formatNumber(mark)))
  };
}

/** Steps are whole; time is counted in sixties. */
const STEPS = [1, 10, 100, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9].flatMap(power => [power, 2 * power, 5 * power]);

const SECONDS = [
  0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1200, 1800, 3600, 7200, 14_400, 28_800, 86_400, 172_800,
  604_800
];

function yAxis(theme: Theme, log: boolean): uPlot.Axis {
  return {
    ...axisLook(theme),
    ...(log ? { grid: { stroke: theme.line, width: 1, filter: (_plot, marks) => powersOf(marks) } } : {}),
    size: (_plot, marks) => 14 + 6.2 * Math.max(3, ...(marks ?? []).map(mark => mark?.length ?? 0)),
    gap: 6,
    space: 34,
    values: (_plot, marks) => marks.map(mark => (mark === null ? '' : formatNumber(round(mark))))
  };
}

function axisLook(theme: Theme): uPlot.Axis {
  return {
    stroke: theme.soft,
    font: theme.font,
    ticks: { show: false },
    grid: { stroke: theme.line, width: 1 }
  };
}

/** Lines at powers of ten alone, as long as there are two of them. */
function powersOf(marks: readonly number[]): (number | null)[] {
  const isPower = (mark: number): boolean => Math.abs(Math.log10(mark) % 1) < 1e-6;
  return marks.filter(isPower).length > 1 ? marks.map(mark => (isPower(mark) ? mark : null)) : [...marks];
}

/** Sums of tenths end in 0.30000000000000004. */
function round(number: number): number {
  return Number(number.toPrecision(12));
}

function widened(low: number | null, high: number | null): [number, number] {
  const start = low ?? 0;
  const end = high ?? 1;
  return start === end ? [start - 1, end + 1] : [start, end];
}

function padded(low: number | null, high: number | null): [number, number] {
  if (low === null || high === null) {
    return [0, 1];
  }
  const pad = high > low ? (high - low) * 0.06 : Math.abs(low) * 0.1 || 1;
  return [low - pad, high + pad];
}

/** Tell whether a part of x is shown only. */
export function isZoomed(plot: uPlot): boolean {
  const xs = plot.data[0];
  const { min, max } = plot.scales['x'] ?? {};
  const first = xs[0];
  const last = xs[xs.length - 1];
  return (
    first !== undefined &&
    last !== undefined &&
    typeof min === 'number' &&
    typeof max === 'number' &&
    (min > first || max < last)
  );
}
