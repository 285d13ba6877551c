import { describe, expect, it } from 'vitest';
import { parseAnsi, stripAnsi } from '../../src/model/run/ansi';
import { collectLog, filterLog } from '../../src/model/run/log';

const brief = (text: string): unknown[] => parseAnsi(text).map(span => [span.text, span.colour, span.bold]);

describe('terminal colours', () => {
  it('become spans', () => {
    expect(brief('a\u001b[31mred\u001b[1mbold\u001b[0mend')).toEqual([
      ['a', null, false],
      ['red', 1, false],
      ['bold', 1, true],
      ['end', null, false]
    ]);
  });
  it('of 256 and of true colours become the nearest of sixteen', () => {
    expect(brief('\u001b[38;5;196mx\u001b[38;2;0;128;0my\u001b[39mz').map(span => (span as unknown[])[1])).toEqual([
      9,
      2,
      null
    ]);
  });
  it('leave no other sequence, whole or cut', () => {
    expect(stripAnsi('\u001b]8;;https://x\u0007link\u001b]8;;\u0007 \u001b[2K\u001b[1Aok\u001b')).toBe('link ok');
    expect(stripAnsi('a\u001b[')).toBe('a');
  });
  it('a line written anew shows what it ended as', () => {
    expect(stripAnsi('10%\r50%\r100%\r\nnext')).toBe('100%\nnext');
    expect(stripAnsi('whole\r')).toBe('whole');
  });
  it('take a megabyte in a time that grows with its length', { timeout: 30_000 }, () => {
    expect(parseAnsi('\u001b[31mx\u001b[0m'.repeat(100_000)).length).toBeGreaterThan(0);
  });
});

describe('the log', () => {
  const executed = {
    format: 1,
    cells: [
      {
        cell: 1,
        count: 1,
        source: '',
        ok: true,
        started: null,
        duration: null,
        outputs: [
          { kind: 'stdout' as const, text: 'one\n\u001b[1mTwo\u001b[0m\n', image: null },
          { kind: 'result' as const, text: '3', image: null },
          { kind: 'stderr' as const, text: 'warn', image: null }
        ]
      }
    ]
  };
  it('is what cells wrote, by line and stream', () => {
    const lines = collectLog(executed);
    expect(lines.map(line => line.stream)).toEqual(['stdout', 'stdout', 'stderr']);
    expect(filterLog(lines, 'two', 'all')).toHaveLength(1);
    expect(filterLog(lines, '', 'stderr')).toHaveLength(1);
  });
});
