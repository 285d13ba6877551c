/** A notebook on both sides, cell by cell: what is the same stands folded, outputs come when asked for. */

import { useMemo, useState } from 'react';
import type { ReactElement } from 'react';
import type { CellDiff, Executed } from '../../contract';
import { foldCells } from '../../model/diff/folding';
import { readSources } from '../../model/diff/notebook';
import { findExecuted } from '../../model/diff/outputs';
import { parseUnified } from '../../model/diff/unified';
import { visibleLines } from '../../model/format';
import { useAnswer } from '../charts/answers';
import { Button, Icon } from '../parts';
import { Outputs } from '../run/Outputs';
import { Scrolled } from '../run/Scrolled';
import { useServices, useWords } from '../services';
import { Lines } from './Lines';
import type { BothSides } from './sides';

export interface NotebookDiffProps {
  readonly path: string;
  readonly cells: readonly CellDiff[];
  readonly sides: BothSides;
}

/** Draw the cells that differ; a fold holds each stretch of those that do not. */
export function NotebookDiff({ path, cells, sides }: NotebookDiffProps): ReactElement {
  const blocks = useMemo(() => foldCells(cells), [cells]);
  return (
    <div className="ts-notebook">
      {blocks.map((block, place) =>
        block.kind === 'same' ? (
          <SameCells key={place} cells={block.cells} sides={sides} />
        ) : (
          <ChangedCell key={place} path={path} cell={block.cell} sides={sides} />
        )
      )}
    </div>
  );
}

/** Cells that are the same need their source from the notebook as it was. */
function SameCells(props: { readonly cells: readonly CellDiff[]; readonly sides: BothSides }): ReactElement {
  const { cells, sides } = props;
  const { source, t } = useServices();
  const [isOpen, setOpen] = useState(false);
  const notebook = useAnswer(isOpen ? sides.after : null, signal => source.notebook(sides.place, sides.after, signal));
  const sources = useMemo(() => readSources(notebook.value), [notebook.value]);
  return (
    <div className="ts-fold">
      <button type="button" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
        <Icon name={isOpen ? 'chevronDown' : 'chevronRight'} />
        {cells.length === 1 ? t('1 cell is the same') : t('{count} cells are the same', { count: cells.length })}
      </button>
      {isOpen && notebook.error ? <p className="ts-quiet">{notebook.error.message}</p> : null}
      {isOpen && notebook.isLoading && !notebook.value ? (
        <p className="ts-quiet">{t('Reading the notebook …')}</p>
      ) : null}
      {isOpen && notebook.value !== null
        ? cells.map(cell => (
            <div key={cell.after} className="ts-nbcell" data-change="same">
              <span className="ts-nbcell-number">{cell.after}</span>
              <Scrolled className="ts-source">{visibleLines(sources[(cell.after ?? 0) - 1] ?? '')}</Scrolled>
            </div>
          ))
        : null}
    </div>
  );
}

const TITLES = { changed: 'Changed', added: 'Added', removed: 'Removed', same: 'The same' } as const;

function ChangedCell(props: {
  readonly path: string;
  readonly cell: CellDiff;
  readonly sides: BothSides;
}): ReactElement {
  const { cell, sides } = props;
  const t = useWords();
  const [isOutputs, setOutputs] = useState(false);
  const hunks = useMemo(() => parseUnified(cell.diff), [cell.diff]);
  const number = [cell.before, cell.after].filter(part => part !== null);
  const label = `${t(TITLES[cell.change])}, ${t('cell {number}', { number: [...new Set(number)].join(' → ') })}`;
  return (
    <div className="ts-nbcell" data-change={cell.change}>
      <div className="ts-nbcell-head">
        <span className={`ts-change ts-change-${cell.change === 'same' ? 'changed' : cell.change}`}>{label}</span>
        {cell.kind === 'code' ? null : <span className="ts-quiet">{cell.kind}</span>}
        {cell.kind === 'code' ? (
          <Button
            look="quiet"
            aria-expanded={isOutputs}
            icon={isOutputs ? 'chevronDown' : 'chevronRight'}
            onClick={() => setOutputs(!isOutputs)}
          >
            {t('Outputs')}
          </Button>
        ) : null}
      </div>
      {hunks.length > 0 ? <Lines hunks={hunks} label={label} /> : <p className="ts-quiet">{t('An empty cell.')}</p>}
      {isOutputs ? <BothOutputs cell={cell} sides={sides} /> : null}
    </div>
  );
}

function BothOutputs({ cell, sides }: { readonly cell: CellDiff; readonly sides: BothSides }): ReactElement {
  return (
    <div className="ts-both">
      {cell.before !== null && sides.before !== null ? (
        <OneSide place={sides.place} run={sides.before} name={sides.beforeName} number={cell.before} />
      ) : null}
      {cell.after !== null ? (
        <OneSide place={sides.place} run={sides.after} name={sides.afterName} number={cell.after} />
      ) : null}
    </div>
  );
}

/** The notebook knows the whole source of the cell, and the executed cells are found by it. */
function OneSide(props: {
  readonly place: string;
  readonly run: string;
  readonly name: string;
  readonly number: number;
}): ReactElement {
  const { place, run, name, number } = props;
  const { source, t } = useServices();
  const answer = useAnswer<readonly [unknown, Executed]>(run, async signal =>
    Promise.all([source.notebook(place, run, signal), source.executed(place, run, signal)])
  );
  const found = answer.value ? findExecuted(answer.value[1], readSources(answer.value[0])[number - 1] ?? '') : null;
  return (
    <div className="ts-side">
      <h5>{name}</h5>
      {answer.error ? <p className="ts-quiet">{answer.error.message}</p> : null}
      {!answer.value && !answer.error ? <p className="ts-quiet">{t('Reading outputs …')}</p> : null}
      {answer.value && !found ? <p className="ts-quiet">{t('This cell did not run.')}</p> : null}
      {found ? <Outputs place={place} run={run} outputs={found.outputs} /> : null}
    </div>
  );
}
