import { describe, expect, it } from 'vitest';
import type { Storage, Task } from '../../src/contract';
import { kindsOf, storageOf } from '../../src/model/storage';
import { golden } from '../golden';

const storage = golden<Storage>('storage');

describe('what takes the space, as rows', () => {
  it('is the result of a look that is done and of nothing else', () => {
    expect(storageOf(golden<Task>('task-storage'))).toEqual(storage);
    expect(storageOf(golden<Task>('task-pull'))).toBe(null);
    expect(storageOf({ ...golden<Task>('task-storage'), state: 'cancelled' })).toBe(null);
    expect(storageOf(null)).toBe(null);
  });

  it('gives each kind its share of everything, and places as seen from the project', () => {
    const kinds = kindsOf(storage);
    expect(kinds.map(kind => kind.seen)).toEqual([
      'refs/exps/',
      'refs/trackside/trash/',
      '.git/trackside/journal',
      '.git/trackside',
      '.git/trackside/restored',
      '.git/trackside/cache',
      '.dvc/cache'
    ]);
    expect(kinds.reduce((sum, kind) => sum + kind.share, 0)).toBeCloseTo(1);
    expect(kinds.at(-1)?.share).toBeCloseTo(11_900_000 / 12_000_432);
  });

  it('shows a cache elsewhere by its whole path', () => {
    const caches = storage.caches.map(cache => ({ ...cache, folder: '/big/cache' }));
    expect(kindsOf({ ...storage, caches }).at(-1)?.seen).toBe('/big/cache');
  });

  it('tells of a cache outside the clone that others may need it', () => {
    const caches = storage.caches.map(cache => ({ ...cache, outside: true, strange: 7 }));
    expect(kindsOf({ ...storage, caches }).at(-1)?.unneeded).toEqual([
      { what: 'outside', bytes: 3_000_000 },
      { what: 'strange', bytes: 7 }
    ]);
  });

  it('divides nothing by nothing', () => {
    expect(kindsOf({ ...storage, bytes: 0 }).every(kind => kind.share === 0)).toBe(true);
  });
});
