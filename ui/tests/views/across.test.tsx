// @vitest-environment jsdom
import { fireEvent, waitFor } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import type { ColumnFact, Page } from '../../src/contract';
import { columnsInSight, isDrawn } from '../../src/views/table/across';
import { RunsTable } from '../../src/views/table/RunsTable';
import { golden } from '../golden';
import { PLACE, stage } from './stage';

const widths = Array.from({ length: 200 }, () => 100);

describe('a table of many columns', () => {
  it.each([
    [0, 1000, 0, 24],
    [5_000, 1000, 40, 72],
    [19_000, 1000, 176, 200],
    [50_000, 1000, 184, 200]
  ])('at %i, %i wide, draws columns %i to %i', (left, width, from, to) => {
    expect(columnsInSight(widths, left, width)).toEqual({ from, to });
  });

  it('draws every column that is in sight, wherever it stands', () => {
    for (let left = 0; left <= 19_000; left += 37) {
      const { from, to } = columnsInSight(widths, left, 1000);
      expect(from * 100 <= left && to * 100 >= left + 1000).toBe(true);
    }
  });

  it('draws pinned columns in any case', () => {
    expect([0, 1, 2].map(index => isDrawn({ from: 40, to: 64 }, index, 2))).toEqual([true, true, false]);
  });

  it('has a head for each column, and cells for those in sight, which follow the scrolling', async () => {
    const page = golden<Page>('page');
    const fact = page.columns.find(column => column.kind === 'param') as ColumnFact;
    const columns = Array.from({ length: 120 }, (_, index) => ({ ...fact, name: `p${index}` }));
    const shown = columns.map(column => `params.${column.name}`);
    const { container } = stage(<RunsTable place={PLACE} />, {
      page: () => ({ ...page, total: page.rows.length, columns }),
      choices: { columns: { shown } }
    });
    // By class: to find a role in so many elements takes seconds here.
    await waitFor(() => expect(container.querySelector('.ts-grid')).not.toBe(null));
    const grid = container.querySelector('.ts-grid') as HTMLElement;
    const drawn = (): number[] =>
      [...(grid.querySelector('.ts-row')?.children ?? [])].map(cell => Number(cell.getAttribute('aria-colindex')));
    await waitFor(() => expect(drawn().length).toBeGreaterThan(2));
    expect(grid.querySelectorAll('.ts-headcell').length).toBeGreaterThan(120);
    expect(drawn().length).toBeLessThan(60);
    grid.scrollLeft = 8_000;
    fireEvent.scroll(grid);
    // The name is pinned; after it stands the gap, which is no cell.
    await waitFor(() => expect(drawn().slice(0, 2)).toEqual([1, 0]));
    expect(drawn()[2]).toBeGreaterThan(20);
    expect(grid.style.getPropertyValue('--ts-gap')).toMatch(/^\d{4,}px$/);
  });
});
