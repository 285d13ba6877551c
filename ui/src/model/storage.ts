/** What takes the space of a clone, as rows: kinds with their share, what of a cache could go, the largest first. */

import type { Storage, StorageCache, StoragePart, Task } from '../contract';

/** One kind of what is stored. */
export interface Kind {
  readonly kind: StoragePart['kind'] | StorageCache['kind'];
  readonly things: number;
  readonly bytes: number;
  readonly where: string;
  /** The same as seen from the project, where it lies in it. */
  readonly seen: string;
  /** Of everything, from 0 to 1. */
  readonly share: number;
  /** What nothing needs, of a cache that was judged. */
  readonly unneeded: readonly Unneeded[];
}

/** What nothing needs of a cache, by what becomes of it; `outside` the clone others may need it. */
export interface Unneeded {
  readonly what: 'needless' | 'outside' | 'young' | 'strange';
  readonly bytes: number;
}

/** What a look found; null while it is under way, and when it failed. */
export function storageOf(task: Task | null): Storage | null {
  return task?.state === 'done' && task.result && 'parts' in task.result ? task.result : null;
}

/** Every kind, as the command line lists them. */
export function kindsOf(storage: Storage): readonly Kind[] {
  const share = (bytes: number): number => (storage.bytes > 0 ? bytes / storage.bytes : 0);
  const project = projectOf(storage);
  const seen = (where: string): string => (where.startsWith(project) ? where.slice(project.length) : where);
  return [
    ...storage.parts.map(part => ({ ...part, seen: seen(part.where), share: share(part.bytes), unneeded: [] })),
    ...storage.caches.map(cache => ({
      kind: cache.kind,
      things: cache.objects,
      bytes: cache.bytes,
      where: cache.folder,
      seen: seen(cache.folder),
      share: share(cache.bytes),
      unneeded: unneededOf(cache)
    }))
  ];
}

function unneededOf(cache: StorageCache): readonly Unneeded[] {
  const { needless, young, strange, outside } = cache;
  const every = [
    { what: outside ? ('outside' as const) : ('needless' as const), bytes: needless ?? 0 },
    { what: 'young' as const, bytes: young ?? 0 },
    { what: 'strange' as const, bytes: strange ?? 0 }
  ];
  return every.filter(each => each.bytes > 0);
}

/** The folder of the project with its last slash, told by where the index lies; empty where that tells nothing. */
function projectOf(storage: Storage): string {
  const index = storage.parts.find(part => part.kind === 'index')?.where ?? '';
  return /^(.*[\\/])\.git[\\/]/.exec(index)?.[1] ?? '';
}
