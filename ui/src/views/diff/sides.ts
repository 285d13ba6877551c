/** The two sides of a difference in code. */

/** Handles for what must be fetched when it is asked for; `before` is null for the baseline commit. */
export interface BothSides {
  readonly place: string;
  readonly before: string | null;
  readonly after: string;
  readonly beforeName: string;
  readonly afterName: string;
}
