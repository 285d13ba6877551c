/** Pushes and pulls of a place, shared by all views of it that have the same source. */

import { useEffect, useMemo, useSyncExternalStore } from 'react';
import { Sharing } from '../../model/sharing';
import type { SharingState } from '../../model/sharing';
import type { Source } from '../../source/source';
import { useServices } from '../services';
import { useChoices } from './choices';

const SHARED = new WeakMap<Source, Map<string, Sharing>>();

/** The pushes and pulls of a place; the same for every view, command and menu that has this source. */
export function sharingOf(source: Source, place: string): Sharing {
  const places = SHARED.get(source) ?? new Map<string, Sharing>();
  SHARED.set(source, places);
  const found =
    places.get(place) ??
    new Sharing(
      {
        remotes: () => source.remotes(place),
        push: asked => source.push(place, asked),
        pull: asked => source.pull(place, asked),
        task: id => source.task(id),
        cancel: id => source.cancel(id)
      },
      () => document.visibilityState === 'visible' && navigator.onLine
    );
  places.set(place, found);
  return found;
}

/** Use the sharing of a place; while a view of it stands, pulls are made now and then if that was chosen. */
export function useSharing(place: string): { readonly sharing: Sharing; readonly state: SharingState } {
  const { source } = useServices();
  const sharing = useMemo(() => sharingOf(source, place), [source, place]);
  const state = useSyncExternalStore(sharing.subscribe, sharing.current);
  const { choices } = useChoices(place);
  useEffect(() => void sharing.load(), [sharing]);
  useEffect(() => (choices.pulls ? sharing.watch() : undefined), [sharing, choices.pulls]);
  return { sharing, state };
}
