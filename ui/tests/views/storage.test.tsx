// @vitest-environment jsdom
import '../compare/browser';
import { configure, fireEvent, screen, waitFor, within } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import type { Storage, Task } from '../../src/contract';
import { SourceError } from '../../src/source/source';
import { RunsPanel } from '../../src/views/panel/RunsPanel';
import { RunsTable } from '../../src/views/table/RunsTable';
import { golden } from '../golden';
import { PLACE, stage } from './stage';
import type { Staging } from './stage';

// A task is asked after three times a second, which a busy machine stretches.
configure({ asyncUtilTimeout: 8000 });
const looked = golden<Task>('task-storage');
const storage = golden<Storage>('storage');
const running = golden<Task>('task-running');

function found(change: Partial<Storage>): Task {
  return { ...looked, result: { ...storage, ...change } };
}

function opened(overrides: Staging['overrides'] = { task: () => Promise.resolve(looked) }, view = RunsPanel) {
  const View = view;
  const staged = stage(<View place={PLACE} />, overrides ? { overrides } : {});
  const open = async (): Promise<HTMLElement> => {
    fireEvent.click(await screen.findByRole('button', { name: 'More' }));
    fireEvent.click(await screen.findByRole('menuitem', { name: 'What takes the space…' }));
    // Its program comes when it is first opened, and a dialog stands there before.
    await screen.findByRole('dialog', { name: 'What takes the space' });
    await waitFor(() => expect(screen.queryByRole('status', { name: 'Loading …' })).toBe(null));
    return screen.getByRole('dialog', { name: 'What takes the space' });
  };
  return { ...staged, open };
}

