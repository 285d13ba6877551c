/** Long work on the server: started once, asked after until it is over. */

import { useCallback, useEffect, useRef, useState } from 'react';
import type { Task } from '../../contract';
import { useServices } from '../services';

const OFTEN = 300;

/** A task and how it stands. */
export interface UsedTask {
  readonly task: Task | null;
  readonly failure: unknown;
  readonly start: (begin: () => Promise<Task>) => void;
  readonly cancel: () => void;
}

/** Use a task. */
export function useTask(): UsedTask {
  const { source } = useServices();
  const [task, setTask] = useState<Task | null>(null);
  const [failure, setFailure] = useState<unknown>(null);
  const isThere = useRef(true);
  useEffect(() => {
    isThere.current = true;
    return () => {
      isThere.current = false;
    };
  }, []);
  const isUnderWay = task !== null && (task.state === 'waiting' || task.state === 'running');
  useEffect(() => {
    if (!task || !isUnderWay) {
      return;
    }
    const aborting = new AbortController();
    const timer = setTimeout(() => {
      source.task(task.id, aborting.signal).then(setTask, error => {
        if (!aborting.signal.aborted) {
          setTask(null);
          setFailure(error);
        }
      });
    }, OFTEN);
    return () => {
      clearTimeout(timer);
      aborting.abort();
    };
  }, [source, task, isUnderWay]);
  const start = useCallback((begin: () => Promise<Task>) => {
    setFailure(null);
    begin().then(
      begun => isThere.current && setTask(begun),
      (error: unknown) => isThere.current && setFailure(error)
    );
  }, []);
  const cancel = useCallback(() => {
    if (task) {
      source.cancel(task.id).then(setTask, setFailure);
    }
  }, [source, task]);
  return { task, failure, start, cancel };
}
