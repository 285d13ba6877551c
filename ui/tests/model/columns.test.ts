import { describe, expect, it } from 'vitest';
import type { ColumnFact, Page } from '../../src/contract';
import { NO_CHOICES } from '../../src/model/choices';
import { arrangeColumns, collectBands, moveColumn, placeColumn } from '../../src/model/columns';
import { golden } from '../golden';

const page = golden<Page>('page');
const arranged = (choices: Partial<typeof NO_CHOICES.columns> = {}): ReturnType<typeof arrangeColumns> =>
  arrangeColumns(page.columns, page.total, page.main_metric, { ...NO_CHOICES.columns, ...choices });
const keys = (columns: ReturnType<typeof arrangeColumns>): string[] => columns.shown.map(column => column.key);

describe('the columns of a table', () => {
  it('are the name and what varies; what is the same in all is folded', () => {
    const columns = arranged();
    expect(keys(columns).slice(0, 8)).toEqual([
      'name',
      'started',
      'metrics.val_acc',
      'metrics.val_loss',
      'params.lr',
      'params.model',
      'params.depth',
      'params.seed'
    ]);
    expect(columns.folded.map(fact => fact.name)).toEqual(['train.epochs', 'train.lr']);
  });

  it('of a single run are all there is: nothing can vary', () => {
    const columns = arrangeColumns(page.columns, 1, page.main_metric, NO_CHOICES.columns);
    expect([keys(columns).includes('params.train.lr'), columns.folded]).toEqual([true, []]);
  });

  it('follow what a person hid, showed, pinned and placed', () => {
    const columns = arranged({
      hidden: ['params.seed'],
      shown: ['params.train.lr'],
      pinned: ['params.model'],
      order: ['params.depth', 'metrics.val_acc']
    });
    expect(keys(columns).slice(0, 7)).toEqual([
      'name',
      'params.model',
      'started',
      'params.depth',
      'params.train.lr',
      'tags',
      'note'
    ]);
    expect([columns.pinned, keys(columns).includes('params.seed')]).toEqual([2, false]);
    expect(keys(columns)).toContain('params.train.lr');
  });

  it('fold the main metric never, even when all agree on it', () => {
    const facts: ColumnFact[] = page.columns.map(fact => ({ ...fact, same: true }));
    expect(keys(arrangeColumns(facts, 9, 'val_acc', NO_CHOICES.columns))).toContain('metrics.val_acc');
  });

  it('that have no plain name are referred to in quotes', () => {
    const fact: ColumnFact = { kind: 'param', name: 'a b"c', runs: 2, same: false, value: null, direction: 'unknown' };
    const column = arrangeColumns([fact], 2, null, NO_CHOICES.columns).shown.find(one => one.kind === 'param');
    expect(column?.sort).toBe('params["a b\\"c"]');
  });

  it('move by steps and onto each other, never before the name', () => {
    const { shown } = arranged();
    expect(moveColumn(shown, 'started', -3)[0]).toBe('started');
    expect(moveColumn(shown, 'started', 1).slice(0, 2)).toEqual(['metrics.val_acc', 'started']);
    expect(placeColumn(shown, 'params.seed', 'metrics.val_acc').slice(0, 3)).toEqual([
      'started',
      'params.seed',
      'metrics.val_acc'
    ]);
  });

  it('stand under bands of their kind, pinned ones under their own', () => {
    const bands = collectBands(arranged({ pinned: ['metrics.val_acc'] }));
    expect(bands.map(band => [band.kind, band.columns.length])).toEqual([
      ['field', 1],
      ['metric', 1],
      ['field', 1],
      ['metric', 1],
      ['param', 4],
      ['note', 2],
      ['origin', 3]
    ]);
  });
});
