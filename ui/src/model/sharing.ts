/** A push or pull of one place, followed until it is over; and pulls nobody asked for, now and then. Knows no view. */

import type { PullRunsRequest, PushRunsRequest, Remotes, Shared, Task } from '../contract';

/** What sharing asks. */
export interface SharingAsk {
  remotes(): Promise<Remotes>;
  push(asked: PushRunsRequest): Promise<Task>;
  pull(asked: PullRunsRequest): Promise<Task>;
  task(id: string): Promise<Task>;
  cancel(id: string): Promise<Task>;
}

/** How it stands; a new object on each change. */
export interface SharingState {
  /** The last push or pull a person asked for, until it is put away. */
  readonly task: Task | null;
  /** Why it could not even begin, or be followed. */
  readonly error: unknown;
  readonly remotes: Remotes['remotes'] | null;
  /** The remote chosen; null: the usual one. */
  readonly chosen: string | null;
  /** What went wrong in the last pull nobody asked for; empty when nothing did. */
  readonly trouble: string;
}

/** Milliseconds. */
const OFTEN = 300;
export const PERIOD = 5 * 60_000;
const LONGEST = 60 * 60_000;
const SOON = 3_000;

/** Tell whether a task is still to end. */
export function isUnderWay(task: Task | null): boolean {
  return task !== null && (task.state === 'waiting' || task.state === 'running');
}

/** What a push or pull did; null while it is under way, and when it failed. */
export function sharedOf(task: Task | null): Shared | null {
  return task?.state === 'done' && task.result && 'held' in task.result ? task.result : null;
}

/** Tell a run of a remote that was held back by its id: it is looked at and nothing else. */
export function isHeld(run: string): boolean {
  return run.startsWith('held.');
}

/** Pushes and pulls of one place, shared by every view of it. */
export class Sharing {
  private state: SharingState = { task: null, error: null, remotes: null, chosen: null, trouble: '' };
  private readonly listeners = new Set<() => void>();
  private loading: Promise<void> | null = null;
  private watching = 0;
  private timer: ReturnType<typeof setTimeout> | null = null;
  private pause = PERIOD;
  private isQuiet = false;

  /** `looks` tells whether somebody looks and there is a network; `now` is the time in milliseconds. */
  constructor(
    private readonly ask: SharingAsk,
    private readonly looks: () => boolean,
    private readonly often = OFTEN,
    private readonly now: () => number = Date.now
  ) {}

  readonly current = (): SharingState => this.state;

  /** Hear of changes; returns what ends it. */
  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  /** Learn which remotes there are; a failure leaves them unknown. */
  readonly load = (): Promise<void> => {
    this.loading ??= this.ask.remotes().then(
      found => this.set({ remotes: found.remotes }),
      () => undefined
    );
    return this.loading.finally(() => {
      this.loading = null;
    });
  };

  readonly choose = (remote: string): void => this.set({ chosen: remote });

  /** The name of the remote a push or pull goes to; null when it must be named, or there is none. */
  get remote(): string | null {
    const { chosen, remotes } = this.state;
    return chosen ?? remotes?.find(one => one.usual)?.name ?? null;
  }

  /** Push; nothing while something is under way. */
  readonly push = (asked: Partial<PushRunsRequest>): Promise<Task | null> =>
    this.start(() => this.ask.push({ ...this.where(), ...asked }));

  /** Pull; nothing while something is under way. */
  readonly pull = (asked: Partial<PullRunsRequest> = {}): Promise<Task | null> =>
    this.start(() => this.ask.pull({ ...this.where(), ...asked }));

  readonly cancel = async (): Promise<void> => {
    const { task } = this.state;
    if (task && isUnderWay(task)) {
      await this.ask.cancel(task.id).catch((error: unknown) => this.set({ error }));
    }
  };

  /** Put away what is over. */
  readonly dismiss = (): void => {
    if (!isUnderWay(this.state.task)) {
      this.set({ task: null, error: null });
    }
  };

  /** Pull now and then while somebody wants it; returns what ends it. Several who want it are one. */
  readonly watch = (): (() => void) => {
    this.watching += 1;
    if (this.watching === 1) {
      this.pause = PERIOD;
      this.later(SOON);
    }
    let isOn = true;
    return () => {
      if (isOn) {
        isOn = false;
        this.watching -= 1;
        if (this.watching === 0) {
          this.stop();
          this.set({ trouble: '' });
        }
      }
    };
  };

  private where(): { readonly remote: string } {
    return { remote: this.state.chosen ?? '' };
  }

  private async start(begin: () => Promise<Task>): Promise<Task | null> {
    if (isUnderWay(this.state.task)) {
      return null;
    }
    this.set({ error: null });
    try {
      const ended = await this.follow(await begin(), task => this.set({ task }));
      void this.load();
      return ended;
    } catch (error) {
      this.set({ task: null, error });
      return null;
    }
  }

  private async follow(task: Task, tell: (task: Task) => void): Promise<Task> {
    let now = task;
    tell(now);
    while (isUnderWay(now)) {
      await new Promise(resolve => setTimeout(resolve, this.often));
      now = await this.ask.task(now.id);
      tell(now);
    }
    return now;
  }

  private later(wait: number): void {
    this.stop();
    this.timer = setTimeout(() => void this.pullQuietly(), wait);
  }

  private stop(): void {
    if (this.timer !== null) {
      clearTimeout(this.timer);
      this.timer = null;
    }
  }

  private async pullQuietly(): Promise<void> {
    this.timer = null;
    if (this.isQuiet) {
      return;
    }
    this.isQuiet = true;
    const wait = await this.tryQuietly().catch((error: unknown) => this.backOff(wordsOf(error)));
    this.isQuiet = false;
    if (this.watching > 0) {
      this.later(wait);
    }
  }

  /** Pull unless it is too soon; returns when to look again, in milliseconds. */
  private async tryQuietly(): Promise<number> {
    if (!this.looks() || isUnderWay(this.state.task)) {
      return SOON * 5;
    }
    const { remotes } = await this.ask.remotes();
    this.set({ remotes });
    const usual = remotes.find(one => one.usual);
    if (!usual) {
      return PERIOD;
    }
    // Another window, or a terminal, may just have asked.
    const age = usual.seen === null ? Infinity : this.now() - usual.seen * 1000;
    if (this.pause === PERIOD && age < PERIOD) {
      return Math.max(SOON, PERIOD - age);
    }
    const task = await this.follow(await this.ask.pull({ remote: usual.name, quiet: true }), () => undefined);
    if (task.state === 'failed') {
      return this.backOff(task.error?.message ?? task.message);
    }
    this.pause = PERIOD;
    this.set({ trouble: '' });
    return PERIOD;
  }

  private backOff(trouble: string): number {
    this.pause = Math.min(LONGEST, this.pause * 2);
    this.set({ trouble });
    return this.pause;
  }

  private set(change: Partial<SharingState>): void {
    this.state = { ...this.state, ...change };
    this.listeners.forEach(listener => listener());
  }
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
