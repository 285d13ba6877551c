import { describe, expect, it } from 'vitest';
import type { FigureFact } from '../../src/contract';
import { figureAt, groupFigures } from '../../src/model/compare/figures';

const figure = (name: string, cell: number | null = null, step: number | null = null): FigureFact => ({
  path: `plots/${name}-${step}.png`,
  name,
  mime: 'image/png',
  size: 10,
  cell,
  step
});
const shown = (groups: ReturnType<typeof groupFigures>): unknown =>
  groups.map(group => [group.name, group.byRun.map(own => own.map(({ number }) => number))]);

describe('figures of several runs', () => {
  it('stand together by name, those of most runs first', () => {
    const one = { figures: [figure('only'), figure('roc')], cells: [] };
    const two = { figures: [figure('roc')], cells: [] };
    expect(shown(groupFigures([one, two]))).toEqual([
      ['roc', [[1], [0]]],
      ['only', [[0], []]]
    ]);
  });
  it('named after a cell stand together by its source, wherever it ran', () => {
    const plot = { source: 'plt.plot(loss)\nplt.show()' };
    const matrix = { source: 'show_matrix(y)\n' };
    const one = {
      figures: [figure('cell-002-0', 2), figure('cell-003-0', 3)],
      cells: [
        { cell: 2, ...plot },
        { cell: 3, ...matrix }
      ]
    };
    const two = {
      figures: [figure('cell-003-0', 3), figure('cell-004-0', 4)],
      cells: [
        { cell: 3, ...plot },
        { cell: 4, ...matrix }
      ]
    };
    expect(shown(groupFigures([one, two]))).toEqual([
      ['cell-002-0', [[0], [0]]],
      ['cell-003-0', [[1], [1]]]
    ]);
  });
  it('of a cell that was edited stand together, of another cell not', () => {
    const run = (source: string) => ({ figures: [figure('cell-001-0', 1)], cells: [{ cell: 1, source }] });
    expect(groupFigures([run('a = 1\nplot(a)\nshow()'), run('a = 2\nplot(a)\nshow()')])).toHaveLength(1);
    expect(groupFigures([run('plot(a)'), run('table(b)')])).toHaveLength(2);
  });
  it('of one run stay apart, however alike their cells', () => {
    const cells = [
      { cell: 1, source: 'a = 1\nplot(a)\nshow()' },
      { cell: 2, source: 'a = 2\nplot(a)\nshow()' }
    ];
    const one = { figures: [figure('cell-001-0', 1), figure('cell-002-0', 2)], cells };
    expect(groupFigures([one, { figures: [], cells: [] }])).toHaveLength(2);
  });
  it('of several steps are one group, looked at by step', () => {
    const one = { figures: [figure('s', null, 10), figure('s', null, 0)], cells: [] };
    const [group] = groupFigures([one]);
    expect(group?.steps).toEqual([0, 10]);
    expect(figureAt(group?.byRun[0] ?? [], 5)?.fact.step).toBe(0);
    expect(figureAt(group?.byRun[0] ?? [], null)?.fact.step).toBe(10);
    expect(figureAt([], 5)).toBeNull();
  });
});
