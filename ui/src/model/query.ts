/** The text of a filter: what a person typed, as the server reads it, and what could come next. */

import type { Person } from '../contract';

/** A filter that is one press away. */
export type QuickFilter = 'starred' | 'open' | 'failed' | 'promoted' | 'mine';

const QUICK: Readonly<Record<Exclude<QuickFilter, 'mine'>, string>> = {
  starred: 'star',
  open: 'status == "open"',
  failed: 'status in ["failed", "interrupted"]',
  promoted: 'promoted'
};

/** The fields of the query language beside metrics and parameters. */
export const FIELDS = [
  'name',
  'title',
  'status',
  'tags',
  'note',
  'author',
  'email',
  'branch',
  'notebook',
  'baseline',
  'commit',
  'started',
  'age',
  'duration',
  'star',
  'archived',
  'promoted',
  'source',
  'warnings',
  'problem'
] as const;

const FLAGS: ReadonlySet<string> = new Set(['star', 'archived', 'promoted', 'warnings', 'problem', 'tags', 'note']);
const PLAIN_NAME = /^[^\W\d]\w*(?:\.[\w/-]*\w)*$/u;
const SIGN = /==|!=|<=|>=|!~|[<>~=]|\b(?:in|not in)\s*[[("']|&&|\|\|/;

/** Quote text for the query language. */
export function quoted(text: string): string {
  return `"${text.replace(/[\\"]/g, char => `\\${char}`)}"`;
}

/** Write the name of a metric or parameter as the query language does. */
export function referTo(head: 'metrics' | 'params', name: string): string {
  // Only ASCII words go without quotes: what counts as a letter differs between the two languages.
  return PLAIN_NAME.test(name) ? `${head}.${name}` : `${head}[${quoted(name)}]`;
}

/** Tell whether what was typed is a filter, and not words to look for. */
export function isFilter(text: string): boolean {
  const bare = text.replace(/"(?:[^"\\]|\\.)*"?|'(?:[^'\\]|\\.)*'?/g, '""').trim();
  if (SIGN.test(bare) || /^(?:metrics|params)[.[]/.test(bare)) {
    return true;
  }
  const words = bare.split(/\s+/).map(word => word.replace(/[()]/g, ''));
  const isJoined = words.every(word => FLAGS.has(word) || ['and', 'or', 'not'].includes(word));
  return words.some(word => FLAGS.has(word)) && isJoined;
}

/** Turn what was typed into a filter: as it is, or as words looked for in what people wrote. */
export function filterOf(text: string): string {
  const trimmed = text.trim();
  if (!trimmed || isFilter(trimmed)) {
    return trimmed;
  }
  return trimmed
    .split(/\s+/)
    .map(word => {
      const wanted = quoted(word);
      return `(${['name', 'tags', 'note', 'title', 'notebook'].map(one => `${one} ~ ${wanted}`).join(' or ')})`;
    })
    .join(' and ');
}

/** Join filters so that each holds; none gives the empty filter. */
export function joinFilters(filters: readonly string[]): string {
  const given = filters.map(filter => filter.trim()).filter(Boolean);
  return given.length < 2 ? (given[0] ?? '') : given.map(filter => `(${filter})`).join(' and ');
}

/** The filter of one person's runs; empty, and so every run, where Git knows nobody. */
export function runsOf(me: Person | null): string {
  if (!me || me.fallback) {
    return '';
  }
  return me.email ? `email == ${quoted(me.email)}` : `author == ${quoted(me.name)}`;
}

/** The whole filter of a table: what was typed, and the quick filters that are on; `me` is who looks at it. */
export function wholeQuery(text: string, quick: readonly QuickFilter[], me: Person | null = null): string {
  return joinFilters([...quick.map(one => (one === 'mine' ? runsOf(me) : QUICK[one])), filterOf(text)]);
}

/** Something that could stand at the caret. */
export interface Completion {
  readonly text: string;
  readonly kind: 'field' | 'metric' | 'param' | 'sign' | 'value';
}

/** What could replace the text from `from` to the caret. */
export interface Completions {
  readonly from: number;
  readonly items: readonly Completion[];
}

/** The names a filter can speak of here; `values` are those seen, by the name as the filter writes it. */
export interface KnownNames {
  readonly metrics: readonly string[];
  readonly params: readonly string[];
  readonly values: (name: string) => readonly string[];
}

const MOST = 12;
const SIGNS: readonly string[] = ['==', '!=', '>', '<', '>=', '<=', '~', 'in ['];

/** Offer names, signs or values at the caret; nothing inside a quoted text that is no value. */
export function complete(text: string, caret: number, names: KnownNames): Completions {
  const before = text.slice(0, caret);
  const value = /([^\W\d][\w./-]*|(?:metrics|params)\["[^"]*"\])\s*(?:==|!=|=)\s*("?[^"\s]*)$/u.exec(before);
  if (value) {
    const [, name = '', typed = ''] = value;
    const items = valuesOf(name, names).filter(one => isMatch(one, typed));
    return { from: caret - typed.length, items: items.slice(0, MOST).map(one => ({ text: one, kind: 'value' })) };
  }
  const after = /(?:^|[\s(])([^\W\d][\w./-]*|(?:metrics|params)\["[^"]*"\])\s+$/u.exec(before);
  if (after && !['and', 'or', 'not', 'in'].includes(after[1] ?? '')) {
    return { from: caret, items: SIGNS.map(sign => ({ text: sign, kind: 'sign' })) };
  }
  const word = /[^\s()[\],<>=~!]*$/u.exec(before)?.[0] ?? '';
  if (/["']/.test(word) || (before.split('"').length - 1) % 2 === 1) {
    return { from: caret, items: [] };
  }
  const all: Completion[] = [
    ...names.metrics.map(name => ({ text: referTo('metrics', name), kind: 'metric' as const })),
    ...names.params.map(name => ({ text: referTo('params', name), kind: 'param' as const })),
    ...FIELDS.map(name => ({ text: name, kind: 'field' as const }))
  ];
  const found = all.filter(item => isMatch(item.text, word) || isMatch(item.text.replace(/^\w+[.[]"?/, ''), word));
  return { from: caret - word.length, items: found.filter(item => item.text !== word).slice(0, MOST) };
}

function valuesOf(name: string, names: KnownNames): readonly string[] {
  switch (name) {
    case 'status':
      return ['"open"', '"finished"', '"failed"', '"interrupted"'];
    case 'source':
      return ['"trackside"', '"dvc"', '"journal"'];
    case 'star':
    case 'archived':
      return ['true', 'false'];
    default:
      return names.values(name);
  }
}

function isMatch(text: string, typed: string): boolean {
  return text.toLowerCase().startsWith(typed.toLowerCase());
}
