import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Choices } from '../../src/contract';
import { assignColours, ownColour } from '../../src/model/colours';
import { NO_CHOICES, parseChoices, writeChoices } from '../../src/model/choices';
import { Remembered } from '../../src/model/remembering';
import { cycleSort, formatSort, parseSort } from '../../src/model/sorting';
import { golden } from '../golden';

describe('choices', () => {
  it('kept earlier are read', () => {
    const choices = parseChoices(golden<Choices>('choices').choices);
    expect([choices.columns.hidden, choices.columns.pinned, choices.sort, choices.baseline]).toEqual([
      ['params.seed'],
      ['metrics.val_acc'],
      '-metrics.val_acc',
      '20260921t142740-0000000001'
    ]);
  });

  it('that are junk are as if nothing had been chosen', () => {
    const junk = { columns: [1], sort: {}, query: 7, quick: ['x', 3], colours: { a: 99, b: 'red' }, unseen: 'all' };
    expect(parseChoices(junk)).toEqual(NO_CHOICES);
  });

  it('survive being written and read, with what others keep there', () => {
    const choices = { ...NO_CHOICES, sort: 'started', colours: { a: 3 } };
    const written = writeChoices(choices, { theirs: 1 });
    expect([parseChoices(written), written['theirs']]).toEqual([choices, 1]);
  });
});

describe('remembering', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('saves once after several changes, and keeps those made before it was loaded', async () => {
    const saved: Choices[] = [];
    const remembered = new Remembered({
      load: () => Promise.resolve({ format: 1, choices: { sort: 'name', group: 'twins' } }),
      save: choices => Promise.resolve(saved.push(choices))
    });
    remembered.change(choices => ({ ...choices, sort: 'started' }));
    await remembered.load();
    remembered.change(choices => ({ ...choices, archived: true }));
    await vi.advanceTimersByTimeAsync(1000);
    expect(saved.map(one => [one.choices['sort'], one.choices['group'], one.choices['archived']])).toEqual([
      ['started', 'twins', true]
    ]);
  });

  it('asks once for all views, and keeps what is changed after the first answer', async () => {
    let asked = 0;
    const remembered = new Remembered({
      load: () => Promise.resolve({ format: 1, choices: { sort: `asked ${(asked += 1)}` } }),
      save: () => Promise.resolve(null)
    });
    const views = [remembered.load(), remembered.load()];
    await views[0];
    remembered.change(choices => ({ ...choices, sort: 'name' }));
    await views[1];
    expect([asked, remembered.current().sort]).toEqual([1, 'name']);
  });
});

describe('colours', () => {
  it('of a run are always the same, of runs drawn together different', () => {
    const runs = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];
    const given = assignColours(runs, {});
    expect(new Set(runs.map(run => given[run] ?? ownColour(run))).size).toBe(8);
    expect(assignColours(runs, given)).toEqual(given);
  });
});

describe('an order', () => {
  it('is read and written, commas in quotes included', () => {
    const text = '-metrics["a,b"],started';
    expect(parseSort(text)).toEqual([
      { key: 'metrics["a,b"]', down: true },
      { key: 'started', down: false }
    ]);
    expect(formatSort(parseSort(text))).toBe(text);
  });

  it('goes round by clicks: its first direction, the other, none', () => {
    const once = cycleSort([], 'a', true, false);
    const twice = cycleSort(once, 'a', true, false);
    expect([once, twice, cycleSort(twice, 'a', true, false)].map(formatSort)).toEqual(['-a', 'a', '']);
  });

  it('gets more keys with shift, each in its place', () => {
    const two = cycleSort(parseSort('-a'), 'b', false, true);
    expect([formatSort(two), formatSort(cycleSort(two, 'a', true, true))]).toEqual(['-a,b', 'a,b']);
  });
});
