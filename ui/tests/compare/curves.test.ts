import { describe, expect, it } from 'vitest';
import type { Curve } from '../../src/contract';
import { alignCurves, isTimed, nearest } from '../../src/model/compare/alignment';
import { smooth } from '../../src/model/compare/smoothing';

const curve = (run: string, values: readonly Curve['points'][number]['value'][], first = 0): Curve => ({
  run,
  metric: 'loss',
  total: values.length,
  points: values.map((value, index) => ({ step: first + index, value, t: null }))
});
const plain = { along: 'step', log: false, smoothing: 0 } as const;

describe('smoothing', () => {
  it('leaves values as they are at weight 0', () => {
    expect(smooth([3, 1, 2], 0)).toEqual([3, 1, 2]);
  });
  it('begins at the first value instead of near zero', () => {
    expect(smooth([10, 10, 10], 0.9).map(value => value?.toFixed(6))).toEqual(['10.000000', '10.000000', '10.000000']);
  });
  it('weighs the newest value by one minus the weight', () => {
    // (0.5·(0.5·0) + 0.5·1) / (1 − 0.25)
    expect(smooth([0, 1], 0.5)[1]).toBeCloseTo(2 / 3);
  });
  it('keeps a gap a gap and goes on behind it', () => {
    expect(smooth([4, null, 4], 0.6)[1]).toBeNull();
    expect(smooth([4, null, 4], 0.6)[2]).toBeCloseTo(4);
  });
});

describe('alignment', () => {
  it('joins runs of different steps without making gaps', () => {
    const { xs, lines } = alignCurves([curve('a', [1, 2]), curve('b', [5, 6], 1)], plain);
    expect(xs).toEqual([0, 1, 2]);
    expect(lines.map(line => line.raw)).toEqual([
      [1, 2, undefined],
      [undefined, 5, 6]
    ]);
  });
  it('makes a gap of what is not finite, and still says what it was', () => {
    const [line] = alignCurves([curve('a', [1, 'NaN', 'Infinity', 2])], plain).lines;
    expect(line?.raw).toEqual([1, null, null, 2]);
    expect(line?.said).toEqual([1, 'NaN', 'Infinity', 2]);
    expect(line?.hidden).toBe(2);
  });
  it('hides what is not positive on a logarithmic axis', () => {
    const [line] = alignCurves([curve('a', [1, 0, -1])], { ...plain, log: true }).lines;
    expect(line?.raw).toEqual([1, null, null]);
  });
  it('smooths over the points of a run only', () => {
    const [, line] = alignCurves([curve('a', [1, 1, 1]), curve('b', [5, 5], 1)], { ...plain, smoothing: 0.5 }).lines;
    expect(line?.smooth).toEqual([undefined, 5, 5]);
  });
  it('takes the last of points logged at one step', () => {
    const twice: Curve = {
      ...curve('a', [1]),
      points: [
        { step: 0, value: 1, t: 0 },
        { step: 0, value: 2, t: 1 }
      ]
    };
    expect(alignCurves([twice], plain).lines[0]?.raw).toEqual([2]);
  });
  it('leaves out points of unknown time along the time', () => {
    const timed: Curve = {
      ...curve('a', [1]),
      points: [
        { step: 0, value: 1, t: 2.5 },
        { step: 1, value: 2, t: null }
      ]
    };
    expect(alignCurves([timed], { ...plain, along: 'time' }).xs).toEqual([2.5]);
    expect(isTimed([curve('a', [1])])).toBe(false);
    expect(isTimed([timed])).toBe(true);
  });
  it('holds no points and a single point', () => {
    expect(alignCurves([curve('a', [])], plain)).toMatchObject({ xs: [], lines: [{ raw: [] }] });
    expect(alignCurves([curve('a', [7])], plain)).toMatchObject({ xs: [0], lines: [{ raw: [7] }] });
  });
  it('finds the nearest x', () => {
    expect([-5, 0.4, 0.6, 9].map(x => nearest([0, 1, 2], x))).toEqual([0, 0, 1, 2]);
    expect(nearest([], 1)).toBe(-1);
  });
});
