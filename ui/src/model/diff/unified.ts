/** The text of a unified diff → numbered lines, with the words that changed within a line marked. */

import { compareWords } from './words';
import type { Piece } from './words';

/** One line; `before` and `after` are its numbers on both sides, null where it is not. */
export interface DiffLine {
  readonly kind: 'same' | 'added' | 'removed' | 'note';
  readonly before: number | null;
  readonly after: number | null;
  readonly text: string;
  /** Null unless the line was edited from a line of the other side. */
  readonly pieces: readonly Piece[] | null;
}

/** A part of a file; lines between two hunks are the same on both sides and not told. */
export interface Hunk {
  readonly before: number;
  readonly after: number;
  readonly lines: readonly DiffLine[];
}

const HEAD = /^@@ -(\d+)(?:,\d+)? \+(\d+)(?:,\d+)? @@/;
const KINDS: Readonly<Record<string, DiffLine['kind']>> = { '+': 'added', '-': 'removed', ' ': 'same', '\\': 'note' };

/** Parse the hunks of one file or cell. Never throws: lines before the first hunk head are left out. */
export function parseUnified(diff: string): Hunk[] {
  const hunks: { before: number; after: number; lines: DiffLine[] }[] = [];
  let before = 0;
  let after = 0;
  for (const line of diff === '' ? [] : diff.split('\n')) {
    const head = HEAD.exec(line);
    if (head) {
      before = Number(head[1]);
      after = Number(head[2]);
      hunks.push({ before, after, lines: [] });
      continue;
    }
    const hunk = hunks[hunks.length - 1];
    if (!hunk) {
      continue;
    }
    const kind = KINDS[line[0] ?? ' '] ?? 'same';
    const isBefore = kind === 'same' || kind === 'removed';
    const isAfter = kind === 'same' || kind === 'added';
    hunk.lines.push({
      kind,
      before: isBefore ? before++ : null,
      after: isAfter ? after++ : null,
      text: line.slice(1).replace(/\r$/, ''),
      pieces: null
    });
  }
  return hunks.map(hunk => ({ ...hunk, lines: markWords(hunk.lines) }));
}

/** Count added and removed lines. */
export function countLines(hunks: readonly Hunk[]): { readonly added: number; readonly removed: number } {
  const lines = hunks.flatMap(hunk => hunk.lines);
  return {
    added: lines.filter(line => line.kind === 'added').length,
    removed: lines.filter(line => line.kind === 'removed').length
  };
}

/** Pair the removed lines of a block with the added ones that follow, first with first. */
function markWords(lines: readonly DiffLine[]): DiffLine[] {
  const marked = [...lines];
  let start = 0;
  while (start < marked.length) {
    if (marked[start]?.kind !== 'removed') {
      start += 1;
      continue;
    }
    const middle = endOf(marked, start, 'removed');
    const end = endOf(marked, middle, 'added');
    for (let pair = 0; pair < Math.min(middle - start, end - middle); pair++) {
      markPair(marked, start + pair, middle + pair);
    }
    start = end;
  }
  return marked;
}

function endOf(lines: readonly DiffLine[], start: number, kind: DiffLine['kind']): number {
  let end = start;
  while (lines[end]?.kind === kind) {
    end += 1;
  }
  return end;
}

function markPair(lines: DiffLine[], removed: number, added: number): void {
  const old = lines[removed];
  const now = lines[added];
  const words = old && now ? compareWords(old.text, now.text) : null;
  if (old && now && words) {
    lines[removed] = { ...old, pieces: words.before };
    lines[added] = { ...now, pieces: words.after };
  }
}
