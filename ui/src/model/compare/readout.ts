/** What a chart says at a place along x: each run's value there, in words. */

import type { MetricNumber } from '../../contract';
import { formatDuration, formatNumber } from '../format';
import type { Aligned, Along, Line } from './alignment';

/** One run's value at, or nearest to, a place. */
export interface Reading {
  readonly run: string;
  readonly value: MetricNumber | null;
  /** The smoothed value, when the chart is smoothed. */
  readonly smooth: number | null;
}

/** Read every line at the index `at` of the common x; null reads each line's last point. */
export function readAt(aligned: Aligned, at: number | null): Reading[] {
  return aligned.lines.map(line => {
    const index = at === null ? lastOf(line) : nearestOf(line, at);
    return index === null
      ? { run: line.run, value: null, smooth: null }
      : { run: line.run, value: line.said[index] ?? null, smooth: line.smooth?.[index] ?? null };
  });
}

/** Word a place along x. */
export function formatAlong(x: number, along: Along): string {
  return along === 'time' ? formatDuration(x) : formatNumber(x);
}

/** Word seconds as a clock does, for the marks of an axis. */
export function formatElapsed(seconds: number): string {
  if (seconds < 60) {
    return `${formatNumber(Number(seconds.toPrecision(6)))} s`;
  }
  const whole = Math.round(seconds);
  const two = (part: number): string => String(part).padStart(2, '0');
  const minutes = `${two(Math.floor(whole / 60) % 60)}:${two(whole % 60)}`;
  return whole < 3600 ? minutes.replace(/^0/, '') : `${Math.floor(whole / 3600)}:${minutes}`;
}

function lastOf(line: Line): number | null {
  for (let index = line.said.length - 1; index >= 0; index--) {
    if (line.said[index] !== undefined) {
      return index;
    }
  }
  return null;
}

/** The nearest point of the line; null before its first and after its last. */
function nearestOf(line: Line, at: number): number | null {
  const { said } = line;
  let low = at;
  while (low >= 0 && said[low] === undefined) {
    low -= 1;
  }
  let high = at;
  while (high < said.length && said[high] === undefined) {
    high += 1;
  }
  if (low < 0 || high >= said.length) {
    return null;
  }
  return at - low <= high - at ? low : high;
}

/** Indices of points that no line leads to or from, and so must be drawn as dots. */
export function findAlone(values: readonly (number | null | undefined)[]): number[] {
  const present = values.flatMap((value, index) => (value === undefined ? [] : [index]));
  return present.filter((index, place) => {
    const before = values[present[place - 1] ?? -1] ?? null;
    const after = values[present[place + 1] ?? -1] ?? null;
    return values[index] !== null && before === null && after === null;
  });
}
