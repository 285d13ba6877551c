/** What stands where runs would be: which welcome view, and the same in a sentence. */

import type { Standing } from '../desk/desk';
import type { Overview } from './shelf';
import { t } from '../words';

/** The value of the context key `trackside.state`. */
export function stateOf(standing: Standing, seen: Overview | null): string {
  if (standing.state === 'failed') {
    return standing.problem.kind;
  }
  if (standing.state !== 'ready') {
    return standing.state;
  }
  if (!seen || seen.failure || !seen.place) {
    return seen?.failure ? 'failed' : 'starting';
  }
  if (seen.place.state !== 'ready') {
    return seen.place.state;
  }
  return seen.commits.length + seen.open.length > 0 ? 'ready' : 'no-run';
}

/** Why a folder has no runs, for a workspace of several where a welcome view would speak of all. */
export function wordsOf(
  state: string,
  standing: Standing,
  seen: Overview | null
): { readonly message: string; readonly hint: string } {
  const said = standing.state === 'failed' && standing.problem.kind === 'failed' ? standing.problem.said : '';
  const words: Readonly<Record<string, string>> = {
    untrusted: t('Trackside runs nothing in a folder you do not trust.'),
    starting: t('Looking for runs …'),
    'no-python': t('No Python was found.'),
    'no-package': t('Trackside is not installed in this Python.'),
    'package-old': t('Trackside in this Python is too old for this extension.'),
    'extension-old': t('This extension is too old for Trackside in this Python.'),
    'no-repository': t('This folder is in no Git repository.'),
    'no-commit': t('This repository has no commit yet.'),
    'no-git': t('The git program was not found.'),
    'no-run': t('No runs yet.')
  };
  const message =
    words[state] ?? seen?.failure?.message ?? seen?.place?.message ?? t('Trackside could not be started.');
  return { message, hint: seen?.failure?.hint || seen?.place?.hint || said };
}
