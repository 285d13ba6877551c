/** A run as words of a tree: label, description, tip and what can be done with it. Pure. */

import {
  differing,
  formatAge,
  formatAligned,
  formatDelta,
  formatDuration,
  formatMoment,
  formatShort,
  visible
} from '@trackside/ui';
import type { RunRow, Words } from '@trackside/ui';

/** What a run is looked at beside. */
export interface Beside {
  /** The metric that is shown; null when there is none. */
  readonly metric: string | null;
  readonly baseline: RunRow | null;
  /** `RunRow.id` of the best run. */
  readonly best: string | null;
  /** Unix seconds. */
  readonly now: number;
}

/** A line of a tip: what it is about, and what there is to say. */
export type Fact = readonly [string, string];

type Verdict = RunRow['metrics'][string]['verdict'];

/** Word value, change and age: `0.9412 ↑0.012 · 3 h`. */
export function describeRun(row: RunRow, beside: Beside): string {
  const marks = [row.star ? '★' : '', row.id === beside.best ? '♛' : '', row.promoted ? '⎇' : '']
    .filter(Boolean)
    .join('');
  return [marks, metricWords(row, beside), when(row, beside.now), row.warnings > 0 ? `⚠ ${row.warnings}` : '']
    .filter(Boolean)
    .join('  ·  ');
}

/** How the main metric compares with the baseline run. */
export function verdictOf(row: RunRow, metric: string | null): Verdict {
  const cell = metric === null ? undefined : row.metrics[metric];
  return cell?.verdict ?? 'unknown';
}

/** The facts of a tip, most telling first; a name or value from Git is text and nothing else. */
export function factsOf(row: RunRow, beside: Beside, t: Words): readonly Fact[] {
  const facts: Fact[] = [];
  const add = (name: string, text: string | null | undefined): void => {
    if (text) {
      facts.push([name, text]);
    }
  };
  add(t('problem'), row.problem && visible(row.problem));
  for (const [name, cell] of Object.entries(row.metrics).slice(0, 6)) {
    const change =
      cell.delta === null || cell.delta === 0 ? '' : ` (${formatDelta(cell.delta)} ${t(VERDICTS[cell.verdict])})`;
    add(visible(name, 60), `${formatAligned(cell.last)}${change}`);
  }
  for (const [name, value] of differing(row, beside.baseline).slice(0, 8)) {
    add(visible(name, 60), formatShort(value));
  }
  add(t('status'), t(STATUSES[row.status]));
  add(t('started'), formatMoment(row.started));
  add(t('took'), formatDuration(row.duration));
  add(t('notebook'), row.notebook && visible(row.notebook));
  add(t('branch'), row.branch && visible(row.branch));
  add(t('promoted to'), row.promoted && visible(row.promoted));
  add(t('by'), visible(row.author));
  add(t('tags'), row.tags.map(tag => visible(tag, 40)).join(', '));
  add(t('note'), visible(row.note));
  return facts;
}

/** Say the same to a screen reader in one sentence. */
export function spokenRun(row: RunRow, beside: Beside, t: Words): string {
  const { metric } = beside;
  const cell = metric === null ? undefined : row.metrics[metric];
  const value =
    cell && metric !== null ? `${visible(metric, 60)} ${formatAligned(cell.last)}, ${t(VERDICTS[cell.verdict])}` : '';
  const age = formatAge(row.started, beside.now);
  return [visible(row.name, 80), t(STATUSES[row.status]), value, row.star ? t('starred') : '', age]
    .filter(Boolean)
    .join(', ');
}

/** What a menu may offer, as words between semicolons: `;sealed;notebook;star;`. */
export function contextOf(row: RunRow): string {
  const can = row.oid === null ? ['open'] : ['sealed', row.source];
  const has = [row.star ? 'star' : 'plain', row.archived ? 'archived' : '', row.notebook ? 'notebook' : ''];
  return `run;${[...can, ...has].filter(Boolean).join(';')};`;
}

function metricWords(row: RunRow, { metric }: Beside): string {
  const cell = metric === null ? undefined : row.metrics[metric];
  if (!cell) {
    return row.problem ? visible(row.problem, 60) : '';
  }
  const { delta, verdict } = cell;
  if (delta === null || delta === 0) {
    return formatAligned(cell.last);
  }
  const sign = verdict === 'noise' ? '≈' : delta > 0 ? '↑' : '↓';
  return `${formatAligned(cell.last)} ${sign}${formatDelta(delta).replace(/^[+−]/, '')}`;
}

function when(row: RunRow, now: number): string {
  return row.status === 'open'
    ? formatDuration(Math.max(row.duration, now - row.started))
    : formatAge(row.started, now);
}

const STATUSES: Readonly<Record<RunRow['status'], string>> = {
  open: 'running',
  finished: 'finished',
  failed: 'failed',
  interrupted: 'interrupted'
};

const VERDICTS: Readonly<Record<Verdict, string>> = {
  better: 'better',
  worse: 'worse',
  same: 'the same',
  noise: 'within noise',
  unknown: 'changed'
};
