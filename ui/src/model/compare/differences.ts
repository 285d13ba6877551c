/** A comparison → the rows of the difference table, worded. */

import type { Comparison, Direction, InputFact, InputRow, MetricRow, ParamRow, TextRow, Value } from '../../contract';
import { formatNumber, formatValue, visible } from '../format';
import { describeInput } from '../inputs';
import { judge } from './verdict';
import type { Verdict } from './verdict';

/** What a row is about; "data" are inputs, and parameters that name data; "other" are parameters that are no settings. */
export type RowKind = 'param' | 'data' | 'other' | 'metric' | 'fact';

/** One run's cell in a row. */
export interface DifferenceCell {
  readonly text: string;
  /** The exact value as a spreadsheet should hold it; null where the run has none. */
  readonly exact: Value;
  readonly present: boolean;
  /** Not the same as the first run's. */
  readonly differs: boolean;
  readonly best: boolean;
  readonly delta: number | null;
  readonly verdict: Verdict;
}

/** One parameter, metric or fact over all compared runs. */
export interface DifferenceRow {
  readonly id: string;
  readonly kind: RowKind;
  readonly name: string;
  readonly differs: boolean;
  readonly direction: Direction;
  readonly cells: readonly DifferenceCell[];
}

/** Return the rows in the order parameters, metrics, inputs, facts. */
export function collectRows(comparison: Comparison): DifferenceRow[] {
  return [
    ...comparison.params.map(paramRow),
    ...comparison.metrics.map(metricRow),
    ...comparison.inputs.map(inputRow),
    ...comparison.facts.map(row => textRow('fact', row))
  ];
}

/** Return those that differ, or all of them; without those that hold nothing. */
export function chooseRows(rows: readonly DifferenceRow[], showAll: boolean): DifferenceRow[] {
  return rows.filter(row => (showAll || row.differs) && row.cells.some(cell => cell.present));
}

/** Keep the columns of some runs, by their places. */
export function pickColumns(row: DifferenceRow, places: readonly number[]): DifferenceRow {
  return { ...row, cells: places.map(place => row.cells[place]).filter(cell => cell !== undefined) };
}

function paramRow(row: ParamRow): DifferenceRow {
  const first = row.present[0] ? JSON.stringify(row.values[0] ?? null) : '';
  return {
    id: `${row.box}:${row.name}`,
    kind: row.box === 'params' ? 'param' : row.box,
    name: row.name,
    differs: row.differs,
    direction: 'unknown',
    cells: row.values.map((value, place) => {
      const present = row.present[place] ?? false;
      const differs = present !== row.present[0] || (present && JSON.stringify(value) !== first);
      return plainCell(present ? formatValue(value) : '', present ? value : null, present, differs);
    })
  };
}

function metricRow(row: MetricRow): DifferenceRow {
  return {
    id: `metric:${row.name}`,
    kind: 'metric',
    name: row.name,
    differs: row.differs,
    direction: row.direction,
    cells: row.values.map((value, place) => {
      const delta = place === 0 ? null : (row.deltas[place] ?? null);
      const cell = plainCell(formatNumber(value), value, value !== null, value !== row.values[0]);
      return { ...cell, best: row.best === place, delta, verdict: judge(delta, row.direction) };
    })
  };
}

function inputRow(row: InputRow): DifferenceRow {
  const first = row.values[0] ?? null;
  return {
    id: `input:${row.path}`,
    kind: 'data',
    name: row.path,
    differs: row.differs,
    direction: 'unknown',
    cells: row.values.map(value =>
      value === null
        ? plainCell('', null, false, row.differs && first !== null)
        : plainCell(describeInput(value), exactInput(value), true, row.differs && !isSame(value, first))
    )
  };
}

/** The whole version as a spreadsheet should hold it. */
function exactInput({ kind, version, changed }: InputFact): string {
  return [kind, version, changed].filter(Boolean).join(' ');
}

function isSame(one: InputFact, other: InputFact | null): boolean {
  return other !== null && exactInput(one) === exactInput(other) && one.before === other.before;
}

function textRow(kind: RowKind, row: TextRow): DifferenceRow {
  return {
    id: `${kind}:${row.name}`,
    kind,
    name: row.name,
    differs: row.differs,
    direction: 'unknown',
    cells: row.values.map(value =>
      plainCell(value === null ? '' : visible(value), value, value !== null, value !== row.values[0])
    )
  };
}

function plainCell(text: string, exact: Value, present: boolean, differs: boolean): DifferenceCell {
  return { text, exact, present, differs, best: false, delta: null, verdict: 'unknown' };
}
