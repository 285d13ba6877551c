// @vitest-environment jsdom
import { act, fireEvent, screen } from '@testing-library/react';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { QueryBar } from '../../src/views/runs/QueryBar';
import { stage } from './stage';

afterEach(() => vi.useRealTimers());

describe('the filter', () => {
  it('asks at once at the pace of a person, and once for a burst of letters', () => {
    vi.useFakeTimers({ toFake: ['performance', 'setTimeout', 'clearTimeout'] });
    const asked: string[] = [];
    stage(
      <QueryBar
        query=""
        onQuery={query => asked.push(query)}
        head={null}
        known={() => []}
        error={null}
        placeholder=""
      />
    );
    const type = (text: string): unknown => fireEvent.change(screen.getByRole('combobox'), { target: { value: text } });
    const wait = (ms: number): void => act(() => void vi.advanceTimersByTime(ms));
    wait(1_000);
    type('a');
    wait(100);
    type('ab');
    expect(asked).toEqual(['a', 'ab']);
    wait(30);
    type('abc');
    wait(20);
    type('abcd');
    expect(asked).toEqual(['a', 'ab']);
    wait(60);
    expect(asked).toEqual(['a', 'ab', 'abcd']);
  });
});
