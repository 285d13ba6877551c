// @vitest-environment jsdom
import { fireEvent, screen, waitFor, within } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import type { Page } from '../../src/contract';
import { RunsTable } from '../../src/views/table/RunsTable';
import { golden } from '../golden';
import { PLACE, stage } from './stage';

const page = golden<Page>('page');
const heads = (): string[] => screen.getAllByRole('columnheader').map(head => head.textContent ?? '');

describe('the table', () => {
  it('has the roles of a grid, with all rows counted', async () => {
    stage(<RunsTable place={PLACE} />);
    const grid = await screen.findByRole('grid');
    expect([grid.getAttribute('aria-rowcount'), grid.getAttribute('aria-colcount')]).toEqual(['9', '14']);
    expect(within(grid).getAllByRole('row')).toHaveLength(9);
  });

  it('shows what varies, folds the rest, and shows it when asked', async () => {
    stage(<RunsTable place={PLACE} />);
    await screen.findByRole('grid');
    expect(heads().slice(0, 4)).toEqual(['name', 'age', 'val_acc↗', 'val_loss↘']);
    fireEvent.click(screen.getByRole('button', { name: 'same in all: 2' }));
    fireEvent.click(screen.getByRole('button', { name: 'Show train.lr as a column' }));
    await waitFor(() => expect(heads()).toContain('train.lr'));
  });

  it('sorts by a click, adds a key by shift, and says so to a screen reader', async () => {
    const { calls } = stage(<RunsTable place={PLACE} />);
    await screen.findByRole('grid');
    fireEvent.click(screen.getByRole('button', { name: /^val_acc/ }));
    fireEvent.click(screen.getByRole('button', { name: /^lr/ }), { shiftKey: true });
    await waitFor(() => {
      const asked = calls.filter(call => call[0] === 'page').at(-1)?.[1] as { sort: string };
      expect(asked.sort).toBe('-metrics.val_acc,params.lr');
    });
    expect(screen.getAllByRole('columnheader')[2]?.getAttribute('aria-sort')).toBe('descending');
  });

  it('moves a column by keys and remembers it', async () => {
    const { saved } = stage(<RunsTable place={PLACE} />);
    await screen.findByRole('grid');
    fireEvent.keyDown(screen.getByRole('button', { name: /^lr/ }), { key: 'ArrowLeft', altKey: true });
    await waitFor(() => expect(heads().slice(2, 5)).toEqual(['val_acc↗', 'lr', 'val_loss↘']));
    await waitFor(() => expect(JSON.stringify(saved.at(-1))).toContain('"order":["started"'), { timeout: 2000 });
  });

  it('comes back as it was arranged', async () => {
    stage(<RunsTable place={PLACE} />, { choices: golden<{ choices: Record<string, unknown> }>('choices').choices });
    await screen.findByRole('grid');
    expect(heads().slice(0, 2)).toEqual(['name', 'val_acc↗']);
    expect(heads()).not.toContain('seed');
  });

  it('marks the best value of each metric and the baseline', async () => {
    const baseline = page.rows[3] ?? null;
    const { container } = stage(<RunsTable place={PLACE} />, {
      page: () => ({ ...page, total: page.rows.length, baseline })
    });
    await screen.findByRole('grid');
    await waitFor(() => {
      const best = [...container.querySelectorAll('.ts-number-best')].map(cell => cell.textContent);
      expect(best).toEqual(['0.9470', '0.2210']);
    });
    expect(screen.getByText('baseline').closest('[role="row"]')?.textContent).toContain(baseline?.name);
  });

  it('asks for the baseline that was chosen with a key', async () => {
    const { calls } = stage(<RunsTable place={PLACE} />);
    const grid = await screen.findByRole('grid');
    fireEvent.keyDown(grid, { key: 'ArrowDown' });
    fireEvent.keyDown(grid, { key: 'b' });
    await waitFor(() => {
      const asked = calls.filter(call => call[0] === 'page').at(-1)?.[1] as { baseline: string };
      expect(asked.baseline).toBe(page.rows[1]?.id);
    });
  });

  it('selects all by ctrl+A and none by Escape', async () => {
    stage(<RunsTable place={PLACE} />);
    const grid = await screen.findByRole('grid');
    fireEvent.keyDown(grid, { key: 'a', ctrlKey: true });
    await screen.findByText('8 selected');
    fireEvent.keyDown(grid, { key: 'Escape' });
    await waitFor(() => expect(screen.queryByText('8 selected')).toBe(null));
  });

  it('renames a run in place', async () => {
    const { calls } = stage(<RunsTable place={PLACE} />);
    const grid = await screen.findByRole('grid');
    fireEvent.keyDown(grid, { key: 'ArrowDown' });
    fireEvent.keyDown(grid, { key: 'F2' });
    const field = await screen.findByRole('textbox', { name: 'Name of the run' });
    fireEvent.change(field, { target: { value: 'whole-page' } });
    fireEvent.keyDown(field, { key: 'Enter' });
    expect(calls).toContainEqual(['rename', page.rows[1]?.id, 'whole-page']);
  });

  it('groups runs with mean and spread, and unfolds a group', async () => {
    const { calls } = stage(<RunsTable place={PLACE} />, { choices: { group: 'twins' } });
    const grid = await screen.findByRole('treegrid');
    const group = (await within(grid).findByText('± 0.0025', { selector: '.ts-kind-metric:nth-child(3) *' })).closest(
      '[role="row"]'
    );
    expect(group?.textContent).toContain('0.9117');
    fireEvent.keyDown(grid, { key: 'Enter' });
    await waitFor(() => expect(group?.getAttribute('aria-expanded')).toBe('true'));
    const asked = calls.filter(call => call[0] === 'page').at(-1)?.[1] as { query: string };
    expect(asked.query).toContain('name in ["calm-otter-3f"');
  });
});
