/** The largest runs, each a way to its details, and the largest files of all runs. */

import { useState } from 'react';
import type { ReactElement, ReactNode } from 'react';
import type { Storage } from '../../contract';
import { formatCount, formatSize, visible } from '../../model/format';
import { Button } from '../parts';
import { useWords } from '../services';

/** Rows shown before one asks for all that were told. */
const FIRST = 8;

/** Draw the runs; `onOpen` hears a `RunRow.id`. */
export function LargestRuns(props: {
  readonly storage: Storage;
  readonly onOpen: (run: string) => void;
}): ReactElement {
  const { storage, onOpen } = props;
  const t = useWords();
  return (
    <Largest
      title={t('Largest runs')}
      hint={t('What would be free if the run alone were deleted, about; what it shares with other runs stands beside.')}
      none={t('There are no runs here yet.')}
      heads={[t('run'), t('in Git'), t('its files'), t('shared files'), t('missing files')]}
      total={storage.total_runs}
      rows={storage.runs.map(run => ({
        key: run.id,
        name: (
          <button type="button" className="ts-space-run" onClick={() => onOpen(run.id)}>
            {visible(run.name, 80)}
          </button>
        ),
        numbers: [formatSize(run.git), formatSize(run.files), formatSize(run.shared), formatCount(run.missing)]
      }))}
    />
  );
}

/** Draw the files. */
export function LargestFiles({ storage }: { readonly storage: Storage }): ReactElement {
  const t = useWords();
  return (
    <Largest
      title={t('Largest files')}
      hint={t('Large files that runs keep outside of Git, by their path.')}
      none={t('No run keeps a large file.')}
      heads={[t('path'), t('versions'), t('runs'), t('size')]}
      total={storage.total_paths}
      rows={storage.paths.map(each => ({
        key: each.path,
        name: visible(each.path, 200),
        numbers: [formatCount(each.versions), formatCount(each.runs), formatSize(each.bytes)]
      }))}
    />
  );
}

interface LargestProps {
  readonly title: string;
  readonly hint: string;
  readonly none: string;
  readonly heads: readonly string[];
  readonly total: number;
  readonly rows: readonly { readonly key: string; readonly name: ReactNode; readonly numbers: readonly string[] }[];
}

function Largest({ title, hint, none, heads, total, rows }: LargestProps): ReactElement {
  const t = useWords();
  const [isAll, setAll] = useState(false);
  const shown = isAll ? rows : rows.slice(0, FIRST);
  const [first, ...others] = heads;
  return (
    <section>
      <h3>{title}</h3>
      <p className="ts-soft">{rows.length ? hint : none}</p>
      {rows.length ? (
        <table className="ts-space-table" aria-label={title}>
          <thead>
            <tr>
              <th scope="col">{first}</th>
              {others.map(head => (
                <th key={head} scope="col" className="ts-space-number">
                  {head}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {shown.map(row => (
              <tr key={row.key}>
                <th scope="row">{row.name}</th>
                {row.numbers.map((number, place) => (
                  <td key={place} className="ts-space-number">
                    {number}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      ) : null}
      {shown.length < rows.length ? (
        <Button look="quiet" icon="chevronDown" onClick={() => setAll(true)}>
          {t('{n} more', { n: formatCount(rows.length - shown.length) })}
        </Button>
      ) : null}
      {shown.length === rows.length && total > rows.length ? (
        <p className="ts-soft">
          {t('{n} more: trackside storage --limit {all}', { n: formatCount(total - rows.length), all: total })}
        </p>
      ) : null}
    </section>
  );
}
