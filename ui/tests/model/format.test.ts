import { describe, expect, it } from 'vitest';
import {
  formatAligned,
  formatAge,
  formatCount,
  formatDelta,
  formatDuration,
  formatNumber,
  formatShort,
  formatValue,
  visible,
  visibleLines
} from '../../src/model/format';

describe('numbers', () => {
  it('show five significant digits and no more', () => {
    expect(['0.91234567', '12345.678', '100', '0.5', '-2.25'].map(Number).map(formatNumber)).toEqual([
      '0.91235',
      '12346',
      '100',
      '0.5',
      '−2.25'
    ]);
  });

  it('turn to powers of ten where digits would not fit', () => {
    expect(formatNumber(0.00001234)).toBe('1.234e−5');
    expect(formatNumber(3e12)).toBe('3e12');
  });

  it('in a column have their points beneath each other', () => {
    expect([0.92, 12.3456789, 3, 0.00001].map(formatAligned)).toEqual(['0.9200', '12.3457', '3', '1e−5']);
    expect([formatAligned('NaN'), formatAligned(null)]).toEqual(['NaN', '–']);
  });

  it('that JSON cannot write are told by name', () => {
    expect([formatNumber('NaN'), formatNumber('Infinity'), formatNumber('-Infinity'), formatNumber(null)]).toEqual([
      'NaN',
      '∞',
      '−∞',
      '–'
    ]);
  });

  it('as changes carry their sign', () => {
    expect([0.01234, -0.5, 0, 1e-9, null].map(formatDelta)).toEqual(['+0.0123', '−0.5', '0', '+1e−9', '–']);
  });

  it('as counts are grouped by thousands', () => {
    expect(formatCount(1234567)).toBe('1\u202f234\u202f567');
  });
});

describe('times', () => {
  it('take one unit for an age and two for a duration', () => {
    expect([formatAge(1000, 1030), formatAge(1000, 4700), formatAge(1000, 1000 + 86_400 * 3)]).toEqual([
      'now',
      '1 h',
      '3 d'
    ]);
    expect([formatDuration(3.21), formatDuration(75), formatDuration(3720)]).toEqual([
      '3.2 s',
      '1 min 15 s',
      '1 h 02 min'
    ]);
  });

  it('of a clock that runs ahead are now, not negative', () => {
    expect(formatAge(2000, 1000)).toBe('now');
  });
});

describe('foreign text', () => {
  it('cannot turn the direction of what follows', () => {
    expect(visible('abc\u202egnp.exe')).toBe('abc\\u202egnp.exe');
  });

  it('cannot hide letters, and keeps joined emoji', () => {
    expect(visible('a\u200bb\u0000')).toBe('a\\u200bb\\u0000');
    expect(visible('👩\u200d🔬')).toBe('👩\u200d🔬');
  });

  it('is cut before it is walked', () => {
    expect(visible('x'.repeat(1_000_000), 10)).toBe('xxxxxxxxx…');
  });

  it('of many lines keeps its lines', () => {
    expect(visibleLines('a\r\n\tb\u0007')).toBe('a\n\tb\\u0007');
  });

  it('of a long fraction is short where there is little room', () => {
    expect([formatShort(1 / 30), formatShort(0.001), formatShort(123456789012)]).toEqual([
      '0.033333',
      '0.001',
      '123456789012'
    ]);
  });

  it('as a value is written as Python would', () => {
    expect([true, null, [1, 'a'], ' x', 'rf', 0.001].map(value => formatValue(value))).toEqual([
      'True',
      'None',
      '[1, a]',
      "' x'",
      'rf',
      '0.001'
    ]);
  });
});
