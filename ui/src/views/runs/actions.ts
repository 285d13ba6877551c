/** What can be done to runs: at once on the screen, then on the server; what fails is told and undone. */

import { useMemo } from 'react';
import type { Change, Place, RunRow } from '../../contract';
import { assignColours } from '../../model/colours';
import { visible } from '../../model/format';
import type { PagedRows } from '../../model/rows';
import { isUnderWay } from '../../model/sharing';
import { isAborted } from '../../source/http';
import { SourceError } from '../../source/source';
import type { Host, Words } from '../host';
import { useServices } from '../services';
import { useChoices } from '../state/choices';
import { sharingOf } from '../state/sharing';

/** What a view can do to runs of a place. */
export interface Actions {
  annotate(runs: readonly string[], change: Change): void;
  rename(run: string, name: string): void;
  remove(runs: readonly string[]): void;
  end(run: RunRow, discard: boolean): void;
  exportCsv(query: string, sort: string): void;
  copyName(run: RunRow): void;
  /** Push runs to the remote that is chosen; how it goes is told by the strip of the place. */
  push(runs: readonly string[]): void;
  setBaseline(run: string | null): void;
  /**
   * Compare runs, each in a colour of its own from then on, also in the table.
   *
   * The baseline comes first, then the oldest; with `first` that run does.
   */
  compare(runs: readonly string[], first?: string): void;
}

/** Tell a failure to the person; one that only says that nobody waits is dropped. */
export function tellFailure(host: Host, t: Words, error: unknown): void {
  if (isAborted(error)) {
    return;
  }
  if (error instanceof SourceError) {
    host.notify({ kind: 'error', message: error.message, hint: error.hint });
  } else {
    host.notify({ kind: 'error', message: t('Something went wrong.'), hint: String(error) });
  }
}

/** Use the actions on the rows in `paged`. */
export function useActions(place: Place, paged: PagedRows | null): Actions {
  const { source, host, t } = useServices();
  const id = place.id ?? '';
  const { change } = useChoices(id);
  return useMemo(() => {
    const attempt = async (work: () => Promise<void>): Promise<void> => {
      try {
        await work();
      } catch (error) {
        tellFailure(host, t, error);
      }
      paged?.refresh();
    };
    const undelete = (names: readonly string[]): void =>
      void attempt(async () => {
        await source.undelete(id, names);
      });
    return {
      annotate: (runs, wanted) => {
        paged?.patch(new Set(runs), row => ({ ...row, ...wanted }));
        void attempt(async () => {
          await source.annotate(id, runs, wanted);
        });
      },
      rename: (run, name) => {
        paged?.patch(new Set([run]), row => ({ ...row, name }));
        void attempt(async () => {
          await source.rename(id, run, name);
        });
      },
      remove: runs =>
        void attempt(async () => {
          const done = await source.delete(id, runs);
          const gone = new Set(runs);
          change(so => ({ ...so, selection: so.selection.filter(run => !gone.has(run)) }));
          host.notify({
            kind: 'info',
            message: done.message,
            action: { label: t('Undo'), run: () => undelete(done.names) }
          });
        }),
      end: (run, discard) =>
        void attempt(async () => {
          const isMeant =
            !discard ||
            (await host.confirm({
              title: t('Discard the open run?'),
              body: t('What {name} has recorded so far is lost.', { name: visible(run.name) }),
              accept: t('Discard')
            }));
          if (isMeant) {
            const done = await source.end(id, run.id, discard);
            host.notify({ kind: 'success', message: done.message });
          }
        }),
      exportCsv: (query, sort) =>
        void attempt(async () => {
          const data = await source.export(id, { format: 'csv', query, sort });
          host.download(`${place.name.replace(/[^\w.-]+/g, '-') || 'runs'}-runs.csv`, data);
        }),
      copyName: run => {
        host.copy(run.name);
        host.notify({ kind: 'success', message: t('Copied the name.') });
      },
      push: runs => {
        const sharing = sharingOf(source, id);
        if (isUnderWay(sharing.current().task)) {
          host.notify({ kind: 'info', message: t('A push or pull is still under way.') });
        } else {
          void sharing.push({ runs: [...runs] });
        }
      },
      setBaseline: run => change(so => ({ ...so, baseline: run })),
      compare: (runs, first) => {
        const ordered = inOrder(runs, first ?? paged?.current().head?.baseline?.id, paged?.known() ?? []);
        change(so => ({ ...so, colours: { ...so.colours, ...assignColours(ordered, so.colours) } }));
        host.openCompare(id, ordered);
      }
    };
  }, [source, host, t, id, place.name, paged, change]);
}

function inOrder(runs: readonly string[], first: string | undefined, known: readonly RunRow[]): readonly string[] {
  const started = new Map(known.map(row => [row.id, row.started]));
  const rank = (run: string): number => (run === first ? -Infinity : (started.get(run) ?? Infinity));
  return [...new Set(runs)].sort((a, b) => (rank(a) === rank(b) ? 0 : rank(a) - rank(b)));
}
