/** Choices and selection of a place, shared by all views of it that have the same source. */

import { useCallback, useEffect, useMemo, useSyncExternalStore } from 'react';
import type { TableChoices } from '../../model/choices';
import { Remembered } from '../../model/remembering';
import type { Source } from '../../source/source';
import { useServices } from '../services';

const SHARED = new WeakMap<Source, Map<string, Remembered>>();

function rememberedOf(source: Source, place: string): Remembered {
  const places = SHARED.get(source) ?? new Map<string, Remembered>();
  SHARED.set(source, places);
  const found =
    places.get(place) ??
    new Remembered({
      load: () => source.choices(place),
      save: choices => source.saveChoices(place, choices)
    });
  places.set(place, found);
  return found;
}

/** The choices of a place, and how to change them. */
export interface UsedChoices {
  readonly choices: TableChoices;
  /** Whether what was chosen before is known; views ask for rows only then. */
  readonly loaded: boolean;
  readonly change: (change: (choices: TableChoices) => TableChoices) => void;
}

/** Use what a person chose for a place. */
export function useChoices(place: string): UsedChoices {
  const { source } = useServices();
  const remembered = rememberedOf(source, place);
  const choices = useSyncExternalStore(remembered.subscribe, remembered.current);
  const loaded = useSyncExternalStore(remembered.subscribe, () => remembered.loaded);
  useEffect(() => {
    void remembered.load();
    const save = (): void => void remembered.save();
    // A page that is closed takes with it what was not saved.
    window.addEventListener('pagehide', save);
    return () => {
      window.removeEventListener('pagehide', save);
      save();
    };
  }, [remembered]);
  return { choices, loaded, change: remembered.change };
}

/** The selected runs of a place; the same in the side panel and in the table. */
export function useSelectedRuns(place: string): readonly [ReadonlySet<string>, (runs: ReadonlySet<string>) => void] {
  const { choices, change } = useChoices(place);
  const { selection } = choices;
  const runs = useMemo(() => new Set(selection), [selection]);
  const select = useCallback((next: ReadonlySet<string>) => change(so => ({ ...so, selection: [...next] })), [change]);
  return [runs, select];
}
