/** Keeps the choices of one project: loads them once, tells of each change at once, saves them a little later. */

import type { Choices } from '../contract';
import { NO_CHOICES, parseChoices, writeChoices } from './choices';
import type { TableChoices } from './choices';

/** Where choices are kept. */
export interface ChoicesKeep {
  load(): Promise<Choices>;
  save(choices: Choices): Promise<unknown>;
}

/** The choices of one project, shared by every view of it. */
export class Remembered {
  private now: TableChoices = NO_CHOICES;
  private kept: Choices['choices'] = {};
  private format = 1;
  private isLoaded = false;
  private loading: Promise<void> | null = null;
  private early: ((choices: TableChoices) => TableChoices)[] = [];
  private timer: ReturnType<typeof setTimeout> | null = null;
  private readonly listeners = new Set<() => void>();

  /** `delay`: milliseconds without a change until it is saved. */
  constructor(
    private readonly keep: ChoicesKeep,
    private readonly delay = 600
  ) {}

  /** Load once; a failure leaves the choices as they are, for they are not worth an error. */
  load(): Promise<void> {
    this.loading ??= this.read();
    return this.loading;
  }

  private async read(): Promise<void> {
    try {
      const { choices, format } = await this.keep.load();
      this.kept = choices;
      this.format = format;
      this.now = this.early.reduce((so, change) => change(so), parseChoices(choices));
    } catch {
      // As above; nothing is saved then either, lest it overwrite what could not be read.
      this.timer = null;
    }
    this.early = [];
    this.isLoaded = true;
    this.tell();
  }

  /** Whether what was chosen before is known. */
  get loaded(): boolean {
    return this.isLoaded;
  }

  /** The choices now; the same object until something changes. */
  readonly current = (): TableChoices => this.now;

  /** Change the choices. */
  readonly change = (change: (choices: TableChoices) => TableChoices): void => {
    const next = change(this.now);
    if (next === this.now) {
      return;
    }
    this.now = next;
    if (!this.isLoaded) {
      this.early.push(change);
    }
    this.tell();
    if (this.timer !== null) {
      clearTimeout(this.timer);
    }
    this.timer = setTimeout(() => void this.save(), this.delay);
  };

  /** Save now what waits to be saved. */
  async save(): Promise<void> {
    if (this.timer === null) {
      return;
    }
    clearTimeout(this.timer);
    this.timer = null;
    try {
      await this.keep.save({ format: this.format, choices: writeChoices(this.now, this.kept) });
    } catch {
      // Lost at most an arrangement of columns; the next change tries again.
    }
  }

  /** Hear of changes; returns what ends it. */
  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  private tell(): void {
    this.listeners.forEach(listener => listener());
  }
}
