/** The pushes and pulls of a place: the same for every view, command and menu that has one source. */

import { Sharing } from '../../model/sharing';
import type { Source } from '../../source/source';

const SHARED = new WeakMap<Source, Map<string, Sharing>>();

/** Return them, made when first asked for; `isAwake` says whether it may pull by itself now. */
export function sharedSharing(source: Source, place: string, isAwake: () => boolean): Sharing {
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
      isAwake
    );
  places.set(place, found);
  return found;
}
