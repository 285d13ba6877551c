/** Where a value stands on an axis: linear, logarithmic, or one lane for each of a few words. */

import type { MetricNumber, Value } from '../../contract';
import { formatNumber, formatValue } from '../format';

/** A mark of an axis: its place from 0 to 1 and what stands beside it. */
export interface Tick {
  readonly at: number;
  readonly label: string;
}

/** An axis from 0 to 1. `place` is null for what has no place on it. */
export interface Scale {
  readonly kind: 'linear' | 'log' | 'lanes';
  readonly ticks: readonly Tick[];
  place(value: Value | MetricNumber | undefined): number | null;
}

/** How an axis is wanted; "auto" is logarithmic when positive values span at least two decades. */
export type Wanted = 'auto' | 'linear' | 'log';

const DECADES = 100;
const NAMES_OF_NUMBERS: ReadonlySet<unknown> = new Set(['NaN', 'Infinity', '-Infinity']);

/** Return the finite number in a value, else null. */
export function finite(value: Value | MetricNumber | undefined): number | null {
  return typeof value === 'number' && Number.isFinite(value) ? value : null;
}

/** Tell whether all values that are there are numbers, at least one of them finite. */
export function isNumeric(values: readonly (Value | undefined)[]): boolean {
  let some = false;
  for (const value of values) {
    if (finite(value) !== null) {
      some = true;
    } else if (value !== null && value !== undefined && !NAMES_OF_NUMBERS.has(value)) {
      return false;
    }
  }
  return some;
}

/** Make the axis that holds all of `values`. Words, truth values and lists stand in lanes. */
export function makeScale(values: readonly (Value | MetricNumber | undefined)[], wanted: Wanted = 'auto'): Scale {
  if (!isNumeric(values)) {
    return makeLanes(values);
  }
  const numbers = values.map(finite).filter(number => number !== null);
  const low = Math.min(...numbers);
  const high = Math.max(...numbers);
  const isLog = low > 0 && (wanted === 'log' || (wanted === 'auto' && high / low >= DECADES));
  return isLog ? makeLog(low, high) : makeLinear(low, high, numbers.every(Number.isInteger));
}

/** Return about `count` round numbers that cover `low`…`high`; `whole` ones where only whole numbers make sense. */
export function roundTicks(low: number, high: number, whole = false, count = 5): number[] {
  if (!(high > low)) {
    return [low];
  }
  const rough = (high - low) / Math.max(1, count - 1);
  const power = 10 ** Math.floor(Math.log10(rough));
  const round = ([1, 2, 2.5, 5, 10].find(times => times * power >= rough * 0.999) ?? 10) * power;
  const step = whole ? Math.ceil(round) : round;
  if (!(step > 0) || !Number.isFinite(step)) {
    return [low, high];
  }
  const first = Math.floor(low / step + 1e-9);
  const last = Math.ceil(high / step - 1e-9);
  return Array.from({ length: last - first + 1 }, (_, index) => Number(((first + index) * step).toPrecision(12)));
}

function makeLinear(low: number, high: number, isWhole: boolean): Scale {
  const isPoint = low === high;
  const marks = isPoint ? [low] : roundTicks(low, high, isWhole);
  const start = isPoint ? low : (marks[0] ?? low);
  const width = isPoint ? 0 : (marks[marks.length - 1] ?? high) - start;
  const place = (number: number): number => (width === 0 ? 0.5 : (number - start) / width);
  return {
    kind: 'linear',
    ticks: marks.map(mark => ({ at: place(mark), label: formatNumber(mark) })),
    place: value => {
      const number = finite(value);
      return number === null ? null : clamp(place(number));
    }
  };
}

function makeLog(low: number, high: number): Scale {
  const start = Math.floor(Math.log10(low) + 1e-9);
  const end = Math.max(start + 1, Math.ceil(Math.log10(high) - 1e-9));
  const stride = Math.ceil((end - start) / 6);
  const ticks: Tick[] = [];
  for (let power = start; power <= end; power += stride) {
    ticks.push({ at: (power - start) / (end - start), label: powerLabel(power) });
  }
  return {
    kind: 'log',
    ticks,
    place: value => {
      const number = finite(value);
      return number === null || number <= 0 ? null : clamp((Math.log10(number) - start) / (end - start));
    }
  };
}

function powerLabel(power: number): string {
  return Math.abs(power) <= 3 ? formatNumber(10 ** power) : `1e${power < 0 ? '−' : ''}${Math.abs(power)}`;
}

function makeLanes(values: readonly (Value | MetricNumber | undefined)[]): Scale {
  const present = values.filter(value => value !== undefined);
  const labels = [...new Set(present.map(value => formatValue(value)))].sort(compareWords);
  const places = new Map(labels.map((label, index) => [label, (index + 0.5) / labels.length]));
  return {
    kind: 'lanes',
    ticks: labels.map(label => ({ at: places.get(label) ?? 0, label })),
    place: value => (value === undefined ? null : (places.get(formatValue(value)) ?? null))
  };
}

function compareWords(left: string, right: string): number {
  return left.localeCompare(right, 'en', { numeric: true });
}

function clamp(place: number): number {
  return Math.min(1, Math.max(0, place));
}
