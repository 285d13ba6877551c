/** Any metric against any parameter or metric: where each run's point stands. */

import type { Axis } from './axes';
import { makeScale } from './scales';
import type { Scale, Wanted } from './scales';

/** One run's point, from 0 to 1 on both axes; `run` is its place among the compared. */
export interface ScatterPoint {
  readonly run: number;
  readonly x: number;
  readonly y: number;
}

export interface Scattered {
  readonly x: Scale;
  readonly y: Scale;
  readonly points: readonly ScatterPoint[];
  /** Runs that have no place on one of the axes. */
  readonly left: number;
}

/** Place every run; runs without a value on either axis are counted in `left`. */
export function scatter(x: Axis, y: Axis, wanted: { readonly x: Wanted; readonly y: Wanted }): Scattered {
  const scaleX = makeScale(x.values, wanted.x);
  const scaleY = makeScale(y.values, wanted.y);
  const points: ScatterPoint[] = [];
  x.values.forEach((value, run) => {
    const px = scaleX.place(value);
    const py = scaleY.place(y.values[run]);
    if (px !== null && py !== null) {
      points.push({ run, x: px, y: py });
    }
  });
  return { x: scaleX, y: scaleY, points, left: x.values.length - points.length };
}

/** Choose what to show first: the first metric against the first parameter that varies, else the second metric. */
export function firstPair(axes: readonly Axis[]): { readonly x: string; readonly y: string } | null {
  const metric = axes.find(axis => axis.kind === 'metric');
  const other = axes.find(axis => axis.kind === 'param') ?? axes.find(axis => axis !== metric);
  return metric && other ? { x: other.id, y: metric.id } : null;
}
