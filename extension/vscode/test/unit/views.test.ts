import { describe, expect, it } from 'vitest';
import { formatQuery, nothingAt, parseAddress } from '../../src/diffs/address';
import { isRoute, parseFromTab } from '../../src/views/messages';
import { pageOf } from '../../src/views/page';
import { keyOf, parseShown } from '../../src/views/shown';

describe('What a tab may ask', () => {
  it.each([
    'about',
    'place?path=',
    'place?path=a%2Fb',
    'tasks',
    'tasks/t1',
    'places/c6f6.b25l/runs?query=params.lr+%3D%3D+0.1&sort=&offset=0&limit=50&archived=false',
    'places/p/runs/20260101t000000-1/figures/3',
    'places/p/promote/preview',
    "places/p/curves?run=a&metric=it's(1)*~!"
  ])('is a route: %s', path => expect(isRoute(path)).toBe(true));

  it.each([
    '',
    '/about',
    'https://example.org/',
    '//example.org/about',
    'about/../place',
    'places/p/../../about',
    'places/%2e%2e/runs',
    'places/p%2Fq/runs',
    'places/p/runs\\x',
    'places/p/editor',
    'openapi.json',
    'place path',
    'place?path=\n{"id":1}',
    'places//runs',
    'files/etc/passwd',
    `place?path=${'a'.repeat(70_000)}`
  ])('is nothing else: %j', path => expect(isRoute(path)).toBe(false));

  it('has a body of JSON in one line, or none', () => {
    const ask = { kind: 'ask', id: 1, method: 'POST', path: 'places/p/rename' };
    expect(parseFromTab({ ...ask, body: '{"a":1}' })).not.toBeNull();
    expect(parseFromTab({ ...ask, body: null })).not.toBeNull();
    for (const body of ['', '{"a":1}\n', '{', `"${'x'.repeat(1_000_001)}"`, { a: 1 }, undefined]) {
      expect(parseFromTab({ ...ask, body })).toBeNull();
    }
    expect(parseFromTab({ ...ask, method: 'PATCH', body: null })).toBeNull();
  });
});

describe('Messages of a tab', () => {
  it.each([
    null,
    3,
    'ask',
    {},
    { kind: 'run', program: 'sh' },
    { kind: 'cancel', id: '1' },
    { kind: 'openRun', place: 'p' },
    { kind: 'openCompare', place: 'p', runs: ['a'] },
    { kind: 'openCompare', place: 'p', runs: ['a', 2] },
    { kind: 'notify', id: 1, level: 'loud', message: '', hint: '', action: '' },
    { kind: 'copy', text: 'x'.repeat(100_001) },
    { kind: 'download', name: 'a', data: 'text' },
    { kind: 'shown', shown: { view: 'table' } }
  ])('that are none are dropped: %j', message => expect(parseFromTab(message)).toBeNull());

  it('lose what does not belong to them', () => {
    expect(parseFromTab({ kind: 'openRun', place: 'p', run: 'r', extra: 1 })).toEqual({
      kind: 'openRun',
      place: 'p',
      run: 'r'
    });
  });
});

describe('What a tab shows', () => {
  const run = { folder: 'file:///w', place: 'p', project: 'w', view: 'run', runs: ['r'] } as const;

  it('is read again as it was written', () => {
    expect(parseShown(JSON.parse(JSON.stringify(run)))).toEqual(run);
    expect(parseShown({ ...run, dialog: 'promote' })).toEqual({ ...run, dialog: 'promote' });
    expect(parseShown({ ...run, dialog: 'held' })).toEqual({ ...run, dialog: 'held' });
    expect(parseShown({ ...run, dialog: 'storage' })).toEqual({ ...run, dialog: 'storage' });
    expect(parseShown({ ...run, dialog: 'other' })).toEqual(run);
  });

  it.each([
    null,
    {},
    { ...run, view: 'other' },
    { ...run, runs: [] },
    { ...run, runs: ['a', 'b'] },
    { ...run, view: 'compare' },
    { ...run, runs: [1] },
    { ...run, folder: 1 }
  ])('is nothing when it cannot be shown: %j', kept => expect(parseShown(kept)).toBeNull());

  it('is the same whether the dialog stands open or not', () => {
    expect(keyOf({ ...run, dialog: 'promote' })).toBe(keyOf(run));
    expect(keyOf({ ...run, runs: ['other'] })).not.toBe(keyOf(run));
  });
});

describe('The page of a tab', () => {
  it('lets no text out of its attributes, and runs one script', () => {
    const shown = { project: '"><script>alert(1)</script>&\'' };
    const page = pageOf({ script: 's"', style: 't', source: 'src', nonce: 'N', language: 'en', shown });
    expect(page.match(/<script/g)).toHaveLength(1);
    expect(page).not.toContain('alert(1)<');
    expect(page).toContain('default-src &#39;none&#39;; script-src &#39;nonce-N&#39;;');
  });
});

describe('The address of a file of a run', () => {
  const file = {
    folder: 'file:///w',
    place: 'p.b25l',
    run: 'r',
    name: 'calm',
    path: 'a b/ü?#.ipynb',
    side: 'run'
  } as const;

  it('is read again as it was written', () => expect(parseAddress(`/${file.path}`, formatQuery(file))).toEqual(file));

  it('is nothing when somebody else wrote it', () => {
    for (const query of ['', '{', '[]', 'null', '{"side":"run"}', formatQuery({ ...file, side: 'other' as 'run' })]) {
      expect(parseAddress('/a', query)).toBeNull();
    }
  });

  it('has a notebook without cells on its empty side, which an empty file is not', () => {
    expect(JSON.parse(nothingAt('a/b.ipynb'))).toMatchObject({ cells: [], nbformat: 4 });
    expect(nothingAt('a.py')).toBe('');
  });
});
