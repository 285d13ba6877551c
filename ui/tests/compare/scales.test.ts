import { describe, expect, it } from 'vitest';
import type { Comparison } from '../../src/contract';
import { collectAxes, moved, nudged, orderAxes, placeAxes, withinBrushes } from '../../src/model/compare/axes';
import { makeScale, roundTicks } from '../../src/model/compare/scales';
import { firstPair, scatter } from '../../src/model/compare/scatter';
import { golden } from './golden';

describe('scales', () => {
  it('covers numbers with round ticks', () => {
    expect(roundTicks(0.13, 0.91)).toEqual([0, 0.2, 0.4, 0.6, 0.8, 1]);
    expect(roundTicks(5, 5)).toEqual([5]);
  });
  it('takes a logarithm when values span two decades, not below', () => {
    expect(makeScale([0.001, 0.1]).kind).toBe('log');
    expect(makeScale([0.01, 0.5]).kind).toBe('linear');
    expect(makeScale([0, 1000]).kind).toBe('linear');
    expect(makeScale([0, 1000], 'log').kind).toBe('linear');
  });
  it('gives words lanes in the order a person counts', () => {
    const scale = makeScale(['rf10', 'rf9', true, undefined]);
    expect(scale.ticks.map(tick => tick.label)).toEqual(['rf9', 'rf10', 'True']);
    expect(scale.place(undefined)).toBeNull();
  });
  it('has no place for what is not finite', () => {
    const scale = makeScale([1, 'NaN', 3, null]);
    expect(scale.kind).toBe('linear');
    expect(scale.place('NaN')).toBeNull();
    expect(scale.place(2)).toBeCloseTo(0.5);
  });
  it('puts a single value in the middle', () => {
    expect(makeScale([4, 4]).place(4)).toBe(0.5);
  });
});

describe('axes', () => {
  const comparison = golden<Comparison>('comparison');
  it('are the parameters and metrics that differ', () => {
    expect(collectAxes(comparison).map(axis => axis.id)).toEqual(['param:lr', 'metric:accuracy', 'metric:loss']);
    expect(collectAxes(comparison, true).length).toBe(5);
  });
  it('keep a chosen order', () => {
    const axes = collectAxes(comparison);
    expect(orderAxes(axes, ['metric:loss']).map(axis => axis.id)[0]).toBe('metric:loss');
    expect(moved(['a', 'b', 'c'], 0, 5)).toEqual(['b', 'c', 'a']);
    expect(moved(['a', 'b', 'c'], 2, -1)).toEqual(['a', 'c', 'b']);
  });
  it('filter runs by their brushes; a run without a value is out', () => {
    const placed = placeAxes(collectAxes(comparison));
    expect(withinBrushes(placed, { 'param:lr': { from: 0, to: 0.4 } }, 2)).toEqual([true, false]);
    expect(withinBrushes(placed, { 'metric:loss': { from: 0, to: 1 } }, 2)).toEqual([true, false]);
    expect(withinBrushes(placed, {}, 2)).toEqual([true, true]);
  });
  it('move a brush inside the axis and keep it open', () => {
    expect(nudged({ from: 0.1, to: 0.4 }, 'both', -0.5)).toEqual({ from: 0, to: expect.closeTo(0.3) as number });
    expect(nudged({ from: 0.1, to: 0.4 }, 'from', 1).from).toBeCloseTo(0.38);
  });
  it('scatter every run that has both values, and count the others', () => {
    const axes = collectAxes(comparison);
    const [lr, accuracy, loss] = axes;
    expect(firstPair(axes)).toEqual({ x: 'param:lr', y: 'metric:accuracy' });
    if (lr && accuracy && loss) {
      expect(scatter(lr, accuracy, { x: 'auto', y: 'auto' }).points.map(point => point.run)).toEqual([0, 1]);
      expect(scatter(lr, loss, { x: 'auto', y: 'auto' })).toMatchObject({ left: 1, points: [{ run: 0 }] });
    }
  });
});
