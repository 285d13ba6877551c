/** Rows of a long table, a few pages of them at a time: fetched when they come into view, refetched when they change. */

import type { Page, RunRow } from '../contract';

/** Fetch rows `offset` … `offset + limit`. */
export type FetchPage = (offset: number, limit: number, signal: AbortSignal) => Promise<Page>;

/** What a page tells about all rows. */
export type Head = Omit<Page, 'rows'>;

/** What is known now; a new object on each change. */
export interface Rows {
  /** Null until the first page came. */
  readonly head: Head | null;
  /** What went wrong last; null once something succeeded. */
  readonly error: unknown;
  /** Rows of the last question are shown until those of a new one come. */
  readonly stale: boolean;
  /** Counts the questions answered from their top: a view that sees it change shows the first rows. */
  readonly question: number;
  row(index: number): RunRow | null;
}

/** How many rows are fetched at once. */
export const PAGE = 50;
// Enough for a screen of any size and some way back; more would only be memory.
const MOST_PAGES = 24;
// A drag of the scroll bar passes pages that nobody reads.
const PAUSE = 40;

/** Pages of one table. Not tied to any view. */
export class PagedRows {
  private fetch: FetchPage | null = null;
  private pages = new Map<number, readonly RunRow[]>();
  private head: Head | null = null;
  private error: unknown = null;
  private stale = false;
  private question = 0;
  private answered = 0;
  private asking = new Map<number, AbortController>();
  private old = new Set<number>();
  private first = 0;
  private last = 0;
  private timer: ReturnType<typeof setTimeout> | null = null;
  private readonly listeners = new Set<() => void>();
  private snapshot: Rows = this.taken();

  /** `pause`: milliseconds a place must stay in view before it is fetched. */
  constructor(private readonly pause = PAUSE) {}

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  readonly current = (): Rows => this.snapshot;

  /** Ask a new question; what is shown stays until the answer comes. `top`: look at the first rows again. */
  ask(fetch: FetchPage, top = true): void {
    this.fetch = fetch;
    this.stop();
    this.stale = this.head !== null;
    this.old = new Set(this.pages.keys());
    if (top) {
      this.question += 1;
      this.last -= this.first;
      this.first = 0;
    }
    this.fetchSeen();
    this.tell();
  }

  /** Something changed: fetch what is in view again, and forget the rest. */
  refresh(): void {
    this.old = new Set(this.pages.keys());
    this.stopAsking();
    this.fetchSeen();
  }

  /** Rows `first` … `last` came into view. */
  see(first: number, last: number): void {
    this.first = Math.max(0, first);
    this.last = Math.max(first, last);
    if (this.timer !== null) {
      clearTimeout(this.timer);
      this.timer = null;
    }
    if (this.missing().length > 0) {
      this.timer = setTimeout(() => this.fetchSeen(), this.pause);
    }
  }

  /** Change a row at once, before the server says so; the next answer has the last word. */
  patch(ids: ReadonlySet<string>, change: (row: RunRow) => RunRow): void {
    for (const [number, rows] of this.pages) {
      if (rows.some(row => ids.has(row.id))) {
        this.pages.set(
          number,
          rows.map(row => (ids.has(row.id) ? change(row) : row))
        );
      }
    }
    this.tell();
  }

  /** The place of a run among the rows at hand; -1 when it is not there. */
  indexOf(id: string): number {
    for (const [number, rows] of this.pages) {
      const at = rows.findIndex(row => row.id === id);
      if (at >= 0) {
        return number * PAGE + at;
      }
    }
    return -1;
  }

  /** All rows at hand, in order. */
  known(): readonly RunRow[] {
    return [...this.pages.keys()].sort((a, b) => a - b).flatMap(number => this.pages.get(number) ?? []);
  }

  /** The ids of rows `first` … `last`, fetching what is not at hand. */
  async ids(first: number, last: number, signal: AbortSignal): Promise<readonly string[]> {
    const { fetch } = this;
    const found: string[] = [];
    for (let index = first; index <= last;) {
      const row = this.snapshot.row(index);
      if (row) {
        found.push(row.id);
        index += 1;
        continue;
      }
      const page = await fetch?.(index, Math.min(500, last - index + 1), signal);
      if (!page || page.rows.length === 0) {
        break;
      }
      found.push(...page.rows.map(one => one.id));
      index += page.rows.length;
    }
    return found;
  }

  /** Give up what is asked for. */
  stop(): void {
    if (this.timer !== null) {
      clearTimeout(this.timer);
      this.timer = null;
    }
    this.stopAsking();
  }

  private stopAsking(): void {
    this.asking.forEach(controller => controller.abort());
    this.asking.clear();
  }

  private seen(): readonly number[] {
    const total = this.head && !this.stale ? this.head.total : Infinity;
    const from = Math.floor(this.first / PAGE);
    const to = Math.floor(Math.max(this.first, Math.min(this.last, total - 1)) / PAGE);
    return Array.from({ length: Math.max(1, to - from + 1) }, (_, index) => from + index);
  }

  private missing(): readonly number[] {
    return this.seen().filter(number => !this.asking.has(number) && (!this.pages.has(number) || this.old.has(number)));
  }

  private fetchSeen(): void {
    this.timer = null;
    const seen = new Set(this.seen());
    for (const [number, controller] of this.asking) {
      if (!seen.has(number)) {
        controller.abort();
        this.asking.delete(number);
      }
    }
    this.missing().forEach(number => void this.load(number));
  }

  private async load(number: number): Promise<void> {
    if (!this.fetch) {
      return;
    }
    const controller = new AbortController();
    this.asking.set(number, controller);
    try {
      const page = await this.fetch(number * PAGE, PAGE, controller.signal);
      if (!controller.signal.aborted) {
        this.take(number, page);
      }
    } catch (error) {
      if (!controller.signal.aborted) {
        this.asking.delete(number);
        this.error = error;
        this.stale = false;
        this.tell();
      }
    }
  }

  private take(number: number, page: Page): void {
    this.asking.delete(number);
    const { rows, ...head } = page;
    if (this.stale) {
      this.pages.clear();
      this.old.clear();
    } else if (this.head && this.head.revision !== head.revision) {
      // Rows may have moved between pages. What is in view stays until the event of that change has it fetched:
      // asking at once would never end while a run logs.
      const seen = new Set(this.seen());
      [...this.pages.keys()].filter(one => !seen.has(one)).forEach(one => this.pages.delete(one));
    }
    this.old.delete(number);
    this.stale = false;
    this.answered = this.question;
    this.error = null;
    this.head = head;
    this.pages.delete(number);
    this.pages.set(number, rows);
    this.forget();
    this.tell();
    if (this.missing().length > 0 && this.timer === null) {
      this.fetchSeen();
    }
  }

  private forget(): void {
    const seen = new Set(this.seen());
    for (const number of [...this.pages.keys()]) {
      const isBeyond = this.head !== null && number > 0 && number * PAGE >= this.head.total;
      const isSpare = !seen.has(number) && (this.old.has(number) || this.pages.size > MOST_PAGES);
      if (isBeyond || isSpare) {
        this.pages.delete(number);
        this.old.delete(number);
      }
    }
  }

  private taken(): Rows {
    const { head, error, stale, answered } = this;
    const pages = new Map(this.pages);
    return {
      head,
      error,
      stale,
      question: answered,
      row: index => pages.get(Math.floor(index / PAGE))?.[index % PAGE] ?? null
    };
  }

  private tell(): void {
    this.snapshot = this.taken();
    this.listeners.forEach(listener => listener());
  }
}
