import { describe, expect, it } from 'vitest';
import type { CodeDiff } from '../../src/contract';
import { countCells, foldCells } from '../../src/model/diff/folding';
import { readSources } from '../../src/model/diff/notebook';
import { countLines, parseUnified } from '../../src/model/diff/unified';
import { compareWords } from '../../src/model/diff/words';
import { golden } from './golden';

const diff = golden<CodeDiff>('diff');

describe('a unified diff', () => {
  it('is numbered on both sides', () => {
    const [hunk] = parseUnified(diff.files[1]?.diff ?? '');
    expect(hunk?.lines.map(line => [line.kind, line.before, line.after])).toEqual([
      ['same', 1, 1],
      ['removed', 2, null],
      ['added', null, 2]
    ]);
  });
  it('marks the words that changed within a line', () => {
    const [hunk] = parseUnified('@@ -1 +1 @@\n-lr = 0.1\n+lr = 0.3');
    expect(hunk?.lines[0]?.pieces?.filter(piece => piece.changed).map(piece => piece.text)).toEqual(['1']);
    expect(hunk?.lines[1]?.pieces?.filter(piece => piece.changed).map(piece => piece.text)).toEqual(['3']);
  });
  it('marks nothing in lines that have little in common', () => {
    expect(compareWords('import numpy', 'def f(x): return')).toBeNull();
    expect(compareWords('', 'a')).toBeNull();
  });
  it('counts lines, and keeps a content line that looks like a head of a file', () => {
    const hunks = parseUnified('@@ -1,2 +1 @@\n--- a/x\n-b\n+++ c');
    expect(countLines(hunks)).toEqual({ added: 1, removed: 2 });
    expect(hunks[0]?.lines[0]?.text).toBe('-- a/x');
  });
  it('takes whatever it is given', () => {
    expect(parseUnified('')).toEqual([]);
    expect(parseUnified('garbage\nmore')).toEqual([]);
    expect(parseUnified('@@ -1 +1 @@\n-a\n\\ No newline at end of file\n+b')[0]?.lines[1]?.kind).toBe('note');
  });
});

describe('a notebook diff', () => {
  it('folds the cells that are the same', () => {
    const cells = diff.files[2]?.cells ?? [];
    expect(foldCells(cells).map(block => block.kind)).toEqual(['same', 'cell']);
    expect(countCells(cells)).toEqual({ same: 1, changed: 1, added: 0, removed: 0 });
  });
  it('reads the sources of a notebook, and nothing of what is none', () => {
    expect(readSources({ cells: [{ source: ['a\n', 'b'] }, { source: 'c' }, { source: 3 }, null] })).toEqual([
      'a\nb',
      'c',
      '',
      ''
    ]);
    expect(readSources('nothing')).toEqual([]);
  });
});
