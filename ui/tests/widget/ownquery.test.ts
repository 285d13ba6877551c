import { expect, it } from 'vitest';
import type { Choices, Source } from '../../src';
import { withOwnQuery } from '../../widget/ownquery';

it('the filter of a view is its own, and what the project remembers stays', async () => {
  let kept: Choices = { format: 1, choices: { query: 'tags == "x"', quick: ['mine'], selection: ['r'], sort: 'name' } };
  const source = withOwnQuery(
    {
      choices: () => Promise.resolve(kept),
      saveChoices: (_: string, choices: Choices) => Promise.resolve((kept = choices))
    } as unknown as Source,
    'params.lr > 0.1'
  );
  const { choices } = await source.choices('p');
  expect(choices).toEqual({ query: 'params.lr > 0.1', quick: [], selection: [], sort: 'name' });
  await source.saveChoices('p', { format: 1, choices: { ...choices, sort: '-started' } });
  expect(kept.choices).toEqual({ query: 'tags == "x"', quick: ['mine'], selection: ['r'], sort: '-started' });
});
