/** Pushes and pulls of a place, shared by all views of it that have the same source. */

import { useEffect, useMemo, useSyncExternalStore } from 'react';
import type { Sharing, SharingState } from '../../model/sharing';
import { sharedSharing } from './sharings';
import type { Source } from '../../source/source';
import { useServices } from '../services';
import { useChoices } from './choices';

const isLookedAt = (): boolean => document.visibilityState === 'visible' && navigator.onLine;

/** The pushes and pulls of a place, which go on by themselves only while somebody looks. */
export function sharingOf(source: Source, place: string): Sharing {
  return sharedSharing(source, place, isLookedAt);
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
