/** The cells of a run in the order they ran, with what each gave. */

import type { ReactElement } from 'react';
import type { ExecutedCell } from '../../contract';
import { formatDuration, visibleLines } from '../../model/format';
import { useWords } from '../services';
import { Outputs } from './Outputs';
import { Scrolled } from './Scrolled';

export interface CellsProps {
  readonly place: string;
  readonly run: string;
  readonly cells: readonly ExecutedCell[];
}

/** One block for each execution; a cell that ran twice is there twice. */
export function Cells({ place, run, cells }: CellsProps): ReactElement {
  const t = useWords();
  if (cells.length === 0) {
    return <p className="ts-quiet">{t('No cell ran.')}</p>;
  }
  return (
    <ol className="ts-cells">
      {cells.map(cell => (
        <Cell key={cell.cell} place={place} run={run} cell={cell} />
      ))}
    </ol>
  );
}

function Cell({
  place,
  run,
  cell
}: {
  readonly place: string;
  readonly run: string;
  readonly cell: ExecutedCell;
}): ReactElement {
  const t = useWords();
  const state = cell.ok === false ? 'failed' : cell.ok === null ? 'unfinished' : 'fine';
  return (
    <li className="ts-executed" data-state={state} id={`ts-nbcell-${cell.cell}`}>
      <div className="ts-executed-side">
        <span className="ts-executed-count">[{cell.count ?? ' '}]</span>
        <span>{cell.duration === null ? '' : formatDuration(cell.duration)}</span>
        {state === 'failed' ? <span className="ts-executed-failed">{t('failed')}</span> : null}
        {state === 'unfinished' ? <span>{t('did not end')}</span> : null}
      </div>
      <div className="ts-executed-main">
        <Scrolled className="ts-source">{visibleLines(cell.source.replace(/\n$/, ''))}</Scrolled>
        {cell.outputs.length > 0 ? <Outputs place={place} run={run} outputs={cell.outputs} /> : null}
      </div>
    </li>
  );
}
