/** What differs: one table of parameters, metrics and facts; runs are columns, or rows when they are many. */

import type { ReactElement } from 'react';
import type { DifferenceCell, DifferenceRow, RowKind } from '../../model/compare/differences';
import { cssStroke } from '../../model/compare/strokes';
import { visible } from '../../model/format';
import type { DrawnRun } from '../charts/runs';
import { Delta } from '../parts';
import { useWords } from '../services';

/** With more runs than this they are rows. */
const MOST_COLUMNS = 8;

export interface DifferencesProps {
  readonly rows: readonly DifferenceRow[];
  readonly runs: readonly DrawnRun[];
  readonly onOpen: (run: string) => void;
}

/** Draw the table in the way that fits the number of runs. */
export function Differences(props: DifferencesProps): ReactElement {
  const t = useWords();
  if (props.rows.length === 0) {
    return <p className="ts-quiet">{t('Nothing differs: the same parameters, metrics and facts in all of them.')}</p>;
  }
  const isMany = props.runs.length > MOST_COLUMNS;
  return (
    <div className="ts-wide ts-differences" role="region" aria-label={t('Table of differences')} tabIndex={0}>
      {isMany ? <RunsDown {...props} /> : <RunsAcross {...props} />}
    </div>
  );
}

const KINDS: Readonly<Record<RowKind, string>> = {
  param: 'Parameters',
  data: 'Data',
  metric: 'Metrics',
  other: 'Other values',
  fact: 'Facts'
};

interface RowGroup {
  readonly kind: RowKind;
  readonly rows: readonly DifferenceRow[];
}

function groupRows(rows: readonly DifferenceRow[]): RowGroup[] {
  const kinds = Object.keys(KINDS) as RowKind[];
  return kinds
    .map(kind => ({ kind, rows: rows.filter(row => row.kind === kind) }))
    .filter(group => group.rows.length > 0);
}

function RunsAcross({ rows, runs, onOpen }: DifferencesProps): ReactElement {
  const t = useWords();
  return (
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
      {groupRows(rows).map(group => (
        <tbody key={group.kind} data-kind={group.kind}>
          <tr className="ts-kind">
            <th scope="rowgroup" colSpan={runs.length + 1}>
              <span>{t(KINDS[group.kind])}</span>
            </th>
          </tr>
          {group.rows.map(row => (
            <tr key={row.id}>
              <RowName row={row} scope="row" />
              {row.cells.map((cell, place) => (
                <Cell key={runs[place]?.id ?? place} cell={cell} row={row} />
              ))}
            </tr>
          ))}
        </tbody>
      ))}
    </table>
  );
}

function RunsDown({ rows, runs, onOpen }: DifferencesProps): ReactElement {
  const t = useWords();
  const groups = groupRows(rows);
  const columns = groups.flatMap(group => group.rows);
  return (
    <table className="ts-down">
      <thead>
        <tr className="ts-kind">
          <td />
          {groups.map(group => (
            <th key={group.kind} scope="colgroup" colSpan={group.rows.length} data-kind={group.kind}>
              {t(KINDS[group.kind])}
            </th>
          ))}
        </tr>
        <tr>
          <td />
          {columns.map(row => (
            <RowName key={row.id} row={row} scope="col" />
          ))}
        </tr>
      </thead>
      <tbody>
        {runs.map((run, place) => (
          <tr key={run.id}>
            <th scope="row">
              <RunName run={run} onOpen={onOpen} />
            </th>
            {columns.map(row => {
              const cell = row.cells[place];
              return cell ? <Cell key={row.id} cell={cell} row={row} /> : <td key={row.id} />;
            })}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** The name of a run with its colour; opens it. */
export function RunName({
  run,
  onOpen
}: {
  readonly run: DrawnRun;
  readonly onOpen: (run: string) => void;
}): ReactElement {
  return (
    <button type="button" className="ts-runname" onClick={() => onOpen(run.id)}>
      <i style={{ background: cssStroke(run.stroke) }} aria-hidden="true" />
      <span>{visible(run.name, 60)}</span>
    </button>
  );
}

const ARROWS = { higher: '↑', lower: '↓', unknown: '' } as const;

function RowName({ row, scope }: { readonly row: DifferenceRow; readonly scope: 'row' | 'col' }): ReactElement {
  const t = useWords();
  const tip = { higher: t('higher is better'), lower: t('lower is better'), unknown: '' }[row.direction];
  return (
    <th scope={scope} title={[visible(row.name), tip].filter(Boolean).join(': ')} data-kind={row.kind}>
      {visible(row.name, 60)}
      {row.direction === 'unknown' ? null : (
        <span className="ts-way">
          <span aria-hidden="true">{ARROWS[row.direction]}</span>
          <span className="ts-unseen">{tip}</span>
        </span>
      )}
    </th>
  );
}

function Cell({ cell, row }: { readonly cell: DifferenceCell; readonly row: DifferenceRow }): ReactElement {
  const t = useWords();
  // Metrics nearly always differ; their change says more than a tint.
  const differs = cell.differs && row.kind !== 'metric' ? '' : undefined;
  if (!cell.present) {
    return (
      <td className="ts-absent" data-differs={differs}>
        <span aria-hidden="true">–</span>
        <span className="ts-unseen">{t('none')}</span>
      </td>
    );
  }
  return (
    <td
      data-differs={differs}
      data-best={cell.best ? '' : undefined}
      title={cell.text.length > 30 ? cell.text : undefined}
    >
      <span className="ts-exact">{cell.text}</span>
      {cell.best ? (
        <span className="ts-winner" title={t('best')}>
          <span aria-hidden="true">★</span>
          <span className="ts-unseen">{t('best')}</span>
        </span>
      ) : null}
      {row.kind === 'metric' && cell.delta !== null && cell.delta !== 0 ? (
        <Delta delta={cell.delta} verdict={cell.verdict} />
      ) : null}
    </td>
  );
}
