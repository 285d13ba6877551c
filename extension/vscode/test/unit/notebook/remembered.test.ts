import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { AWAITED, Remembered, SETTLED } from '../../../src/notebook/remembered';

const FIRST = {};
const SECOND = {};

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
    remembered.noteBegun(FIRST);
    remembered.noteRan(FIRST, true);
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
    remembered.noteBegun(FIRST);
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
    remembered.noteBegun(FIRST);
    expect(remembered.give('next')).toBe('one');
  });

  it('is not remembered anew when a display is drawn again after an edit', () => {
    run();
    wait();
    text = 'edited';
    remembered.noteRan(FIRST, true);
    wait();
    remembered.noteBegun(FIRST);
    expect(remembered.give('next')).toBe('one');
  });

  it('is not remembered while a cell runs, when a display of one before it is drawn again', () => {
    run();
    remembered.noteBegun(SECOND);
    remembered.noteRan(FIRST, true);
    wait();
    text = 'two';
    remembered.noteRan(SECOND, true);
    wait();
    remembered.noteBegun(FIRST);
    expect(remembered.give('next')).toBe('two');
  });

  it('waits longer for cells that wait for their turn, and no more once one has failed', () => {
    remembered.noteBegun(FIRST);
    remembered.noteBegun(SECOND);
    remembered.noteRan(FIRST, true);
    wait();
    text = 'two';
    remembered.noteBegun(SECOND);
    expect(remembered.give('next')).toBe('two');
    remembered.noteRan(SECOND, true);
    wait();
    remembered.noteBegun(FIRST);
    expect(remembered.give('next')).toBe('two');
    remembered.noteBegun(SECOND);
    text = 'three';
    remembered.noteRan(FIRST, false);
    wait();
    remembered.noteBegun(FIRST);
    expect(remembered.give('next')).toBe('three');
  });

  it('is remembered in the end when cells that waited were never run', () => {
    remembered.noteBegun(FIRST);
    remembered.noteBegun(SECOND);
    remembered.noteRan(FIRST, true);
    vi.advanceTimersByTime(AWAITED);
    text = 'edited';
    remembered.noteBegun(FIRST);
    expect(remembered.give('next')).toBe('one');
  });
});
