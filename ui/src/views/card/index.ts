/** The card of one run. */

export { RunCardView } from './card';
export type { CardActions } from './card';
export { isRunCard } from './guard';
