/** One look at what takes the space: begun with the view, given up with it. */

import { useCallback, useEffect, useRef, useState } from 'react';
import type { Task } from '../../contract';
import { isUnderWay } from '../../model/sharing';
import { useTask } from '../promote/task';
import type { UsedTask } from '../promote/task';
import { useServices } from '../services';

/** A look and how it stands; `again` begins another. */
export interface Look extends Pick<UsedTask, 'task' | 'failure' | 'cancel'> {
  readonly again: () => void;
  /** Whether it was cancelled: it ends where it next says how far it is. */
  readonly isEnding: boolean;
}

/** Look at a place. */
export function useLook(place: string): Look {
  const { source } = useServices();
  const { task, failure, start, cancel } = useTask();
  const latest = useRef<Task | null>(null);
  latest.current = task;
  const begun = useRef<Promise<Task> | null>(null);
  const [isEnding, setEnding] = useState(false);
  // The server counts who waits: a look that others wait for too is let go of once.
  const hasLetGo = useRef(false);
  const again = useCallback(() => {
    setEnding(false);
    hasLetGo.current = false;
    start(() => {
      begun.current = source.storage(place);
      return begun.current;
    });
  }, [source, place, start]);
  const end = useCallback(() => {
    setEnding(true);
    hasLetGo.current = true;
    cancel();
  }, [cancel]);
  useEffect(() => {
    again();
    return () => {
      // Nobody waits any more; who closes before the server has answered leaves no look behind either.
      void begun.current?.then(
        first => {
          const now = latest.current?.id === first.id ? latest.current : first;
          return isUnderWay(now) && !hasLetGo.current ? source.cancel(now.id).catch(() => undefined) : undefined;
        },
        () => undefined
      );
    };
  }, [again, source]);
  return { task, failure, cancel: end, again, isEnding };
}
