/**
 * A notebook as it was when its last cell had run, for a run that ends because the next one starts. Pure.
 *
 * "Run All" ends a run in its first cell, when that cell is cleared already and edits for the next run are there: what
 * belongs to the run that ends is what stood there before.
 */

/** Milliseconds after a cell has run until the notebook is remembered: the next one may follow at once. */
export const SETTLED = 300;

/** What is told of the execution of a cell. */
export interface Summary {
  readonly executionOrder?: number;
  readonly success?: boolean;
}

/** Remembers copies of one notebook. */
export class Remembered<Copy> {
  private last: Copy | null = null;
  private before: Copy | null = null;
  private timer: ReturnType<typeof setTimeout> | null = null;
  private readonly running = new Map<string, number | undefined>();
  /** Whether a run is open; only then it is worth the time. */
  private isTracked = false;

  constructor(private readonly copy: () => Copy) {}

  /** What VS Code says of a cell's execution changed. */
  note(cell: string, { executionOrder, success }: Summary): void {
    // It has begun, got its number, or was given up; an end that went neither well nor badly looks like a beginning.
    const isKnown = this.running.has(cell);
    if (success === undefined && (!isKnown || this.running.get(cell) !== executionOrder)) {
      if (this.running.size === 0) {
        this.begin();
      }
      this.running.set(cell, executionOrder);
    } else {
      this.running.delete(cell);
      this.rememberSoon();
    }
  }

  /** A run has started or ended, whoever asks for the notebook. */
  track(isTracked: boolean): void {
    if (isTracked && !this.isTracked) {
      this.isTracked = true;
      this.rememberSoon();
    }
    this.isTracked = isTracked;
  }

  /** The notebook now, or as it was before the cells that run now. */
  give(at: 'start' | 'end' | 'next' | undefined): Copy {
    this.track(at !== 'end');
    return (at === 'next' ? this.before : null) ?? this.copy();
  }

  dispose(): void {
    this.stop();
  }

  private begin(): void {
    if (this.timer !== null) {
      this.remember();
    }
    this.before = this.last;
    this.last = null;
  }

  private rememberSoon(): void {
    if (this.isTracked) {
      this.stop();
      this.timer = setTimeout(() => this.remember(), SETTLED);
    }
  }

  private remember(): void {
    this.stop();
    this.last = this.copy();
  }

  private stop(): void {
    if (this.timer !== null) {
      clearTimeout(this.timer);
      this.timer = null;
    }
  }
}
