/** What a person chose for one project: columns, order, baseline, filter. Reads anything, writes one form. */

import type { Choices } from '../contract';
import type { QuickFilter } from './query';

/** How the columns are arranged; keys as in `Column.key`. */
export interface ColumnChoices {
  readonly hidden: readonly string[];
  /** Shown though they are the same in all runs. */
  readonly shown: readonly string[];
  readonly pinned: readonly string[];
  readonly order: readonly string[];
  readonly widths: Readonly<Record<string, number>>;
}

/** Everything that is remembered of a table of runs. */
export interface TableChoices {
  readonly version: 1;
  readonly columns: ColumnChoices;
  readonly sort: string;
  readonly query: string;
  readonly quick: readonly QuickFilter[];
  readonly archived: boolean;
  /** A field, `params.NAME` or "twins"; empty without groups. */
  readonly group: string;
  /** `RunRow.id` of the run others are compared with; null lets the server choose. */
  readonly baseline: string | null;
  /** Colours given to runs, 1 to 8, where the one of their id was taken. */
  readonly colours: Readonly<Record<string, number>>;
  /** Runs that charts leave out. */
  readonly unseen: readonly string[];
  readonly selection: readonly string[];
  /** Sections of the compare and run tabs that are folded. */
  readonly folded: readonly string[];
  /** Whether runs of the usual remote are pulled now and then, unasked. */
  readonly pulls: boolean;
}

/** Nothing chosen yet. */
export const NO_CHOICES: TableChoices = {
  version: 1,
  columns: { hidden: [], shown: [], pinned: [], order: [], widths: {} },
  sort: '',
  query: '',
  quick: [],
  archived: false,
  group: '',
  baseline: null,
  colours: {},
  unseen: [],
  selection: [],
  folded: [],
  pulls: false
};

const QUICK: ReadonlySet<string> = new Set<QuickFilter>(['starred', 'open', 'failed', 'promoted', 'mine']);
// Together well below the 64 kB a clone keeps.
const MOST_NAMES = 300;
const LONGEST_NAME = 120;
const LONGEST_QUERY = 4000;

/** Read what was kept, whoever wrote it: what cannot be understood is as if it had not been chosen. */
export function parseChoices(kept: Choices['choices']): TableChoices {
  const columns = objectOf(kept['columns']);
  return {
    version: 1,
    columns: {
      hidden: namesOf(columns['hidden']),
      shown: namesOf(columns['shown']),
      pinned: namesOf(columns['pinned']),
      order: namesOf(columns['order']),
      widths: numbersOf(columns['widths'], 40, 800)
    },
    sort: textOf(kept['sort']),
    query: textOf(kept['query']),
    quick: namesOf(kept['quick']).filter((name): name is QuickFilter => QUICK.has(name)),
    archived: kept['archived'] === true,
    group: textOf(kept['group']),
    baseline: textOf(kept['baseline']) || null,
    colours: numbersOf(kept['colours'], 1, 8),
    unseen: namesOf(kept['unseen']),
    selection: namesOf(kept['selection']),
    folded: namesOf(kept['folded']),
    pulls: kept['pulls'] === true
  };
}

/** Write choices as a clone keeps them; names of other programs in `kept` stay. */
export function writeChoices(choices: TableChoices, kept: Choices['choices'] = {}): Choices['choices'] {
  const { columns, ...others } = choices;
  return {
    ...kept,
    ...others,
    columns: { ...columns, widths: lastOf(columns.widths) },
    colours: lastOf(choices.colours),
    unseen: choices.unseen.slice(-MOST_NAMES),
    selection: choices.selection.slice(-MOST_NAMES)
  };
}

function objectOf(value: unknown): { readonly [key: string]: unknown } {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {};
}

function textOf(value: unknown): string {
  return typeof value === 'string' && value.length <= LONGEST_QUERY ? value : '';
}

function namesOf(value: unknown): readonly string[] {
  const names = Array.isArray(value) ? value : [];
  const texts = names.filter((name): name is string => typeof name === 'string' && name.length <= LONGEST_NAME);
  return [...new Set(texts)].slice(-MOST_NAMES);
}

function numbersOf(value: unknown, least: number, most: number): Readonly<Record<string, number>> {
  const entries = Object.entries(objectOf(value)).filter(
    (entry): entry is [string, number] =>
      typeof entry[1] === 'number' && entry[1] >= least && entry[1] <= most && entry[0].length <= LONGEST_NAME
  );
  return Object.fromEntries(entries.slice(-MOST_NAMES));
}

function lastOf<T>(record: Readonly<Record<string, T>>): Readonly<Record<string, T>> {
  return Object.fromEntries(Object.entries(record).slice(-MOST_NAMES));
}
