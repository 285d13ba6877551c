import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Remembered, SETTLED } from '../../../src/notebook/remembered';

describe('A remembered notebook', () => {
  let text = '';
  let remembered: Remembered<string>;
  beforeEach(() => {
    vi.useFakeTimers();
    text = 'one';
    remembered = new Remembered(() => text);
  });
  afterEach(() => vi.useRealTimers());

  const run = (cell: string, order: number): void => {
    remembered.note(cell, {});
    remembered.note(cell, { executionOrder: order });
    remembered.note(cell, { executionOrder: order, success: true });
  };

  it('is given as it is', () => {
    expect(remembered.give('start')).toBe('one');
    text = 'two';
    expect(remembered.give('end')).toBe('two');
  });

  it('is given as it was before the cells that run now, when the next run ends this one', () => {
    remembered.give('start');
    run('A', 1);
    vi.advanceTimersByTime(SETTLED);
    text = 'edited for the next';
    remembered.note('A', {});
    text = 'and cleared';
    expect(remembered.give('next')).toBe('one');
  });

  it('is remembered once the cells that follow each other have run', () => {
    remembered.give('start');
    run('A', 1);
    remembered.note('B', {});
    text = 'two';
    remembered.note('B', { executionOrder: 2, success: false });
    remembered.note('A', {});
    text = 'cleared';
    expect(remembered.give('next')).toBe('two');
  });

  it('sees a cell that was given up', () => {
    remembered.give('start');
    remembered.note('A', {});
    remembered.note('A', {});
    vi.advanceTimersByTime(SETTLED);
    text = 'edited';
    remembered.note('B', {});
    expect(remembered.give('next')).toBe('one');
  });

  it('costs nothing while no run is open', () => {
    const copy = vi.fn(() => 'x');
    const untracked = new Remembered(copy);
    untracked.note('A', {});
    untracked.note('A', { success: true });
    vi.advanceTimersByTime(10 * SETTLED);
    expect(copy).not.toHaveBeenCalled();
  });
});
