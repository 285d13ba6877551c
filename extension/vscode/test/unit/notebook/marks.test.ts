import { describe, expect, it } from 'vitest';
import { marksOf } from '../../../src/notebook/marks';

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
    const marks = marksOf(
      [ran(1, 1, 'a = 1', true, 'A'), ran(2, 2, 'b', false, 'B'), ran(3, 3, 'c', null, 'C')],
      [seen('C', null, 'c'), seen('B', 2, 'b'), seen('A', 1, 'a = 2')]
    );
    expect([...marks]).toEqual([
      [2, { state: 'ran', isEdited: true }],
      [1, { state: 'failed', isEdited: false }],
      [0, { state: 'running', isEdited: false }]
    ]);
  });

  it('stand later where number and source are the same', () => {
    const marks = marksOf(
      [ran(1, 4, 'a = 1', true), ran(2, 5, 'b = 2', true), ran(3, 6, 'gone', true)],
      [seen('A', 4, 'a = 1\r\n'), seen('B', 5, 'b = 3'), seen('C', 7, 'gone')]
    );
    expect([...marks]).toEqual([[0, { state: 'ran', isEdited: false }]]);
  });

  it('tell of the last execution', () => {
    const marks = marksOf([ran(1, 1, 'a', false, 'A'), ran(2, 2, 'a', true, 'A')], [seen('A', 2, 'a')]);
    expect(marks.get(0)).toEqual({ state: 'ran', isEdited: false });
  });
});
