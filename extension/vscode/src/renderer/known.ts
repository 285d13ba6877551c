/** What the extension knows of the runs whose cards are drawn; asked once for each card. */

import type { FromCard, ToCard } from '../notebook/wire';

/** Asks by `post`; hears by `tell`. */
export class Known {
  private readonly told = new Map<string, ToCard>();
  private readonly listeners = new Set<() => void>();

  constructor(private readonly post: (message: FromCard) => void) {}

  /** What is known of a run; null until the extension has told. */
  of(run: string): ToCard | null {
    return this.told.get(run) ?? null;
  }

  /** Ask, or have something done. */
  say(kind: FromCard['kind'], run: string): void {
    this.post({ kind, run });
  }

  /** The extension has told. */
  tell(told: ToCard): void {
    if (JSON.stringify(this.told.get(told.run)) !== JSON.stringify(told)) {
      this.told.set(told.run, told);
      this.listeners.forEach(listener => listener());
    }
  }

  /** Hear of news; returns what ends it. */
  readonly listen = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };
}
