/** What a source answers, kept while it is asked again, so that nothing on the page flickers. */

import { useCallback, useEffect, useRef, useState } from 'react';
import type { Changed } from '../../contract';
import { SourceError } from '../../source/source';
import { useServices } from '../services';

/** `value` stays until a newer one is there; `error` is of the last time it was asked. */
export interface Answer<T> {
  readonly value: T | null;
  readonly error: SourceError | null;
  readonly isLoading: boolean;
  /** Ask again; while an answer is under way, once more after it. */
  readonly reload: () => void;
}

/** Ask when `key` changes; null asks nothing. `ask` may be a new function at every call. */
export function useAnswer<T>(key: string | null, ask: (signal: AbortSignal) => Promise<T>): Answer<T> {
  const [value, setValue] = useState<T | null>(null);
  const [error, setError] = useState<SourceError | null>(null);
  const [isLoading, setLoading] = useState(key !== null);
  const [round, setRound] = useState(0);
  const latest = useRef(ask);
  latest.current = ask;
  const isBusy = useRef(false);
  const isStale = useRef(false);
  useEffect(() => {
    if (key === null) {
      return;
    }
    const stop = new AbortController();
    isBusy.current = true;
    setLoading(true);
    const done = (): void => {
      isBusy.current = false;
      setLoading(false);
      if (isStale.current) {
        isStale.current = false;
        setRound(count => count + 1);
      }
    };
    latest.current(stop.signal).then(
      answer => {
        if (!stop.signal.aborted) {
          setValue(answer);
          setError(null);
          done();
        }
      },
      (reason: unknown) => {
        if (!stop.signal.aborted) {
          setError(toSourceError(reason));
          done();
        }
      }
    );
    return () => {
      stop.abort();
      isBusy.current = false;
    };
  }, [key, round]);
  const reload = useCallback(() => {
    if (isBusy.current) {
      isStale.current = true;
    } else {
      setRound(count => count + 1);
    }
  }, []);
  return { value, error, isLoading, reload };
}

/** Return a failure as a SourceError, whatever was thrown. */
export function toSourceError(reason: unknown): SourceError {
  if (reason instanceof SourceError) {
    return reason;
  }
  return new SourceError(reason instanceof Error ? reason.message : String(reason), '', 'unknown');
}

/** Hear of changes of one place that touch `runs`, or that may touch any run. */
export function useChanges(place: string, runs: readonly string[], listener: (changed: Changed) => void): void {
  const { source } = useServices();
  const latest = useRef({ runs, listener });
  latest.current = { runs, listener };
  useEffect(() => {
    const subscription = source.subscribe(changed => {
      const now = latest.current;
      const isOurs = changed.runs.length === 0 || changed.runs.some(run => now.runs.includes(run));
      if (changed.place === place && isOurs) {
        now.listener(changed);
      }
    });
    return () => subscription.dispose();
  }, [source, place]);
}

/** Follow a counter at once, and then at most every `pause` milliseconds, for what is dear to ask. */
export function useCalm(round: number, pause: number): number {
  const [calm, setCalm] = useState(round);
  const last = useRef(0);
  useEffect(() => {
    const timer = setTimeout(
      () => {
        last.current = Date.now();
        setCalm(round);
      },
      Math.max(0, last.current + pause - Date.now())
    );
    return () => clearTimeout(timer);
  }, [round, pause]);
  return calm;
}

/** Map with at most `most` promises under way. */
export async function mapSome<T, R>(items: readonly T[], most: number, work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < items.length) {
      const index = next++;
      const item = items[index];
      if (item !== undefined) {
        results[index] = await work(item);
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(most, items.length) }, worker));
  return results;
}
