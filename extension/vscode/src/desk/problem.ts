/** Why a folder has no runs to show, told from how its child began or ended. Pure. */

import type { About } from '@trackside/ui';
import type { End } from './child';
import { PROTOCOL } from './lines';

/** The format of the shapes this extension reads. */
export const FORMAT = 1;

/** What stands in the way. */
export type Problem =
  | { readonly kind: 'no-python' | 'no-package' | 'package-old' | 'extension-old'; readonly python: string }
  | { readonly kind: 'failed'; readonly python: string; readonly said: string };

/** What is wrong with a child that ended before it said hello. */
export function problemOfEnd(end: End, python: string): Problem {
  if (end.notStarted !== null) {
    return { kind: 'no-python', python };
  }
  if (/No module named '?trackside'?(\s|$)/m.test(end.said)) {
    return { kind: 'no-package', python };
  }
  // A version from before this extension knows no such verb.
  if (/invalid choice: '?serve'?|No module named '?trackside\./.test(end.said)) {
    return { kind: 'package-old', python };
  }
  return { kind: 'failed', python, said: end.said || `exit ${end.status ?? '?'}` };
}

/** What is wrong with a child that said hello; null when it can be talked to. */
export function problemOfHello(protocol: number, about: About, python: string): Problem | null {
  if (protocol === PROTOCOL && about.format === FORMAT) {
    return null;
  }
  return { kind: protocol > PROTOCOL || about.format > FORMAT ? 'extension-old' : 'package-old', python };
}
