/** What the panel needs of whatever answers it: a Jupyter server, the VS Code extension, a kernel. */

import type {
  About,
  Change,
  Changed,
  Choices,
  CodeDiff,
  Comparison,
  Curves,
  Details,
  Done,
  Environment,
  Executed,
  Groups,
  HeldRuns,
  Page,
  Place,
  PromotePreview,
  PromoteRequest,
  PullRunsRequest,
  PushRunsRequest,
  Remotes,
  Task,
  Trash
} from '../contract';

/** Which rows of a table, in which order. */
export interface PageRequest {
  readonly query: string;
  readonly sort: string;
  readonly offset: number;
  readonly limit: number;
  readonly archived: boolean;
  /** The run others are compared with; the server chooses when null. */
  readonly baseline: string | null;
}

/** A failure told in words: what happened, what to do, and a stable code. */
export class SourceError extends Error {
  constructor(
    message: string,
    readonly hint: string,
    readonly code: string,
    readonly status: number | null = null
  ) {
    super(message);
    this.name = 'SourceError';
  }
}

/** Ends what it stands for; more than once does nothing. */
export interface Disposable {
  dispose(): void;
}

/**
 * Runs of the places this host knows. `place` is a `Place.id`, `run` a `RunRow.id`.
 *
 * Every method rejects with a SourceError; reading methods stop early when `signal` is aborted.
 */
export interface Source {
  about(signal?: AbortSignal): Promise<About>;
  place(path: string, signal?: AbortSignal): Promise<Place>;
  page(place: string, request: PageRequest, signal?: AbortSignal): Promise<Page>;
  groups(
    place: string,
    request: { readonly by: string; readonly query: string; readonly archived: boolean },
    signal?: AbortSignal
  ): Promise<Groups>;
  details(place: string, run: string, points: number, signal?: AbortSignal): Promise<Details>;
  executed(place: string, run: string, signal?: AbortSignal): Promise<Executed>;
  environment(place: string, run: string, signal?: AbortSignal): Promise<Environment>;
  notebook(place: string, run: string, signal?: AbortSignal): Promise<unknown>;
  /** The bytes of a file in the run's tree, or in that of the commit it began from. */
  file(place: string, run: string, path: string, side: 'run' | 'baseline', signal?: AbortSignal): Promise<Blob>;
  compare(place: string, runs: readonly string[], signal?: AbortSignal): Promise<Comparison>;
  curves(
    place: string,
    request: { readonly runs: readonly string[]; readonly metrics: readonly string[]; readonly points: number },
    signal?: AbortSignal
  ): Promise<Curves>;
  /** Without `before`: from the baseline commit of `after`. */
  diff(place: string, before: string | null, after: string, signal?: AbortSignal): Promise<CodeDiff>;
  /** A picture as a blob: of the record's figures, or of the executed cells. */
  image(place: string, run: string, kind: 'figures' | 'images', number: number, signal?: AbortSignal): Promise<Blob>;
  export(
    place: string,
    request: { readonly format: 'csv' | 'json'; readonly query: string; readonly sort: string },
    signal?: AbortSignal
  ): Promise<Blob>;

  annotate(place: string, runs: readonly string[], change: Change): Promise<Done>;
  rename(place: string, run: string, name: string): Promise<Done>;
  delete(place: string, runs: readonly string[]): Promise<Done>;
  trash(place: string, signal?: AbortSignal): Promise<Trash>;
  undelete(place: string, names: readonly string[]): Promise<Done>;
  end(place: string, run: string, discard: boolean): Promise<Done>;
  previewPromotion(place: string, asked: PromoteRequest, signal?: AbortSignal): Promise<PromotePreview>;
  promote(place: string, asked: PromoteRequest): Promise<Task>;
  recover(place: string): Promise<Task>;
  /** Look what takes the space; a look that is under way is given back. */
  storage(place: string): Promise<Task>;
  /** Where runs can be shared; asks no remote. */
  remotes(place: string, signal?: AbortSignal): Promise<Remotes>;
  /** What pulls held back; the rows' ids serve the methods that read one run and nothing else. */
  held(place: string, signal?: AbortSignal): Promise<HeldRuns>;
  /** These runs are new no more; an empty list is all of them. */
  seen(place: string, runs: readonly string[]): Promise<Done>;
  push(place: string, asked: PushRunsRequest): Promise<Task>;
  pull(place: string, asked: PullRunsRequest): Promise<Task>;
  task(id: string, signal?: AbortSignal): Promise<Task>;
  cancel(id: string): Promise<Task>;

  choices(place: string, signal?: AbortSignal): Promise<Choices>;
  saveChoices(place: string, choices: Choices): Promise<Choices>;

  /** Hear of changes of every place; until disposed. */
  subscribe(listener: (changed: Changed) => void): Disposable;
}
