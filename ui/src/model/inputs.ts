/** The version of an input, worded as the command line words it. */

import type { InputFact } from '../contract';
import { visible } from './format';

/** Cut a version to what tells it from others; the end of a folder of DVC's stays. */
export function shortVersion(version: string | null): string {
  if (version === null) {
    return '';
  }
  const dot = version.indexOf('.');
  return visible(
    dot < 0 ? version.slice(0, 10) : `${version.slice(0, Math.min(dot, 10))}${version.slice(dot, dot + 11)}`
  );
}

/** Say what is to know of the version; empty when it is just that. */
export function inputNote(input: InputFact): string {
  switch (input.changed) {
    case 'during':
      return input.before === undefined
        ? 'changed during the run'
        : `changed during the run, ${shortVersion(input.before)} before`;
    case 'since-dvc':
      return 'changed since dvc add';
    case 'not-captured':
      return 'changed, not captured';
    default:
      return '';
  }
}

/** Who tracks it, its version, and what is to know of that. */
export function describeInput(input: InputFact): string {
  const note = inputNote(input);
  return [input.kind, shortVersion(input.version), note ? `(${note})` : ''].filter(Boolean).join(' ');
}
