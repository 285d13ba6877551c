import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Remembered, SETTLED } from '../../../src/notebook/remembered';

describe('A remembered notebook', () => {
  let text = '';
  let remembered: Remembered<string>;
  beforeEach(() => {
    vi.useFakeTimers();
    text = 'one';
    remembered = new Remembered(
      () => text,
      ran => ran
    );
  });
  afterEach(() => vi.useRealTimers());

  const run = (): void => {
    remembered.noteBegun();
    remembered.noteRan();
  };
  const wait = (): void => void vi.advanceTimersByTime(SETTLED);

  it('is given as it is', () => {
    expect(remembered.give('start')).toBe('one');
    text = 'two';
    expect(remembered.give('end')).toBe('two');
    expect(remembered.give('next')).toBe('two');
  });

  it('is given as it was before the cells that run now, when the next run ends this one', () => {
    run();
    wait();
    text = 'edited for the next';
    remembered.noteBegun();
    text = 'and cleared';
    expect(remembered.give('next')).toBe('one');
  });

  it('is remembered once all cells that waited for their turn have run', () => {
    run();
    text = 'two';
    run();
    wait();
    text = 'edited';
    run();
    run();
    expect(remembered.give('next')).toBe('two');
  });

  it('is remembered as it was when the last cell had run, whatever is typed right after', () => {
    run();
    text = 'typed at once';
    wait();
    remembered.noteBegun();
    expect(remembered.give('next')).toBe('one');
  });

  it('is not remembered anew when a display is drawn again after an edit', () => {
    run();
    wait();
    text = 'edited';
    remembered.noteRan();
    wait();
    remembered.noteBegun();
    expect(remembered.give('next')).toBe('one');
  });
});
