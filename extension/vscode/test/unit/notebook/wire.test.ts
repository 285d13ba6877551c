import { describe, expect, it } from 'vitest';
import { isNotebookAt, queryFor } from '../../../src/notebook/whose';
import { parseFromCard, parseToCard } from '../../../src/notebook/wire';

const RUN = '20260921t143540-0000000009';

describe('What a card says', () => {
  it.each(['known', 'open', 'compare', 'end', 'promote'])('is heard: %s', kind =>
    expect(parseFromCard({ kind, run: RUN, more: 1 })).toEqual({ kind, run: RUN })
  );

  it.each([
    null,
    'open',
    [],
    { kind: 'delete', run: RUN },
    { kind: 'open' },
    { kind: 'open', run: 'HEAD' },
    { kind: 'open', run: `${RUN}\n` },
    { kind: 'open', run: [RUN] },
    { kind: ['open'], run: RUN }
  ])('is not heard: %j', message => expect(parseFromCard(message)).toBeNull());
});

describe('What a card is told', () => {
  it('is checked too', () => {
    const told = { kind: 'known', run: RUN, status: 'finished', offers: ['open'] };
    expect(parseToCard(told)).toEqual(told);
    for (const wrong of [{ ...told, offers: ['run'] }, { ...told, offers: 'open' }, { ...told, status: 'x' }, {}]) {
      expect(parseToCard(wrong)).toBeNull();
    }
  });
});

describe('The notebook of a run', () => {
  it('is found by its path in the folder', () => {
    expect(isNotebookAt('a/b.ipynb', { folder: '' }, 'a/b.ipynb')).toBe(true);
    expect(isNotebookAt('b.ipynb', { folder: 'a' }, 'a/b.ipynb')).toBe(true);
    expect(isNotebookAt('top/a/b.ipynb', { folder: null }, 'a/b.ipynb')).toBe(true);
    expect(isNotebookAt('xa/b.ipynb', { folder: null }, 'a/b.ipynb')).toBe(false);
    expect(isNotebookAt(null, { folder: '' }, 'a/b.ipynb')).toBe(false);
  });

  it('is named in a filter, whatever its name', () => {
    expect(queryFor('a "b".ipynb', { folder: '' })).toBe('notebook == "a \\"b\\".ipynb"');
    expect(queryFor('sub/b.ipynb', { folder: 'sub' })).toBe('notebook == "b.ipynb"');
    expect(queryFor('b.ipynb', { folder: null })).toBeNull();
  });
});
