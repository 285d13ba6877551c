import { plainWords } from '@trackside/ui';
import type { RunRow } from '@trackside/ui';
import { describe, expect, it } from 'vitest';
import { contextOf, describeRun, factsOf, spokenRun, verdictOf } from '../../src/tree/words';
import { page } from './golden';

const beside = { metric: page.main_metric, baseline: page.baseline, best: page.best, now: 1_790_004_000 };

function row(name: string): RunRow {
  const found = [...page.rows, page.baseline].find(each => each?.name === name);
  if (!found) {
    throw new Error(`There is no ${name}.`);
  }
  return found;
}

describe('A run in the tree', () => {
  it('says marks, value, change and age', () => {
    for (const each of page.rows) {
      expect(describeRun(each, beside)).toMatch(/^([★♛⎇]+ {2}· {2})?.*\d+(\.\d)? (s|min|h|d)|now/);
    }
    const best = page.rows.find(each => each.id === page.best);
    expect(best && describeRun(best, beside)).toContain('♛');
  });

  it('says with an arrow which way a value moved, and with ≈ that it is noise', () => {
    const base = row('calm-otter-3f');
    const cell = { last: 0.5, min: 0, max: 1, count: 1, direction: 'higher', delta: -0.25 } as const;
    const moved = (verdict: 'worse' | 'noise', delta: number): RunRow => ({
      ...base,
      star: false,
      promoted: null,
      metrics: { val_acc: { ...cell, delta, verdict } }
    });
    expect(describeRun(moved('worse', -0.25), beside)).toMatch(/^0\.5000 ↓0\.25 /);
    expect(describeRun(moved('noise', 0.01), beside)).toMatch(/^0\.5000 ≈0\.01 /);
    expect(verdictOf(moved('worse', -0.25), 'val_acc')).toBe('worse');
    expect(verdictOf(base, 'no such')).toBe('unknown');
  });

  it('offers what fits its state', () => {
    const open = page.rows.find(each => each.status === 'open');
    expect(open && contextOf(open)).toMatch(/^run;open;/);
    expect(contextOf(row('calm-otter-3f'))).toBe('run;sealed;trackside;plain;notebook;');
    expect(contextOf({ ...row('calm-otter-3f'), star: true, archived: true, notebook: null })).toBe(
      'run;sealed;trackside;star;archived;'
    );
  });

  it('says the same to a screen reader in words', () => {
    expect(spokenRun(row('calm-otter-3f'), beside, plainWords)).toMatch(
      /^calm-otter-3f, finished, val_acc 0\.9120, the same, /
    );
  });

  it('never shows text of others that moves or hides other text', () => {
    const evil = { ...row('calm-otter-3f'), name: 'a\u202eb\u0007', author: 'x\ny', note: '\u200b[x](command:y)' };
    const told = [spokenRun(evil, beside, plainWords), ...factsOf(evil, beside, plainWords).flat()].join('\n');

    expect(told).not.toMatch(/[\u202e\u200b\u0000-\u0009]/);
  });
});
