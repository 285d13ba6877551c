/** Which columns a table shows: those that vary, the constant ones folded, as a person arranged them. */

import type { ColumnFact, Direction } from '../contract';
import type { ColumnChoices } from './choices';
import { referTo } from './query';

/** What a column holds, told apart by colour. */
export type ColumnKind = 'field' | 'metric' | 'param' | 'note' | 'origin';

/** A column; `key` names it in choices (`metrics.acc`), `sort` in the query language (null: no order by it). */
export interface Column {
  readonly key: string;
  readonly kind: ColumnKind;
  readonly name: string;
  readonly direction: Direction;
  readonly sort: string | null;
  readonly width: number;
}

/** The columns of a table, left to right, and what is not among them. */
export interface Columns {
  readonly shown: readonly Column[];
  /** How many of `shown` are pinned to the left; the name is always the first. */
  readonly pinned: number;
  /** Everything that can be shown. */
  readonly offered: readonly Column[];
  /** Facts that are the same in all runs that have them, and not shown for that reason. */
  readonly folded: readonly ColumnFact[];
}

/** The name of the run: always there, always first. */
export const NAME_COLUMN: Column = field('name', 'field', 'name', 272);

const BEFORE: readonly Column[] = [field('started', 'field', 'age', 64)];
const AFTER: readonly Column[] = [
  field('tags', 'note', 'tags', 130),
  field('note', 'note', 'note', 170),
  field('duration', 'origin', 'duration', 96),
  field('notebook', 'origin', 'notebook', 130),
  field('author', 'origin', 'author', 120),
  { ...field('remotes', 'origin', 'remote', 96), sort: null },
  field('branch', 'origin', 'branch', 110),
  field('status', 'origin', 'status', 96),
  field('title', 'origin', 'title', 160),
  field('commit', 'origin', 'commit', 90)
];
const AT_FIRST_HIDDEN: ReadonlySet<string> = new Set(['branch', 'status', 'title', 'commit']);

/** More would be slow and say little; the others are offered. */
export const MOST_AT_FIRST = 24;

function field(key: string, kind: ColumnKind, name: string, width: number): Column {
  return { key, kind, name, direction: 'unknown', sort: key, width };
}

/** Turn a fact about the matching runs into the column of it. */
export function columnOf(fact: ColumnFact, mainMetric: string | null = null): Column {
  const head = fact.kind === 'metric' ? 'metrics' : 'params';
  return {
    key: `${head}.${fact.name}`,
    kind: fact.kind,
    name: fact.name,
    direction: fact.direction,
    sort: referTo(head, fact.name),
    // The main metric has its curve beside it.
    width: fact.kind === 'param' ? 104 : fact.name === mainMetric ? 190 : 132
  };
}

/** Arrange the columns of a table over `facts`, `total` runs matching; `isShared` once a remote was asked. */
export function arrangeColumns(
  facts: readonly ColumnFact[],
  total: number,
  mainMetric: string | null,
  choices: ColumnChoices,
  isShared = false
): Columns {
  const metrics = facts.filter(fact => fact.kind === 'metric');
  const params = facts.filter(fact => fact.kind === 'param');
  const offered = [
    ...BEFORE,
    ...metrics.map(fact => columnOf(fact, mainMetric)),
    ...params.map(fact => columnOf(fact)),
    ...AFTER
  ];
  const isShownFirst = shownAtFirst(metrics, params, total, mainMetric, isShared);
  const hidden = new Set(choices.hidden);
  const asked = new Set([...choices.shown, ...choices.pinned]);
  const isShown = (column: Column): boolean =>
    !hidden.has(column.key) && (asked.has(column.key) || isShownFirst(column.key));
  const shown = ordered(offered.filter(isShown), choices.order);
  const pins = choices.pinned.flatMap(key => shown.filter(column => column.key === key));
  const others = shown.filter(column => !pins.includes(column));
  const seen = new Set(shown.map(column => column.key));
  return {
    shown: [NAME_COLUMN, ...pins, ...others],
    pinned: 1 + pins.length,
    offered,
    folded: total < 2 ? [] : facts.filter(fact => fact.same && !seen.has(columnOf(fact).key))
  };
}

function shownAtFirst(
  metrics: readonly ColumnFact[],
  params: readonly ColumnFact[],
  total: number,
  mainMetric: string | null,
  isShared: boolean
): (key: string) => boolean {
  // With one run everything is "the same": then everything is worth seeing.
  const varying = (fact: ColumnFact): boolean =>
    total < 2 || !fact.same || (fact.kind === 'metric' && fact.name === mainMetric);
  const first = (facts: readonly ColumnFact[]): string[] =>
    facts
      .filter(varying)
      .slice(0, MOST_AT_FIRST)
      .map(fact => columnOf(fact).key);
  const shown = new Set([...first(metrics), ...first(params)]);
  for (const column of [...BEFORE, ...AFTER]) {
    if (!AT_FIRST_HIDDEN.has(column.key) && (isShared || column.key !== 'remotes')) {
      shown.add(column.key);
    }
  }
  return key => shown.has(key);
}

/** Put what a person placed where it was placed; what is new stays beside its neighbour of old. */
function ordered(columns: readonly Column[], order: readonly string[]): readonly Column[] {
  const rank = new Map(order.map((key, index) => [key, index]));
  const placed = columns.filter(column => rank.has(column.key));
  placed.sort((a, b) => (rank.get(a.key) ?? 0) - (rank.get(b.key) ?? 0));
  const result: Column[] = [...placed];
  let before = -1;
  for (const column of columns) {
    if (rank.has(column.key)) {
      before = result.indexOf(column);
    } else {
      before += 1;
      result.splice(before, 0, column);
    }
  }
  return result;
}

/** Move a column by `step` places among those shown; returns the order to remember. */
export function moveColumn(shown: readonly Column[], key: string, step: number): readonly string[] {
  const keys = shown.slice(1).map(column => column.key);
  const from = keys.indexOf(key);
  const to = Math.max(0, Math.min(keys.length - 1, from + step));
  if (from >= 0) {
    keys.splice(to, 0, ...keys.splice(from, 1));
  }
  return keys;
}

/** Put a column where another one stands; returns the order to remember. */
export function placeColumn(shown: readonly Column[], key: string, at: string): readonly string[] {
  const keys = shown.map(column => column.key);
  return moveColumn(shown, key, keys.indexOf(at) - keys.indexOf(key));
}

/** A band over neighbouring columns of one kind. */
export interface Band {
  readonly kind: ColumnKind;
  readonly columns: readonly Column[];
}

/** Collect neighbours of one kind; pinned columns have bands of their own. */
export function collectBands(columns: Columns): readonly Band[] {
  const bands: { kind: ColumnKind; columns: Column[] }[] = [];
  columns.shown.forEach((column, index) => {
    const last = bands.at(-1);
    if (last && last.kind === column.kind && index !== columns.pinned) {
      last.columns.push(column);
    } else {
      bands.push({ kind: column.kind, columns: [column] });
    }
  });
  return bands;
}
