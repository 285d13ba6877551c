/** Curves of several runs → one table over a common x, as charts draw it. */

import type { Curve, MetricNumber } from '../../contract';
import { smooth } from './smoothing';

/** What the x axis counts: logged steps, or seconds since each run started. */
export type Along = 'step' | 'time';

/** One run's line: undefined where it has no point, null where its point cannot be drawn (a gap). */
export interface Line {
  readonly run: string;
  readonly raw: readonly (number | null | undefined)[];
  /** Null unless smoothing was asked for. */
  readonly smooth: readonly (number | null | undefined)[] | null;
  /** What was logged at each x, also where it is not finite. */
  readonly said: readonly (MetricNumber | undefined)[];
  /** Points that could not be drawn: not finite, or not positive on a logarithmic axis. */
  readonly hidden: number;
}

/** All lines of one metric over the sorted `xs`. */
export interface Aligned {
  readonly xs: readonly number[];
  readonly lines: readonly Line[];
}

export interface AlignRequest {
  readonly along: Along;
  readonly log: boolean;
  /** From 0 to below 1. */
  readonly smoothing: number;
}

/** Tell whether any curve knows the times of its points. */
export function isTimed(curves: readonly Curve[]): boolean {
  return curves.some(curve => curve.points.some(point => point.t !== null));
}

/** Put the curves of one metric on a common x, in the order given. Of points at one x the last counts. */
export function alignCurves(curves: readonly Curve[], request: AlignRequest): Aligned {
  const points = curves.map(curve => collectPoints(curve, request.along));
  const xs = [...new Set(points.flatMap(map => [...map.keys()]))].sort((left, right) => left - right);
  return { xs, lines: curves.map((curve, index) => makeLine(curve.run, points[index] ?? new Map(), xs, request)) };
}

function collectPoints(curve: Curve, along: Along): Map<number, MetricNumber> {
  const found = new Map<number, MetricNumber>();
  for (const point of curve.points) {
    const x = along === 'time' ? point.t : point.step;
    if (x !== null && Number.isFinite(x)) {
      found.set(x, point.value);
    }
  }
  return found;
}

function makeLine(
  run: string,
  points: ReadonlyMap<number, MetricNumber>,
  xs: readonly number[],
  request: AlignRequest
): Line {
  const said = xs.map(x => points.get(x));
  const raw = said.map(value => (value === undefined ? undefined : drawable(value, request.log)));
  return {
    run,
    raw,
    smooth: request.smoothing > 0 ? smoothPresent(raw, request.smoothing) : null,
    said,
    hidden: raw.filter(value => value === null).length
  };
}

function drawable(value: MetricNumber, log: boolean): number | null {
  return typeof value === 'number' && Number.isFinite(value) && (!log || value > 0) ? value : null;
}

function smoothPresent(raw: readonly (number | null | undefined)[], weight: number): (number | null | undefined)[] {
  const smoothed = smooth(
    raw.filter(value => value !== undefined),
    weight
  );
  let next = 0;
  return raw.map(value => (value === undefined ? undefined : smoothed[next++]));
}

/** Return the index in `xs` nearest to `x`; -1 when there is none. */
export function nearest(xs: readonly number[], x: number): number {
  let low = 0;
  let high = xs.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((xs[middle] ?? 0) < x) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  const before = xs[low - 1];
  const here = xs[low];
  return before !== undefined && here !== undefined && x - before < here - x ? low - 1 : low < xs.length ? low : -1;
}
