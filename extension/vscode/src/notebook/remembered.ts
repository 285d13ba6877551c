/**
 * A notebook as it was when its last cell had run, for a run that ends because the next one starts. Pure.
 *
 * "Run All" ends a run in its first cell, when that cell is cleared already and edits for the next run are there: what
 * belongs to the run that ends is what stood there before.
 */

/** Milliseconds after a cell has run in which another that waited for its turn has begun. */
export const SETTLED = 200;
/** The same where cells are known to wait: a busy machine is slow to say that the next has begun. */
export const AWAITED = 2_000;

/** Remembers copies of one notebook; a cell is whatever stands for the same one each time. */
export class Remembered<Copy> {
  private last: Copy | null = null;
  private before: Copy | null = null;
  private timer: ReturnType<typeof setTimeout> | null = null;
  private isBusy = false;
  /** Those that run or wait for their turn. */
  private readonly begun = new Set<object>();

  /** `join` makes one copy of what stood there when a cell had run, and of what its outputs were a moment later. */
  constructor(
    private readonly copy: () => Copy,
    private readonly join: (ran: Copy, settled: Copy) => Copy
  ) {}

  /** A cell begins to run, or waits for its turn. */
  noteBegun(cell: object): void {
    this.stop();
    this.begun.add(cell);
    if (!this.isBusy) {
      this.isBusy = true;
      this.before = this.last;
      this.last = null;
    }
  }

  /** A cell has run; those that wait for their turn run no more when it failed. */
  noteRan(cell: object, isWell: boolean): void {
    // A display that is drawn again looks like an execution that ends, of a cell which has not begun.
    if (!this.begun.delete(cell)) {
      return;
    }
    this.stop();
    if (!isWell) {
      this.begun.clear();
    }
    // Taken now: a person may type before it is sure that no other cell follows.
    const ran = this.copy();
    this.timer = setTimeout(
      () => {
        this.timer = null;
        this.isBusy = false;
        this.begun.clear();
        this.last = this.join(ran, this.copy());
      },
      this.begun.size > 0 ? AWAITED : SETTLED
    );
  }

  /** The notebook now, or as it was before the cells that run now. */
  give(at: 'start' | 'end' | 'next' | undefined): Copy {
    return (at === 'next' ? this.before : null) ?? this.copy();
  }

  dispose(): void {
    this.stop();
  }

  private stop(): void {
    if (this.timer !== null) {
      clearTimeout(this.timer);
      this.timer = null;
    }
  }
}
