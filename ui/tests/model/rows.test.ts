import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Page, RunRow } from '../../src/contract';
import { PAGE, PagedRows } from '../../src/model/rows';
import type { FetchPage } from '../../src/model/rows';
import { extend, moveTo, NOTHING, rangeTo, selectOnly, stepOf, toggle, without } from '../../src/model/selection';
import { golden } from '../golden';

const page = golden<Page>('page');
const sample = page.rows[0] as RunRow;

function table(total: number): { fetch: FetchPage; asked: number[]; revision: string; total: number } {
  const state = {
    asked: [] as number[],
    revision: '1',
    total,
    fetch: (offset: number, limit: number): Promise<Page> => {
      state.asked.push(offset);
      const count = Math.max(0, Math.min(limit, state.total - offset));
      const rows = Array.from({ length: count }, (_, index) => ({
        ...sample,
        id: `r${offset + index}`,
        name: state.revision
      }));
      return Promise.resolve({ ...page, total: state.total, revision: state.revision, offset, rows });
    }
  };
  return state;
}

describe('rows in pages', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('are fetched when they come into view and not before', async () => {
    const state = table(10_000);
    const rows = new PagedRows();
    rows.ask(state.fetch);
    await vi.runAllTimersAsync();
    rows.see(5010, 5040);
    await vi.runAllTimersAsync();
    expect([state.asked, rows.current().row(5020)?.id, rows.current().row(300)]).toEqual([[0, 5000], 'r5020', null]);
  });

  it('passed by a drag of the scroll bar are not fetched', async () => {
    const state = table(10_000);
    const rows = new PagedRows();
    rows.ask(state.fetch);
    await vi.runAllTimersAsync();
    for (let at = 0; at < 9000; at += 500) {
      rows.see(at, at + 30);
    }
    await vi.runAllTimersAsync();
    expect(state.asked).toEqual([0, 8500]);
  });

  it('tell when a new question is answered, so that a view shows its top', async () => {
    const state = table(1000);
    const rows = new PagedRows();
    rows.ask(state.fetch);
    expect(rows.current().question).toBe(0);
    await vi.runAllTimersAsync();
    rows.see(900, 930);
    rows.ask(state.fetch, false);
    await vi.runAllTimersAsync();
    expect(rows.current().question).toBe(1);
    rows.ask(state.fetch);
    expect(rows.current().question).toBe(1);
    await vi.runAllTimersAsync();
    expect(rows.current().question).toBe(2);
  });

  it('in view are fetched again after a change, and shown until then', async () => {
    const state = table(1000);
    const rows = new PagedRows();
    rows.ask(state.fetch);
    await vi.runAllTimersAsync();
    rows.see(510, 540);
    await vi.runAllTimersAsync();
    state.revision = '2';
    rows.refresh();
    expect(rows.current().row(510)?.name).toBe('1');
    await vi.runAllTimersAsync();
    expect([rows.current().row(510)?.name, rows.current().row(0), state.asked]).toEqual(['2', null, [0, 500, 500]]);
  });

  it('of the question before stay on screen until the new answer', async () => {
    const rows = new PagedRows();
    rows.ask(table(1000).fetch);
    await vi.runAllTimersAsync();
    rows.ask(table(3).fetch);
    expect([rows.current().stale, rows.current().row(40)?.id]).toEqual([true, 'r40']);
    await vi.runAllTimersAsync();
    expect([rows.current().head?.total, rows.current().row(40)]).toEqual([3, null]);
  });

  it('stay when a question fails, with what went wrong', async () => {
    const rows = new PagedRows();
    rows.ask(table(10).fetch);
    await vi.runAllTimersAsync();
    rows.ask(() => Promise.reject(new Error('no')));
    await vi.runAllTimersAsync();
    expect([String(rows.current().error), rows.current().row(1)?.id]).toEqual(['Error: no', 'r1']);
  });

  it('of an answer that comes too late are dropped', async () => {
    let late: (answer: Page) => void = () => undefined;
    const rows = new PagedRows();
    rows.ask(() => new Promise<Page>(resolve => (late = resolve)));
    rows.ask(table(3).fetch);
    await vi.runAllTimersAsync();
    late({ ...page, total: 777 });
    await vi.runAllTimersAsync();
    expect(rows.current().head?.total).toBe(3);
  });

  it('give their ids over pages that are not at hand', async () => {
    const state = table(2 * PAGE + 5);
    const rows = new PagedRows();
    rows.ask(state.fetch);
    await vi.runAllTimersAsync();
    expect(await rows.ids(0, 2 * PAGE + 4, new AbortController().signal)).toHaveLength(2 * PAGE + 5);
  });
});

describe('a selection', () => {
  it('goes by click, ctrl and shift', () => {
    const one = selectOnly('r2', 2);
    expect(rangeTo(one, 0)).toEqual([0, 2]);
    expect([...extend(one, 0, ['r0', 'r1', 'r2']).runs]).toEqual(['r0', 'r1', 'r2']);
    expect([...toggle(toggle(one, 'r5', 5), 'r2', 2).runs]).toEqual(['r5']);
  });

  it('stays where it began while shift goes on', () => {
    const moved = extend(moveTo(NOTHING, 4), 6, []);
    expect(rangeTo(moved, 2)).toEqual([2, 4]);
  });

  it('loses runs that are gone, and is the same object when none is', () => {
    const one = selectOnly('a', 0);
    expect([...without(one, ['a']).runs]).toEqual([]);
    expect(without(one, ['b'])).toBe(one);
  });

  it('moves by keys within the list', () => {
    expect(['ArrowDown', 'ArrowUp', 'PageDown', 'Home', 'End', 'x'].map(key => stepOf(key, 3, 10, 20))).toEqual([
      4,
      2,
      9,
      0,
      9,
      null
    ]);
    expect(stepOf('ArrowDown', 0, 0, 20)).toBe(null);
  });
});
