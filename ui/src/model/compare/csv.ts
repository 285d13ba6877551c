/** Rows of the difference table → CSV (RFC 4180), exact values, one column for each run. */

import type { Value } from '../../contract';
import type { DifferenceRow } from './differences';

// A spreadsheet takes a text that begins so for a formula.
const FORMULA = /^[=+\-@\t\r\uff1d\uff0b\uff0d\uff20]/;

/** Write `kind,name,RUN…` and one line for each row. */
export function writeCsv(runs: readonly string[], rows: readonly DifferenceRow[]): string {
  const lines = [['kind', 'name', ...runs], ...rows.map(row => [row.kind, row.name, ...row.cells.map(exactText)])];
  return lines.map(line => line.map(csvCell).join(',')).join('\r\n') + '\r\n';
}

function exactText(cell: { readonly exact: Value; readonly present: boolean }): number | string {
  const { exact, present } = cell;
  if (!present || exact === null) {
    return '';
  }
  if (typeof exact === 'number') {
    return exact;
  }
  return Array.isArray(exact) ? JSON.stringify(exact) : String(exact);
}

/** Quote a cell where needed; a text that would act as a formula gets an apostrophe before it. */
export function csvCell(value: number | string): string {
  if (typeof value === 'number') {
    return String(value);
  }
  const text = FORMULA.test(value) && Number.isNaN(Number(value)) ? `'${value}` : value;
  return /[",\r\n]|^\s|\s$/.test(text) ? `"${text.replace(/"/g, '""')}"` : text;
}
