/** What a person asks of a promotion, and the preview of it. */

import { useCallback, useEffect, useMemo, useState } from 'react';
import type { PromotePreview, PromoteRequest } from '../../contract';
import { isAborted } from '../../source/http';
import { useServices } from '../services';

/** Milliseconds of rest before a name that is being written is looked at. */
const REST = 250;

/** Everything the dialog lets a person choose; empty texts take what the preview offers. */
export interface Asked {
  readonly branch: string;
  readonly onto: string;
  readonly update: boolean;
  readonly keepsOutputs: boolean;
  readonly hooks: boolean;
  readonly push: boolean;
  readonly request: boolean;
  readonly draft: boolean;
  readonly title: string;
}

/** What is asked unless a person says otherwise: nothing leaves this machine. */
export const USUAL: Asked = {
  branch: '',
  onto: '',
  update: false,
  keepsOutputs: false,
  hooks: true,
  push: false,
  request: false,
  draft: false,
  title: ''
};

/** The request for a server; what cannot be done without a remote is not asked for. */
export function requestOf(run: string, asked: Asked, hasRemote: boolean): PromoteRequest {
  const push = asked.push && hasRemote;
  const request = push && asked.request;
  return {
    run,
    branch: asked.branch.trim(),
    onto: asked.onto,
    update: asked.update,
    outputs: asked.keepsOutputs ? 'keep' : 'strip',
    hooks: asked.hooks,
    push,
    request,
    draft: request && asked.draft,
    title: request ? asked.title.trim() : ''
  };
}

/** A preview and how it stands; `isStale` while something newer is asked. */
export interface UsedPreview {
  readonly preview: PromotePreview | null;
  readonly error: unknown;
  readonly isStale: boolean;
  readonly again: () => void;
}

/** Use the preview of what is asked; where it goes afterwards changes nothing in it. */
export function usePreview(place: string, run: string, asked: Asked): UsedPreview {
  const { source } = useServices();
  const [state, setState] = useState<{ preview: PromotePreview | null; error: unknown; key: string }>({
    preview: null,
    error: null,
    key: ''
  });
  const [count, setCount] = useState(0);
  const again = useCallback(() => setCount(before => before + 1), []);
  const request = useMemo(
    () => requestOf(run, { ...asked, push: false }, false),
    // The others decide what happens after the branch is made.
    // eslint-disable-next-line react-hooks/exhaustive-deps
    [run, asked.branch.trim(), asked.onto, asked.update, asked.keepsOutputs, asked.hooks]
  );
  const key = `${count} ${JSON.stringify(request)}`;
  useEffect(() => {
    const aborting = new AbortController();
    const ask = (): void => {
      source.previewPromotion(place, request, aborting.signal).then(
        preview => setState({ preview, error: null, key }),
        (error: unknown) => {
          if (!isAborted(error)) {
            setState(so => ({ ...so, error, key }));
          }
        }
      );
    };
    const timer = setTimeout(ask, request.branch ? REST : 0);
    return () => {
      clearTimeout(timer);
      aborting.abort();
    };
  }, [source, place, request, key]);
  return { preview: state.preview, error: state.error, isStale: state.key !== key, again };
}
