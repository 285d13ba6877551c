import { describe, expect, it } from 'vitest';
import { complete, filterOf, isFilter, referTo, wholeQuery } from '../../src/model/query';

const names = {
  metrics: ['val_acc', 'val_loss'],
  params: ['lr', 'any name'],
  values: (name: string) => (name === 'params.model' ? ['"rf"', '"svm"'] : [])
};
const offered = (text: string): string[] => complete(text, text.length, names).items.map(item => item.text);

describe('what was typed', () => {
  it.each(['metrics.acc > 0.9', 'star', 'not star and promoted', 'name ~ "a"', 'params["a b"]', 'tags in ["a"]'])(
    '%s is a filter',
    text => expect(isFilter(text)).toBe(true)
  );

  it.each(['forest', 'random forest', 'started again', 'in the end', '"quoted > words"', 'star wars'])(
    '%s are words to look for',
    text => expect(isFilter(text)).toBe(false)
  );

  it('as words is looked for in what people wrote, each word for itself', () => {
    expect(filterOf('a "b')).toBe(
      '(name ~ "a" or tags ~ "a" or note ~ "a" or title ~ "a" or notebook ~ "a") and ' +
        '(name ~ "\\"b" or tags ~ "\\"b" or note ~ "\\"b" or title ~ "\\"b" or notebook ~ "\\"b")'
    );
  });

  it('is joined with quick filters without changing what it means', () => {
    expect(wholeQuery('a == 1 or b == 2', ['starred'])).toBe('(star) and (a == 1 or b == 2)');
    expect(wholeQuery('', [])).toBe('');
  });

  it('takes the runs of the person by address, by name without one, and all where nobody is known', () => {
    const me = { name: 'Ada "A"', email: 'ada@example.org', fallback: false };
    expect(wholeQuery('', ['mine'], me)).toBe('email == "ada@example.org"');
    expect(wholeQuery('', ['mine', 'starred'], { ...me, email: '' })).toBe('(author == "Ada \\"A\\"") and (star)');
    expect([wholeQuery('', ['mine'], null), wholeQuery('', ['mine'], { ...me, fallback: true })]).toEqual(['', '']);
  });
});

describe('completion', () => {
  it('offers names by their beginning, with and without what they belong to', () => {
    expect(offered('val')).toEqual(['metrics.val_acc', 'metrics.val_loss']);
    expect(offered('star and params.')).toEqual(['params.lr']);
    expect(offered('any')).toEqual(['params["any name"]']);
  });

  it('offers signs after a name and values after a sign', () => {
    expect(offered('metrics.val_acc ')).toContain('>');
    expect(offered('params.model == ')).toEqual(['"rf"', '"svm"']);
    expect(offered('status == "f')).toEqual(['"finished"', '"failed"']);
  });

  it('is silent inside quoted text', () => {
    expect(offered('name ~ "val')).toEqual([]);
  });

  it('says what it replaces', () => {
    expect(complete('star and val', 12, names).from).toBe(9);
  });
});

describe('a name', () => {
  it('is quoted when it is no plain word', () => {
    expect([referTo('params', 'train.lr'), referTo('params', 'a-'), referTo('metrics', 'é')]).toEqual([
      'params.train.lr',
      'params["a-"]',
      'metrics["é"]'
    ]);
  });
});
