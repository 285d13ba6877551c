// @vitest-environment jsdom
import '../compare/browser';
import { configure, fireEvent, screen, waitFor, within } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import type { Details, Page, Task } from '../../src/contract';
import { RunsPanel } from '../../src/views/panel/RunsPanel';
import { RunView } from '../../src/views/run/RunView';
import { RunsTable } from '../../src/views/table/RunsTable';
import { golden } from '../golden';
import { PLACE, stage } from './stage';

// A task is asked after three times a second, which a busy machine stretches.
configure({ asyncUtilTimeout: 8000 });
const page = golden<Page>('page');
const pulled = golden<Task>('task-pull');

async function chosen(item: string): Promise<void> {
  fireEvent.click(await screen.findByRole('button', { name: 'Push and pull' }));
  fireEvent.click(await screen.findByRole('menuitem', { name: item }));
}

describe('sharing from the panel', () => {
  it('pulls, and tells what came, what was held back and why', async () => {
    const { calls } = stage(<RunsPanel place={PLACE} />, { overrides: { task: () => Promise.resolve(pulled) } });
    await chosen('Pull from origin');
    await screen.findByText(pulled.message);
    expect(calls).toContainEqual(['pull', { remote: '' }]);
    expect(screen.getByText(/another run of that name is here/)).toBeTruthy();
    expect(screen.getByText(/model.pt/)).toBeTruthy();
    fireEvent.click(screen.getByRole('button', { name: 'Put away' }));
    expect(screen.queryByText(pulled.message)).toBe(null);
  });

  it('pulls mine and starred', async () => {
    const { calls } = stage(<RunsPanel place={PLACE} />, { overrides: { task: () => Promise.resolve(pulled) } });
    await chosen('Pull my runs');
    fireEvent.click(await screen.findByRole('button', { name: 'Put away' }));
    await chosen('Pull starred runs');
    await screen.findByText(pulled.message);
    expect(calls).toContainEqual(['pull', { remote: '', which: 'mine' }]);
    expect(calls).toContainEqual(['pull', { remote: '', which: 'starred' }]);
  });

  it('pushes all, mine, starred, the run under the keyboard and the selected ones', async () => {
    const { calls } = stage(<RunsPanel place={PLACE} />, { overrides: { task: () => Promise.resolve(pulled) } });
    const isOver = async (): Promise<void> => {
      fireEvent.click(await screen.findByRole('button', { name: 'Put away' }));
    };
    for (const [item, which] of [
      ['Push all runs', 'all'],
      ['Push my runs', 'mine'],
      ['Push starred runs', 'starred']
    ] as const) {
      await chosen(item);
      await isOver();
      expect(calls).toContainEqual(['push', { remote: '', which }]);
    }
    const sealed = page.rows.findIndex(row => row.oid !== null);
    const grid = screen.getByRole('grid');
    for (let step = 0; step < sealed; step += 1) {
      fireEvent.keyDown(grid, { key: 'ArrowDown' });
    }
    fireEvent.keyDown(grid, { key: ' ' });
    fireEvent.keyDown(grid, { key: 'p' });
    const asked = { remote: '', runs: [page.rows[sealed]?.id] };
    await waitFor(() => expect(calls.filter(([what]) => what === 'push').at(-1)).toEqual(['push', asked]));
    await isOver();
    fireEvent.click(screen.getByRole('button', { name: 'Push to origin' }));
    await waitFor(() => expect(calls.filter(([what]) => what === 'push')).toHaveLength(5));
  });

  it('cancels what is under way', async () => {
    const { calls } = stage(<RunsPanel place={PLACE} />, {
      overrides: { task: () => Promise.resolve(golden<Task>('task-running')) }
    });
    await chosen('Push all runs');
    fireEvent.click(await screen.findByRole('button', { name: 'Cancel' }));
    await waitFor(() => expect(calls).toContainEqual(['cancel', golden<Task>('task-running').id]));
  });

  it('tells a refusal in the words of the server, as text', async () => {
    const error = { code: 'share-denied', message: 'origin says: <b>closed</b>', hint: 'Ask Ada.' };
    const { container } = stage(<RunsPanel place={PLACE} />, {
      overrides: { task: () => Promise.resolve({ ...golden<Task>('task-failed'), error }) }
    });
    await chosen('Push all runs');
    await screen.findByText('origin says: <b>closed</b>');
    expect(screen.getByText('Ask Ada.')).toBeTruthy();
    expect(container.querySelector('b')).toBe(null);
  });

  it('marks what is new until it is seen', async () => {
    const { calls } = stage(<RunsPanel place={PLACE} />, { page: () => page });
    expect(await screen.findByText('new')).toBeTruthy();
    await screen.findByText('1 new run since the last pull');
    fireEvent.click(screen.getByRole('button', { name: 'Mark as seen' }));
    await waitFor(() => expect(calls).toContainEqual(['seen', []]));
  });

  it('offers of a held run to look at it and to take it in under another name, and of a harmful one nothing', async () => {
    const { calls } = stage(<RunsPanel place={PLACE} />, {
      page: () => page,
      overrides: {
        task: () =>
          Promise.resolve({ ...pulled, result: { ...(pulled.result as object), held: [] } } as unknown as Task)
      }
    });
    fireEvent.click(await screen.findByRole('button', { name: 'Look at them' }));
    const held = await screen.findByRole('listitem', { name: 'first-try' });
    const harmful = screen.getByRole('listitem', { name: 'CON' });
    expect(within(harmful).getByText(/leads elsewhere on Windows/)).toBeTruthy();
    expect(within(harmful).queryAllByRole('button')).toEqual([]);
    const names = within(held)
      .getAllByRole('button')
      .map(button => button.textContent);
    expect(names).toEqual(['Show', 'Take in under another name…']);
    fireEvent.click(within(held).getByRole('button', { name: /Take in/ }));
    fireEvent.change(within(held).getByLabelText('Name here'), { target: { value: 'first-try-of-ada' } });
    fireEvent.click(within(held).getByRole('button', { name: 'Take in' }));
    const oid = '4ba1fa2dd7160c2f1f3a0c9d2f6f0c7a8b1e2d3c';
    const asked = { remote: 'origin', runs: [oid], name: 'first-try-of-ada' };
    await waitFor(() => expect(calls).toContainEqual(['pull', asked]));
    fireEvent.click(within(held).getByRole('button', { name: 'Show' }));
    expect(calls).toContainEqual(['openRun', `held.${oid}`]);
  });

  it('shows of a held run its facts and nothing to do', async () => {
    const details = golden<Details>('details');
    const { calls } = stage(<RunView place={PLACE} run="held.4ba1fa2dd716" />, {
      overrides: {
        details: () => Promise.resolve(details),
        image: () => Promise.resolve(new Blob()),
        executed: () => Promise.resolve(golden('executed')),
        environment: () => Promise.resolve(golden('environment'))
      }
    });
    await screen.findByText(/held back/);
    for (const name of [/Promote/, /Star/, /Rename/, /tags/i, /More/]) {
      expect(screen.queryByRole('button', { name })).toBe(null);
    }
    expect(calls.filter(([what]) => what === 'seen')).toEqual([]);
  });

  it('asks for no rows because long work tells how far it is', async () => {
    const { calls, change } = stage(<RunsPanel place={PLACE} />);
    await screen.findByText('keen-hawk-c2');
    const asked = (): number => calls.filter(([what]) => what === 'page').length;
    const before = asked();
    change({ what: ['tasks'] });
    await new Promise(resolve => setTimeout(resolve, 300));
    expect(asked()).toBe(before);
    change({ what: ['tasks', 'runs'] });
    await waitFor(() => expect(asked()).toBe(before + 1));
  });

  it('offers nothing where there is no remote', async () => {
    stage(<RunsPanel place={PLACE} />, { overrides: { remotes: () => Promise.resolve({ format: 1, remotes: [] }) } });
    await screen.findByText('keen-hawk-c2');
    expect(screen.queryByRole('button', { name: 'Push and pull' })).toBe(null);
  });
});

describe('the shared table', () => {
  it('has a column of remotes once one was asked, and says what a run is called elsewhere', async () => {
    stage(<RunsTable place={PLACE} />, { page: () => page });
    await screen.findByText('also best-so-far');
    expect(screen.getByRole('columnheader', { name: /remote/ })).toBeTruthy();
  });
});
