/** Pictures of runs as object URLs, shared by all that show them and given back when none does. */

import { useEffect, useState } from 'react';
import type { Source } from '../../source/source';
import { toSourceError } from '../charts/answers';
import { useServices } from '../services';

/** Which picture; `version` changes when its bytes may have. */
export interface ImageRequest {
  readonly place: string;
  readonly run: string;
  readonly kind: 'figures' | 'images';
  readonly number: number;
  readonly version: string;
}

interface Held {
  readonly promise: Promise<string>;
  users: number;
  timer: ReturnType<typeof setTimeout> | null;
}

/** How long a picture stays that nobody shows, so that looking back and forth does not flicker. */
const KEPT_MS = 20_000;
const held = new WeakMap<Source, Map<string, Held>>();

function hold(source: Source, key: string, request: ImageRequest): Held {
  const all = held.get(source) ?? new Map<string, Held>();
  held.set(source, all);
  let found = all.get(key);
  if (!found) {
    const { place, run, kind, number } = request;
    const promise = source.image(place, run, kind, number).then(blob => URL.createObjectURL(blob));
    promise.catch(() => all.delete(key));
    found = { promise, users: 0, timer: null };
    all.set(key, found);
  }
  if (found.timer !== null) {
    clearTimeout(found.timer);
    found.timer = null;
  }
  found.users += 1;
  return found;
}

function release(source: Source, key: string, image: Held): void {
  image.users -= 1;
  if (image.users === 0) {
    image.timer = setTimeout(() => {
      const all = held.get(source);
      if (all?.get(key) === image) {
        all.delete(key);
      }
      image.promise.then(URL.revokeObjectURL, () => undefined);
    }, KEPT_MS);
  }
}

/** Hold a picture while the calling view is there and `wanted`. Of a new version the old one stays until it is read. */
export function useImage(
  request: ImageRequest | null,
  wanted = true
): { readonly url: string | null; readonly error: string | null } {
  const { source } = useServices();
  const [state, setState] = useState<{ url: string | null; error: string | null }>({ url: null, error: null });
  const key = request && wanted ? JSON.stringify(request) : null;
  useEffect(() => {
    if (key === null || !request) {
      return;
    }
    let isHere = true;
    const image = hold(source, key, request);
    image.promise.then(
      url => isHere && setState({ url, error: null }),
      (reason: unknown) => isHere && setState({ url: null, error: toSourceError(reason).message })
    );
    return () => {
      isHere = false;
      release(source, key, image);
    };
  }, [source, key]); // eslint-disable-line react-hooks/exhaustive-deps -- `key` stands for the request
  return state;
}
