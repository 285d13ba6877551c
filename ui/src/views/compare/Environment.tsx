/** What the runs ran on: packages, Python and machine, those that differ first. */

import { useState } from 'react';
import type { ReactElement } from 'react';
import type { Comparison, TextRow } from '../../contract';
import { visible } from '../../model/format';
import type { DrawnRun } from '../charts/runs';
import { useWords } from '../services';
import { RunName } from './Differences';

const MACHINE: ReadonlySet<string> = new Set(['python', 'platform', 'cpu', 'gpu']);

export interface EnvironmentProps {
  readonly comparison: Comparison;
  readonly runs: readonly DrawnRun[];
  readonly onOpen: (run: string) => void;
}

/** Tell how many packages differ; null when the packages of no two runs are known. */
export function countPackages(comparison: Comparison): number {
  return comparison.packages.filter(row => row.differs).length;
}

export function EnvironmentDiff({ comparison, runs, onOpen }: EnvironmentProps): ReactElement {
  const t = useWords();
  const [isAll, setAll] = useState(false);
  const [words, setWords] = useState('');
  const wanted = words.trim().toLowerCase();
  const machine = comparison.facts.filter(row => MACHINE.has(row.name));
  const chosen = comparison.packages.filter(
    row => (isAll || row.differs) && (wanted === '' || row.name.toLowerCase().includes(wanted))
  );
  const unknown = runs.filter((_, place) => comparison.packages.every(row => row.values[place] === null));
  return (
    <>
      <div className="ts-controls">
        <label className="ts-check">
          <input type="checkbox" checked={isAll} onChange={event => setAll(event.target.checked)} />
          {t('All {count} packages', { count: comparison.packages.length })}
        </label>
        {isAll ? (
          <input
            className="ts-words"
            type="search"
            value={words}
            placeholder={t('Filter packages')}
            aria-label={t('Filter packages')}
            onChange={event => setWords(event.target.value)}
          />
        ) : null}
      </div>
      <div className="ts-wide ts-differences" role="region" aria-label={t('Table of environments')} tabIndex={0}>
        <table>
          <thead>
            <tr>
              <td />
              {runs.map(run => (
                <th key={run.id} scope="col">
                  <RunName run={run} onOpen={onOpen} />
                </th>
              ))}
            </tr>
          </thead>
          <Rows title={t('Machine')} rows={machine} columns={runs.length} />
          <Rows title={t('Packages')} rows={chosen} columns={runs.length} />
        </table>
      </div>
      {chosen.length === 0 ? (
        <p className="ts-quiet">{isAll ? t('No package has this name.') : t('No package differs.')}</p>
      ) : null}
      {unknown.length > 0 && comparison.packages.length > 0 ? (
        <p className="ts-quiet">
          {t('The packages of {runs} are not known.', { runs: unknown.map(run => visible(run.name, 40)).join(', ') })}
        </p>
      ) : null}
    </>
  );
}

function Rows(props: {
  readonly title: string;
  readonly rows: readonly TextRow[];
  readonly columns: number;
}): ReactElement | null {
  const { title, rows, columns } = props;
  return rows.length === 0 ? null : (
    <tbody data-kind="fact">
      <tr className="ts-kind">
        <th scope="rowgroup" colSpan={columns + 1}>
          <span>{title}</span>
        </th>
      </tr>
      {rows.map(row => (
        <tr key={row.name}>
          <th scope="row">{visible(row.name, 60)}</th>
          {row.values.map((value, place) => (
            <td
              key={place}
              data-differs={row.differs && value !== row.values[0] ? '' : undefined}
              className={value === null ? 'ts-absent' : ''}
            >
              {value === null ? '–' : visible(value)}
            </td>
          ))}
        </tr>
      ))}
    </tbody>
  );
}
