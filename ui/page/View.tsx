/** The view that a route names. */

import type { ReactElement } from 'react';
import { CompareView, RunsTable, RunView } from '../src';
import type { Place } from '../src';
import type { Route } from './routes';

/** Draw it. */
export function View(props: {
  readonly route: Route;
  readonly place: Place;
  readonly onReplace: (before: Route, after: Route) => void;
}): ReactElement {
  const { route, place, onReplace } = props;
  switch (route.view) {
    case 'run':
      return <RunView key={route.run} place={place} run={route.run} />;
    case 'compare':
      return (
        <CompareView
          place={place}
          runs={route.runs}
          onRuns={runs => onReplace(route, runs.length > 1 ? { view: 'compare', runs } : { view: 'table' })}
        />
      );
    default:
      return <RunsTable place={place} />;
  }
}
