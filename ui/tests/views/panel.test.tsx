// @vitest-environment jsdom
import { act, fireEvent, screen, waitFor, within } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import type { Page, Place } from '../../src/contract';
import { SourceError } from '../../src/source/source';
import { PlacePanel } from '../../src/views/panel/PlacePanel';
import { RunsPanel } from '../../src/views/panel/RunsPanel';
import { golden } from '../golden';
import { PLACE, stage } from './stage';

const page = golden<Page>('page');

async function rowOf(name: string): Promise<HTMLElement> {
  const found = await screen.findByText(name);
  const row = found.closest<HTMLElement>('[role="row"]');
  if (!row) {
    throw new Error(`No row around ${name}.`);
  }
  return row;
}

describe('the side panel', () => {
  it('shows each run with its value, its change and what differs from the baseline', async () => {
    stage(<RunsPanel place={PLACE} />);
    const row = await rowOf('keen-hawk-c2');
    expect(within(row).getByText('0.9470')).toBeTruthy();
    expect(within(row).getByText('+0.035 better')).toBeTruthy();
    expect(within(row).getByText('best')).toBeTruthy();
    expect(row.textContent).toContain('lr 0.05');
  });

  it('draws a change within the spread of equal runs as noise', async () => {
    stage(<RunsPanel place={PLACE} />);
    const row = await rowOf('quiet-wren-9a');
    expect(within(row).getByText(/within noise/)).toBeTruthy();
    expect(row.querySelector('.ts-delta-noise')?.textContent).toContain('≈');
  });

  it('shows a damaged run as a row with its message', async () => {
    stage(<RunsPanel place={PLACE} />);
    const row = await rowOf('torn-page-00');
    expect(row.textContent).toContain('Its record is damaged in: metrics.');
  });

  it('writes hostile text as text', async () => {
    const hostile = '<img src=x onerror=alert(1)>\u202eevil';
    const rows = page.rows.map((row, index) => (index === 0 ? { ...row, name: hostile, tags: [hostile] } : row));
    const { container } = stage(<RunsPanel place={PLACE} />, { page: () => ({ ...page, rows }) });
    expect(await screen.findAllByText('<img src=x onerror=alert(1)>\\u202eevil')).toHaveLength(2);
    expect(container.querySelector('img')).toBe(null);
  });

  it('selects by click, ctrl and shift, and compares what is selected', async () => {
    const { calls } = stage(<RunsPanel place={PLACE} />);
    const [first, second, third] = page.rows;
    fireEvent.click(await rowOf(first?.name ?? ''));
    fireEvent.click(await rowOf(third?.name ?? ''), { shiftKey: true });
    await screen.findByText('3 selected');
    fireEvent.click(await rowOf(second?.name ?? ''), { ctrlKey: true });
    fireEvent.click(await screen.findByText('Compare 2'));
    // The older of the two comes first.
    expect(calls.at(-1)).toEqual(['openCompare', [third?.id, first?.id]]);
  });

  it('is worked by keys: move, select, open, star', async () => {
    const { calls } = stage(<RunsPanel place={PLACE} />);
    await rowOf('keen-hawk-c2');
    const grid = screen.getByRole('grid');
    grid.focus();
    const index = page.rows.findIndex(row => row.name === 'keen-hawk-c2');
    for (let step = 0; step < index; step += 1) {
      fireEvent.keyDown(grid, { key: 'ArrowDown' });
    }
    fireEvent.keyDown(grid, { key: ' ' });
    await screen.findByText('1 selected');
    fireEvent.keyDown(grid, { key: 'Enter' });
    expect(calls.at(-1)).toEqual(['openRun', page.rows[index]?.id]);
    fireEvent.keyDown(grid, { key: 's' });
    await waitFor(() =>
      expect(calls).toContainEqual(['annotate', [page.rows[index]?.id], { star: !page.rows[index]?.star }])
    );
    expect(grid.getAttribute('aria-activedescendant')).toBe((await rowOf('keen-hawk-c2')).id);
  });

  it('stars all selected runs with one key, as the table does', async () => {
    const { calls } = stage(<RunsPanel place={PLACE} />);
    const [, second, third] = page.rows;
    fireEvent.click(await rowOf(second?.name ?? ''));
    fireEvent.click(await rowOf(third?.name ?? ''), { ctrlKey: true });
    fireEvent.keyDown(screen.getByRole('grid'), { key: 's' });
    await waitFor(() => expect(calls).toContainEqual(['annotate', [second?.id, third?.id], { star: !third?.star }]));
  });

  it('deletes with a way back in the notice', async () => {
    const { calls, notices } = stage(<RunsPanel place={PLACE} />);
    fireEvent.contextMenu(await rowOf('solid-crow-51'));
    fireEvent.click(await screen.findByRole('menuitem', { name: /Delete/ }));
    await waitFor(() => expect(screen.queryByText('solid-crow-51')).toBe(null));
    expect(notices.at(-1)?.action?.label).toBe('Undo');
    act(() => notices.at(-1)?.action?.run());
    await rowOf('solid-crow-51');
    expect(calls).toContainEqual(['undelete', ['solid-crow-51']]);
  });

  it('offers to end an open run, and not to promote it', async () => {
    const { calls } = stage(<RunsPanel place={PLACE} />);
    fireEvent.contextMenu(await rowOf('swift-ibis-7e'));
    expect(screen.queryByRole('menuitem', { name: /Promote/ })).toBe(null);
    fireEvent.click(await screen.findByRole('menuitem', { name: 'End the run' }));
    await waitFor(() => expect(calls).toContainEqual(['end', page.rows[0]?.id, false]));
  });

  it('fetches again when the server tells of a change', async () => {
    const staged = stage(<RunsPanel place={PLACE} />);
    await rowOf('keen-hawk-c2');
    staged.rows = page.rows.slice(0, 2);
    act(() => staged.change({}));
    await waitFor(() => expect(screen.queryByText('keen-hawk-c2')).toBe(null));
  });

  it('filters the runs of the person, where Git knows who that is', async () => {
    const { calls, unmount } = stage(<RunsPanel place={PLACE} />);
    await rowOf('keen-hawk-c2');
    fireEvent.click(screen.getByRole('button', { name: 'Mine' }));
    await waitFor(() => expect(calls.at(-1)?.[1]).toMatchObject({ query: 'email == "ada@example.org"' }));
    unmount();
    stage(<RunsPanel place={{ ...PLACE, me: null }} />);
    await rowOf('keen-hawk-c2');
    expect(screen.queryByRole('button', { name: 'Mine' })).toBe(null);
  });

  it('looks for words in names, tags and notes, and keeps the list while a filter is wrong', async () => {
    const { calls } = stage(<RunsPanel place={PLACE} />, {
      page: request =>
        request.query.includes('>')
          ? new SourceError('The filter cannot be read at character 3: It ends too early.', 'a >\n    ^', 'query', 400)
          : page
    });
    await rowOf('keen-hawk-c2');
    const field = screen.getByRole('combobox');
    fireEvent.change(field, { target: { value: 'hawk' } });
    await waitFor(() => {
      const asked = calls.at(-1)?.[1] as { query: string };
      expect(asked.query).toContain('name ~ "hawk" or tags ~ "hawk"');
    });
    fireEvent.change(field, { target: { value: 'a >' } });
    const told = await screen.findByText(/cannot be read at character 3/);
    expect(told.closest('[role="alert"]')?.querySelector('pre')?.textContent).toBe('  a >\n    ^');
    await rowOf('keen-hawk-c2');
  });
});

