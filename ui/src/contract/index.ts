/** The shapes of the contract, and the names of the values inside them. */

export type * from './types';

import type { MetricFact, ParamFact, RunCard } from './types';

/** What a parameter can hold. */
export type Value = ParamFact['value'];
/** A metric's number; one that JSON cannot write is told by its name. */
export type MetricNumber = MetricFact['last'];
/** Which way is better. */
export type Direction = MetricFact['direction'];
/** How far a run is, or how it ended. */
export type Status = RunCard['status'];