describe('what takes the space', () => {
  it('tells all, by kind, the largest runs and files, and how to free some', async () => {
    const { open } = opened();
    const dialog = await open();
    await within(dialog).findByText('12.0 MB');
    const kinds = within(within(dialog).getByRole('table', { name: 'By kind' }));
    const words = kinds.getAllByRole('row').map(row => row.textContent);
    expect(words).toContain('runs, in Git22.13 kBrefs/exps/');
    expect(words).toContain('index298.3 kB.git/trackside');
    expect(words).toContain("DVC's cache411.9 MB.dvc/cache");
    expect(words).toContain('needless: gc --force --files3.00 MB');
    const runs = within(within(dialog).getByRole('table', { name: 'Largest runs' }));
    expect(runs.getAllByRole('row')[1]?.textContent).toBe('keen-fox1.17 kB5.90 MB0 B0');
    const files = within(within(dialog).getByRole('table', { name: 'Largest files' }));
    expect(files.getAllByRole('row')[1]?.textContent).toBe('models/net.bin228.00 MB');
    expect(within(dialog).getByText('trackside gc')).toBeTruthy();
  });

  it('opens a run by its name and closes', async () => {
    const { open, calls } = opened();
    const dialog = await open();
    fireEvent.click(await within(dialog).findByRole('button', { name: 'keen-fox' }));
    expect(calls).toContainEqual(['openRun', storage.runs[0]?.id]);
    await waitFor(() => expect(screen.queryByRole('dialog')).toBe(null));
    expect(calls.filter(([what]) => what === 'cancel')).toEqual([]);
  });

  it('is looked at when somebody asks and at no other time', async () => {
    const { open, calls, change } = opened();
    const looks = (): number => calls.filter(([what]) => what === 'storage').length;
    await screen.findByRole('grid');
    change({});
    expect(looks()).toBe(0);
    const dialog = await open();
    await within(dialog).findByText('12.0 MB');
    change({});
    await new Promise(resolve => setTimeout(resolve, 50));
    expect(looks()).toBe(1);
  });

  it('is in the table too', async () => {
    const { open } = opened(undefined, RunsTable);
    await within(await open()).findByText('12.0 MB');
  });

  it('says how the look goes, is cancelled, and looks again', async () => {
    const message = 'Measuring what runs keep in Git.';
    const { open, calls } = opened({
      task: () => Promise.resolve({ ...running, id: looked.id, kind: 'storage', message })
    });
    const dialog = await open();
    await within(dialog).findByText(message);
    fireEvent.click(within(dialog).getByRole('button', { name: 'Cancel' }));
    await within(dialog).findByText('It was cancelled.');
    expect(calls).toContainEqual(['cancel', looked.id]);
    fireEvent.click(within(dialog).getByRole('button', { name: 'Look again' }));
    await within(dialog).findByText(message);
  });

  it('says that it is being cancelled where the server must first come to a step', async () => {
    const slow = { ...running, id: looked.id, kind: 'storage' as const };
    let now: Task = slow;
    const { open } = opened({ task: () => Promise.resolve(now), cancel: () => Promise.resolve(slow) });
    const dialog = await open();
    await waitFor(() =>
      expect(within(dialog).getByRole('button', { name: 'Cancel' })).toHaveProperty('disabled', false)
    );
    fireEvent.click(within(dialog).getByRole('button', { name: 'Cancel' }));
    expect(await within(dialog).findByRole('button', { name: 'Cancelling …' })).toHaveProperty('disabled', true);
    now = { ...slow, state: 'cancelled' };
    await within(dialog).findByText('It was cancelled.');
  });

  it('is given up when the dialog closes, also before the server has answered', async () => {
    let answer: (task: Task) => void = () => undefined;
    const { open, calls } = opened({ storage: () => new Promise(resolve => (answer = resolve)) });
    const dialog = await open();
    fireEvent.click(within(dialog).getByRole('button', { name: 'Close' }));
    await waitFor(() => expect(screen.queryByRole('dialog')).toBe(null));
    answer(running);
    await waitFor(() => expect(calls).toContainEqual(['cancel', running.id]));
  });

  it('is let go of once: another window may wait for the same look', async () => {
    const slow = { ...running, id: looked.id, kind: 'storage' as const };
    const gone: string[] = [];
    const { open } = opened({
      task: () => Promise.resolve(slow),
      cancel: id => {
        gone.push(id);
        return new Promise(() => undefined);
      }
    });
    const dialog = await open();
    await waitFor(() =>
      expect(within(dialog).getByRole('button', { name: 'Cancel' })).toHaveProperty('disabled', false)
    );
    fireEvent.click(within(dialog).getByRole('button', { name: 'Cancel' }));
    fireEvent.click(within(dialog).getByRole('button', { name: 'Close' }));
    await waitFor(() => expect(screen.queryByRole('dialog')).toBe(null));
    await new Promise(resolve => setTimeout(resolve, 50));
    expect(gone).toEqual([looked.id]);
  });

  it('says what was not judged, beside the rest', async () => {
    const problem = 'Files in caches are not judged. The work tree /drive is not there.';
    const caches = storage.caches.map(cache => ({ ...cache, needless: null, young: null, strange: null }));
    const { open } = opened({ task: () => Promise.resolve(found({ problem, caches })) });
    const dialog = await open();
    await within(dialog).findByText(problem);
    expect(within(dialog).getByText('11.9 MB')).toBeTruthy();
    expect(within(dialog).queryByText(/^needless/)).toBe(null);
  });

  it('tells a failure and tries again', async () => {
    let isBroken = true;
    const error = { code: 'storage', message: 'The disk cannot be read.', hint: 'Is it there?' };
    const { open } = opened({
      task: () => Promise.resolve(isBroken ? { ...golden<Task>('task-failed'), error } : looked)
    });
    const dialog = await open();
    await within(dialog).findByText('The disk cannot be read.');
    expect(within(dialog).getByText('Is it there?')).toBeTruthy();
    isBroken = false;
    fireEvent.click(within(dialog).getByRole('button', { name: 'Try again' }));
    await within(dialog).findByText('12.0 MB');
  });

  it('says why the look could not begin', async () => {
    const busy = new SourceError('Too much is waiting to be done.', 'Try again in a moment.', 'busy', 409);
    const { open } = opened({ storage: () => Promise.reject(busy) });
    await within(await open()).findByText('Too much is waiting to be done.');
  });

  it('is calm where there is nothing', async () => {
    const empty = { runs: [], paths: [], total_runs: 0, total_paths: 0, bytes: 0 };
    const { open } = opened({ task: () => Promise.resolve(found(empty)) });
    const dialog = await open();
    await within(dialog).findByText('There are no runs here yet.');
    expect(within(dialog).getByText('No run keeps a large file.')).toBeTruthy();
    expect(within(dialog).getAllByText('0 B').length).toBeGreaterThan(0);
  });

  it('shows the first of many, then all that were told, and how to see the rest', async () => {
    const some = { oid: '0'.repeat(40), git: 1, files: 0, shared: 0, missing: 0 };
    const runs = Array.from({ length: 20 }, (_, at) => ({ ...some, id: `r${at}`, name: `run-${at}` }));
    const { open } = opened({ task: () => Promise.resolve(found({ runs, total_runs: 1234 })) });
    const dialog = await open();
    const table = within(await within(dialog).findByRole('table', { name: 'Largest runs' }));
    expect(table.getAllByRole('row')).toHaveLength(9);
    fireEvent.click(within(dialog).getByRole('button', { name: '12 more' }));
    expect(table.getAllByRole('row')).toHaveLength(21);
    expect(within(dialog).getByText('1 214 more: trackside storage --limit 1234')).toBeTruthy();
  });

  it('shows names and paths from Git as text that moves nothing', async () => {
    const hostile = '<img src=x onerror="window.hit=1">\u202egnp.exe';
    const { open } = opened({
      task: () =>
        Promise.resolve(
          found({
            runs: storage.runs.map(run => ({ ...run, name: hostile })),
            paths: storage.paths.map((each, at) => ({ ...each, path: `${hostile}${at}` })),
            problem: hostile
          })
        )
    });
    const dialog = await open();
    const shown = await within(dialog).findAllByText(/<img src=x onerror="window.hit=1">\\u202egnp.exe/);
    expect(shown.length).toBe(5);
    expect(dialog.querySelector('img')).toBe(null);
  });
});