describe('in place of runs', () => {
  const empty = golden<Page>('page-empty');

  it('an empty repository shows the two lines that start tracking, to copy', async () => {
    const { calls } = stage(<RunsPanel place={PLACE} />, { page: () => empty });
    expect((await screen.findByText(/%load_ext trackside/)).textContent).toBe('%load_ext trackside\n%track');
    fireEvent.click(screen.getByRole('button', { name: 'Copy' }));
    expect(calls.at(-1)).toEqual(['copy', '%load_ext trackside\n%track']);
  });

  it('a filter that nothing matches can be taken off', async () => {
    stage(<RunsPanel place={PLACE} />, {
      page: request => (request.query ? { ...empty, every: 9 } : page)
    });
    await rowOf('keen-hawk-c2');
    fireEvent.click(screen.getByRole('button', { name: 'Starred' }));
    await screen.findByText('No run matches.');
    fireEvent.click(screen.getByRole('button', { name: 'Show all runs' }));
    await rowOf('keen-hawk-c2');
  });

  it.each([
    ['place-none', 'git init'],
    ['place-nogit', 'Install Git'],
    ['place-refused', 'safe.directory']
  ])('%s says what to do', async (name, words) => {
    const { container } = stage(<RunsPanel place={golden<Place>(name)} />);
    await waitFor(() => expect(container.textContent).toContain(words));
  });

  it('a server without Trackside says how to install it, and is asked again', async () => {
    let isThere = false;
    stage(<PlacePanel path="" />, {
      overrides: {
        about: () =>
          isThere
            ? Promise.resolve({ format: 1, version: '0', git: '2.40' })
            : Promise.reject(new SourceError('No.', '', 'no-server', 404))
      }
    });
    await screen.findByText('pip install trackside');
    isThere = true;
    fireEvent.click(screen.getByRole('button', { name: 'Try again' }));
    await rowOf('keen-hawk-c2');
  });

  it('a server of another version says so', async () => {
    stage(<PlacePanel path="" />, {
      overrides: { about: () => Promise.resolve({ format: 2, version: '9', git: null }) }
    });
    await screen.findByText(/different versions/);
  });
});
