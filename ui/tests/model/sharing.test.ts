import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Remotes, Task } from '../../src/contract';
import { isHeld, PERIOD, sharedOf, Sharing } from '../../src/model/sharing';
import type { SharingAsk } from '../../src/model/sharing';
import { golden } from '../golden';

const running = { ...golden<Task>('task-running'), kind: 'pull' } as Task;
const pulled = golden<Task>('task-pull');
const failed = golden<Task>('task-failed');

function made(
  options: { readonly ends?: () => Task; readonly seen?: number | null; readonly looks?: () => boolean } = {}
) {
  const calls: unknown[][] = [];
  const remotes = golden<Remotes>('remotes');
  const [origin, ...others] = remotes.remotes;
  const ask: SharingAsk = {
    remotes: () =>
      Promise.resolve({ ...remotes, remotes: [{ ...origin, seen: options.seen ?? null } as never, ...others] }),
    push: asked => {
      calls.push(['push', asked]);
      return Promise.resolve(running);
    },
    pull: asked => {
      calls.push(['pull', asked]);
      return Promise.resolve(running);
    },
    task: () => Promise.resolve(options.ends?.() ?? pulled),
    cancel: id => {
      calls.push(['cancel', id]);
      return Promise.resolve(running);
    }
  };
  const sharing = new Sharing(ask, options.looks ?? (() => true), 10, () => Date.now());
  return { sharing, calls };
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('sharing runs', () => {
  it('follows a pull until it is over, and begins no other meanwhile', async () => {
    const { sharing, calls } = made();
    const first = sharing.pull();
    await vi.advanceTimersByTimeAsync(0);
    expect(sharing.current().task?.state).toBe('running');
    expect(await sharing.push({ which: 'all' })).toBe(null);
    await vi.advanceTimersByTimeAsync(20);
    expect(sharedOf(await first)?.moved).toEqual(['calm-otter', 'keen-hawk']);
    expect(calls).toEqual([['pull', { remote: '' }]]);
    sharing.dismiss();
    expect(sharing.current().task).toBe(null);
  });

  it('goes to the usual remote until another is chosen', async () => {
    const { sharing, calls } = made();
    await sharing.load();
    expect(sharing.remote).toBe('origin');
    sharing.choose('backup');
    expect(sharing.remote).toBe('backup');
    void sharing.push({ which: 'mine' });
    await vi.advanceTimersByTimeAsync(50);
    expect(calls).toEqual([['push', { remote: 'backup', which: 'mine' }]]);
  });

  it('keeps why it could not begin until that is put away', async () => {
    const { sharing } = made();
    const broken = new Error('The server does not answer.');
    const refusing = new Sharing(
      { ...(sharing as unknown as { ask: SharingAsk }).ask, pull: () => Promise.reject(broken) },
      () => true
    );
    expect(await refusing.pull()).toBe(null);
    expect(refusing.current()).toMatchObject({ task: null, error: broken });
  });

  it('knows a run that was held back by its id', () => {
    expect([isHeld('held.4ba1fa2dd716'), isHeld('20260101t000000-0000000001')]).toEqual([true, false]);
  });
});

describe('pulls nobody asked for', () => {
  const pulls = (calls: unknown[][]): number => calls.filter(([what]) => what === 'pull').length;

  it('are made soon and then every few minutes, quietly, once for all who want them', async () => {
    const { sharing, calls } = made();
    const first = sharing.watch();
    const second = sharing.watch();
    await vi.advanceTimersByTimeAsync(4_000);
    expect(calls).toEqual([['pull', { remote: 'origin', quiet: true }]]);
    expect(sharing.current().task).toBe(null);
    await vi.advanceTimersByTimeAsync(PERIOD);
    expect(pulls(calls)).toBe(2);
    first();
    await vi.advanceTimersByTimeAsync(PERIOD);
    expect(pulls(calls)).toBe(3);
    second();
    await vi.advanceTimersByTimeAsync(4 * PERIOD);
    expect(pulls(calls)).toBe(3);
  });

  it('wait while nobody looks, and for as long as somebody else has just pulled', async () => {
    let looks = false;
    const { sharing, calls } = made({ looks: () => looks });
    const stop = sharing.watch();
    await vi.advanceTimersByTimeAsync(PERIOD);
    expect(pulls(calls)).toBe(0);
    looks = true;
    await vi.advanceTimersByTimeAsync(20_000);
    expect(pulls(calls)).toBe(1);
    stop();
    const other = made({ seen: Date.now() / 1000 - 60 });
    other.sharing.watch();
    await vi.advanceTimersByTimeAsync(PERIOD - 70_000);
    expect(pulls(other.calls)).toBe(0);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(pulls(other.calls)).toBe(1);
  });

  it('back off when the remote cannot be reached, say so softly, and come back', async () => {
    let ends = failed;
    const { sharing, calls } = made({ ends: () => ends });
    sharing.watch();
    await vi.advanceTimersByTimeAsync(4_000);
    expect(sharing.current()).toMatchObject({ trouble: failed.error?.message, task: null });
    await vi.advanceTimersByTimeAsync(2 * PERIOD - 1_000);
    expect(pulls(calls)).toBe(1);
    await vi.advanceTimersByTimeAsync(2_000);
    expect(pulls(calls)).toBe(2);
    ends = pulled;
    await vi.advanceTimersByTimeAsync(4 * PERIOD + 1_000);
    expect(pulls(calls)).toBe(3);
    expect(sharing.current().trouble).toBe('');
    await vi.advanceTimersByTimeAsync(PERIOD + 1_000);
    expect(pulls(calls)).toBe(4);
  });
});
