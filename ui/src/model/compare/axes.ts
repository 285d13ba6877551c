/** The axes of parallel coordinates and scatter: what varies among the compared runs. */

import type { Comparison, Direction, MetricNumber, Value } from '../../contract';
import { finite, makeScale } from './scales';
import type { Scale, Wanted } from './scales';

/** One parameter or metric as an axis; `values` by run, undefined where it has none. */
export interface Axis {
  readonly id: string;
  readonly kind: 'param' | 'metric';
  readonly name: string;
  readonly direction: Direction;
  readonly values: readonly (Value | MetricNumber | undefined)[];
}

/** A chosen range of an axis, from 0 to 1. */
export interface Brush {
  readonly from: number;
  readonly to: number;
}

/** Return the axes that vary, parameters first; `all` also gives those that do not. */
export function collectAxes(comparison: Comparison, all = false): Axis[] {
  const params = comparison.params
    .filter(row => (all || row.differs) && row.box !== 'other')
    .map<Axis>(row => ({
      id: `param:${row.name}`,
      kind: 'param',
      name: row.name,
      direction: 'unknown',
      values: row.values.map((value, place) => (row.present[place] ? value : undefined))
    }));
  const metrics = comparison.metrics
    .filter(row => (all || row.differs) && row.values.some(value => finite(value) !== null))
    .map<Axis>(row => ({
      id: `metric:${row.name}`,
      kind: 'metric',
      name: row.name,
      direction: row.direction,
      values: row.values.map(value => value ?? undefined)
    }));
  return [...params, ...metrics];
}

/** Put axes in the order of `order` (ids); those it does not name keep their place behind. */
export function orderAxes(axes: readonly Axis[], order: readonly string[]): Axis[] {
  const rank = new Map(order.map((id, index) => [id, index]));
  return axes
    .map((axis, index) => ({ axis, at: rank.get(axis.id) ?? order.length + index }))
    .sort((left, right) => left.at - right.at)
    .map(({ axis }) => axis);
}

/** Move the id at `from` by `by` places; the ends hold. */
export function moved(ids: readonly string[], from: number, by: number): string[] {
  const rest = [...ids];
  const [id] = rest.splice(from, 1);
  if (id === undefined) {
    return rest;
  }
  rest.splice(Math.min(Math.max(from + by, 0), rest.length), 0, id);
  return rest;
}

/** One axis with where each run stands on it. */
export interface PlacedAxis {
  readonly axis: Axis;
  readonly scale: Scale;
  readonly places: readonly (number | null)[];
}

/** Place every run on every axis. */
export function placeAxes(axes: readonly Axis[], wanted: Wanted = 'auto'): PlacedAxis[] {
  return axes.map(axis => {
    const scale = makeScale(axis.values, wanted);
    return { axis, scale, places: axis.values.map(value => scale.place(value)) };
  });
}

/** Tell for each run whether it lies inside every brush; a run without a value lies outside. */
export function withinBrushes(
  placed: readonly PlacedAxis[],
  brushes: Readonly<Record<string, Brush | undefined>>,
  runs: number
): boolean[] {
  const chosen = placed.filter(({ axis }) => brushes[axis.id]);
  return Array.from({ length: runs }, (_, run) =>
    chosen.every(({ axis, places }) => {
      const brush = brushes[axis.id];
      const place = places[run] ?? null;
      return brush !== undefined && place !== null && place >= brush.from - 1e-9 && place <= brush.to + 1e-9;
    })
  );
}

/** Move the edges of a brush by the keyboard; at least 0.02 wide, inside 0…1. */
export function nudged(brush: Brush, edge: 'from' | 'to' | 'both', by: number): Brush {
  const least = 0.02;
  if (edge === 'both') {
    const shift = Math.min(Math.max(by, -brush.from), 1 - brush.to);
    return { from: brush.from + shift, to: brush.to + shift };
  }
  return edge === 'from'
    ? { from: Math.min(Math.max(brush.from + by, 0), brush.to - least), to: brush.to }
    : { from: brush.from, to: Math.max(Math.min(brush.to + by, 1), brush.from + least) };
}
