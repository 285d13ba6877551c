import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { planStart, START, startsRun, tracks, VERBS } from '../../../src/notebook/lines';

describe('A cell', () => {
  it.each([
    '%track',
    '%%track',
    '%load_ext trackside\n%track',
    '  %track best-one --tag x',
    '%track end',
    '%track start'
  ])('tracks: %s', source => expect(tracks(source)).toBe(true));

  it.each(['', 'track', '# %track', '%tracker', '%track-it', 'x = "%track"', '%%tracked'])(
    'does not track: %s',
    source => expect(tracks(source)).toBe(false)
  );

  it.each([
    START,
    '%track',
    '%track name',
    '%track -p lr=1',
    '%track start',
    '%%track',
    '%%track end',
    '%track end\n%track'
  ])('starts a run: %s', source => expect(startsRun(source)).toBe(true));

  it.each(['%track end', '%track list', '%track view\n%track off', 'print("%track")'])('starts no run: %s', source =>
    expect(startsRun(source)).toBe(false)
  );
});

describe('The words after %track', () => {
  it('are those that the magic knows', () => {
    const magic = readFileSync(resolve(__dirname, '../../../../../kernel_side/trackside/magic.py'), 'utf8');
    const [, known = ''] = /"(start end [a-z ]+)"/.exec(magic) ?? [];
    const words = known.split(' ').filter(word => word !== 'start');
    expect([...VERBS].sort()).toEqual(words.sort());
  });
});

describe('Tracking a notebook', () => {
  it('puts the two lines in front', () => {
    expect(planStart([{ isCode: true, source: 'x = 1' }])).toEqual({ insert: START });
    expect(planStart([])).toEqual({ insert: START });
  });

  it('never does so twice', () => {
    const cells = [
      { isCode: false, source: '%track' },
      { isCode: true, source: 'x = 1' },
      { isCode: true, source: START }
    ];
    expect(planStart(cells)).toEqual({ there: 2 });
  });
});
