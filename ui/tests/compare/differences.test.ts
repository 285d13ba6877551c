// @vitest-environment jsdom
import { describe, expect, it } from 'vitest';
import type { Comparison, Curve } from '../../src/contract';
import { csvCell, writeCsv } from '../../src/model/compare/csv';
import { chooseRows, collectRows } from '../../src/model/compare/differences';
import { escapeHtml } from '../../src/model/compare/escape';
import { writePage } from '../../src/model/compare/page';
import { collectStrokes } from '../../src/model/compare/strokes';
import { golden } from './golden';

const comparison = golden<Comparison>('comparison');

describe('the difference table', () => {
  const rows = collectRows(comparison);
  it('holds what differs, parameters first', () => {
    expect(chooseRows(rows, false).map(row => row.id)).toEqual([
      'param:lr'.replace('param', 'params'),
      'metric:accuracy',
      'metric:loss',
      'input:data/train.csv',
      'input:notes/labels.tsv',
      'fact:title',
      'fact:tags'
    ]);
    expect(chooseRows(rows, true).length).toBeGreaterThan(10);
  });
  it('judges a change by the direction of the metric', () => {
    const accuracy = rows.find(row => row.id === 'metric:accuracy');
    expect(accuracy?.cells.map(cell => [cell.text, cell.best, cell.verdict])).toEqual([
      ['0.91', true, 'unknown'],
      ['0.88', false, 'worse']
    ]);
  });
  it('tells in which version each run read its data', () => {
    const [train, images, labels] = rows.filter(row => row.id.startsWith('input:'));
    expect(train?.cells.map(cell => [cell.text, cell.differs])).toEqual([
      ['git cfa20f8107', false],
      ['git 9e26dfeeb6 (changed during the run, cfa20f8107 before)', true]
    ]);
    expect(images?.cells.map(cell => [cell.text, cell.differs])).toEqual([
      ['dvc f076c73811.dir', false],
      ['dvc f076c73811.dir', false]
    ]);
    expect(labels?.cells.map(cell => [cell.present, cell.differs])).toEqual([
      [false, false],
      [true, true]
    ]);
  });
  it('shows a value that is no number and gives it no change', () => {
    const loss = rows.find(row => row.id === 'metric:loss');
    expect(loss?.cells[1]).toMatchObject({ text: '∞', delta: null, exact: 'Infinity' });
  });
});

describe('the CSV', () => {
  it('holds exact values, one column for each run', () => {
    const text = writeCsv(['calm-otter-3f', 'brave-lynx-07'], chooseRows(collectRows(comparison), false));
    expect(text.split('\r\n').slice(0, 4)).toEqual([
      'kind,name,calm-otter-3f,brave-lynx-07',
      'param,lr,0.1,0.3',
      'metric,accuracy,0.91,0.88',
      'metric,loss,0.25,Infinity'
    ]);
  });
  it('quotes what needs it and lets no text act as a formula', () => {
    expect(csvCell('a "b", c')).toBe('"a ""b"", c"');
    expect(csvCell('=1+1')).toBe("'=1+1");
    expect(csvCell('two\nlines')).toBe('"two\nlines"');
    expect(csvCell(-3)).toBe('-3');
    expect(csvCell('-Infinity')).toBe('-Infinity');
  });
});

describe('the page', () => {
  const evil = `</style><script>alert(1)</script><img src=x onerror='a' "b" \`c\` \u202e`;
  const hostile: Comparison = {
    ...comparison,
    runs: comparison.runs.map(run => ({ ...run, name: evil })),
    params: comparison.params.map(row => ({ ...row, name: evil, values: [evil, 1] })),
    metrics: comparison.metrics.map(row => ({ ...row, name: evil })),
    facts: comparison.facts.map(row => ({ ...row, name: evil, values: [evil, null] })),
    packages: comparison.packages.map(row => ({ ...row, name: evil, values: [evil, null] }))
  };
  const curves: Curve[] = [
    { run: 'a', metric: evil, total: 2, points: [0, 1].map(step => ({ step, value: step, t: null })) }
  ];
  const runs = ['a', 'b'];
  const strokes = collectStrokes(runs);
  const words = {
    title: evil,
    made: 'today',
    differences: 'Differences',
    curves: 'Curves',
    packages: 'Packages',
    same: 'The same in all',
    run: 'Run',
    status: 'Status',
    started: 'Started',
    duration: 'Duration',
    language: 'en'
  };
  it('escapes every text that came from elsewhere', () => {
    const page = writePage({ comparison: hostile, runs, strokes, curves }, words);
    expect(page.match(/<script|<img|onerror='/g)).toBeNull();
    expect(page.match(/<\/style>/g)).toHaveLength(1);
    expect(page).not.toContain('\u202e');
    const parsed = new DOMParser().parseFromString(page, 'text/html');
    expect(parsed.querySelectorAll('script, img, iframe, link, object')).toHaveLength(0);
    expect(parsed.querySelectorAll('svg')).toHaveLength(1);
  });
  it('fetches nothing', () => {
    const page = writePage({ comparison, runs, strokes, curves: [] }, { ...words, title: 'Two runs' });
    expect(page.match(/(src|href)=|url\(|@import/g)).toBeNull();
    expect(page).toContain("default-src 'none'");
  });
  it('escapes what ends an element or an attribute', () => {
    expect(escapeHtml(`<a b="c" d='e' f=\`g\`>&`)).toBe('&lt;a b=&quot;c&quot; d=&#39;e&#39; f=&#96;g&#96;&gt;&amp;');
  });
});
