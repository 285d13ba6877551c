/** Objects whose keys are names that people chose: none has a name its data did not give it, such as "constructor". */

import type { Details, Environment, Groups, HeldRuns, Page, RunRow } from '../contract';

/** Take from each row what every object inherits. Works in place and returns its argument, as all of these do. */
export function barePage(page: Page): Page {
  page.rows.forEach(bareRow);
  if (page.baseline) {
    bareRow(page.baseline);
  }
  return page;
}

/** The same for runs that were held back. */
export function bareHeld(held: HeldRuns): HeldRuns {
  held.rows.forEach(({ row }) => row && bareRow(row));
  return held;
}

/** The same for the metrics of groups. */
export function bareGroups(groups: Groups): Groups {
  groups.groups.forEach(group => bare(group.metrics));
  return groups;
}

/** The same for one run. */
export function bareDetails(details: Details): Details {
  const { record } = details.experiment;
  [details.series, record.params, record.metrics].forEach(bare);
  return details;
}

/** The same for packages. */
export function bareEnvironment(environment: Environment): Environment {
  bare(environment.packages);
  return environment;
}

function bareRow(row: RunRow): void {
  [row.params, row.data, row.metrics].forEach(bare);
}

function bare(names: object): void {
  Object.setPrototypeOf(names, null);
}
