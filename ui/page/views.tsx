/** The views that the page's shell puts beside the table. */

export { CompareView, RunView } from '../src';
