/** The filter and selection of a view in a cell are its own: the project's remembered ones stay as they are. */

import type { Choices, Source } from '../src';

const OWN = ['query', 'quick', 'selection'] as const;

/** Return `source` such that choices begin with `query` and keep the rest for the project. */
export function withOwnQuery(source: Source, query: string): Source {
  let kept: Choices['choices'] = {};
  return {
    ...source,
    choices: async (...asked) => {
      const answer = await source.choices(...asked);
      kept = pick(answer.choices);
      return { ...answer, choices: { ...answer.choices, query, quick: [], selection: [] } };
    },
    saveChoices: (place, { choices, ...rest }) => {
      const others = Object.fromEntries(Object.entries(choices).filter(([name]) => !isOwn(name)));
      return source.saveChoices(place, { ...rest, choices: { ...others, ...kept } as Choices['choices'] });
    }
  };
}

function pick(choices: Choices['choices']): Choices['choices'] {
  return Object.fromEntries(Object.entries(choices).filter(([name]) => isOwn(name))) as Choices['choices'];
}

function isOwn(name: string): boolean {
  return (OWN as readonly string[]).includes(name);
}
