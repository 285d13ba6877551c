/** Names of runs by id, overheard from the answers of the server: tabs are named by them. */

import type { Source } from '../src';

/** Knows the names of runs that were shown. */
export class Names {
  private readonly names = new Map<string, string>();
  private heard = 0;
  private readonly listeners = new Set<() => void>();

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  /** A number that moves when a name is new. */
  readonly current = (): number => this.heard;

  /** The name of a run; the end of its id while it is not known. */
  of(run: string): string {
    return this.names.get(run) ?? run.slice(-6);
  }

  /** Return `source` such that this hears what it answers. */
  overhear(source: Source): Source {
    return {
      ...source,
      page: async (...asked) => {
        const page = await source.page(...asked);
        page.rows.forEach(row => this.learn(row.id, row.name));
        return page;
      },
      details: async (place, run, ...asked) => {
        const details = await source.details(place, run, ...asked);
        this.learn(run, details.experiment.name);
        return details;
      }
    };
  }

  private learn(run: string, name: string): void {
    if (this.names.get(run) !== name) {
      this.names.set(run, name);
      this.heard += 1;
      queueMicrotask(() => this.listeners.forEach(listener => listener()));
    }
  }
}
