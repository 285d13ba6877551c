import { describe, expect, it } from 'vitest';
import { Marks } from '../../../src/notebook/marks';

const ran = (cell: number, count: number, source: string, ok: boolean | null, id: string | null = null) => ({
  cell,
  count,
  source,
  ok,
  id
});
const seen = (id: string, count: number | null, source: string) => ({ id, count, source });

describe('Marks of cells', () => {
  it('stand where the journal has the id of the cell, and say whether it was edited since', () => {
    const marks = new Marks([ran(1, 1, 'a = 1', true, 'A'), ran(2, 2, 'b', false, 'B'), ran(3, 3, 'c', null, 'C')]);
    expect(marks.of(seen('C', null, 'c'))).toEqual({ state: 'running', isEdited: false });
    expect(marks.of(seen('B', 2, 'b'))).toEqual({ state: 'failed', isEdited: false });
    expect(marks.of(seen('A', 1, 'a = 2'))).toEqual({ state: 'ran', isEdited: true });
    expect(marks.of(seen('D', null, 'a = 1'))).toBeNull();
  });

  it('stand later where number and source are the same', () => {
    const marks = new Marks([ran(1, 4, 'a = 1', true), ran(2, 5, 'b = 2', true), ran(3, 6, 'gone', true)]);
    expect(marks.of(seen('A', 4, 'a = 1\r\n'))).toEqual({ state: 'ran', isEdited: false });
    expect(marks.of(seen('B', 5, 'b = 3'))).toBeNull();
    expect(marks.of(seen('C', 7, 'gone'))).toBeNull();
  });

  it('tell of the last execution', () => {
    const marks = new Marks([ran(1, 1, 'a', false, 'A'), ran(2, 2, 'a', true, 'A')]);
    expect(marks.of(seen('A', 2, 'a'))).toEqual({ state: 'ran', isEdited: false });
  });

  it('do not stand at a cell that ran once more outside of the run', () => {
    const marks = new Marks([ran(1, 1, 'a', true, 'A')]);
    expect(marks.of(seen('A', 9, 'a'))).toBeNull();
    // In a kernel that was started again it may have the same number.
    expect(marks.of(seen('A', 1, 'a'), marks.last)).toBeNull();
  });
});
