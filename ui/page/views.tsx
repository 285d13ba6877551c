/** Stands in for views that are still being made. */

import type { ReactElement } from 'react';
import type { Place } from '../src';
import { Face } from '../src/views/parts';

/** One run. */
export function RunView({ run }: { readonly place: Place; readonly run: string }): ReactElement {
  return <Face icon="flask" message={run} />;
}

/** Several runs side by side. */
export function CompareView({ runs }: { readonly place: Place; readonly runs: readonly string[] }): ReactElement {
  return <Face icon="compare" message={runs.join(' · ')} />;
}
