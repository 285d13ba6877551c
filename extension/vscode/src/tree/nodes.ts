/** What stands in the tree. */

import type { RunRow } from '@trackside/ui';
import type { Shelf } from './shelf';
import type { Commit } from './shelf';
import type { Beside } from './words';

/** A folder of a workspace of several. */
export interface FolderNode {
  readonly kind: 'folder';
  readonly shelf: Shelf;
}

/** A commit that runs began from. */
export interface CommitNode {
  readonly kind: 'commit';
  readonly shelf: Shelf;
  readonly place: string;
  readonly commit: Commit;
  readonly isFirst: boolean;
}

/** A run. */
export interface RunNode {
  readonly kind: 'run';
  readonly shelf: Shelf;
  readonly place: string;
  readonly row: RunRow;
  readonly beside: Omit<Beside, 'now'>;
}

/** Asks for more runs of a commit. */
export interface MoreNode {
  readonly kind: 'more';
  readonly shelf: Shelf;
  readonly commit: Commit;
  readonly left: number;
}

/** A sentence where a folder of several has no runs. */
export interface SentenceNode {
  readonly kind: 'sentence';
  readonly shelf: Shelf;
  readonly message: string;
  readonly hint: string;
}

/** Anything in the tree. */
export type Node = FolderNode | CommitNode | RunNode | MoreNode | SentenceNode;

/** Whether something that a command was given is a run of the tree. */
export function isRunNode(value: unknown): value is RunNode {
  return typeof value === 'object' && value !== null && (value as { readonly kind?: unknown }).kind === 'run';
}
