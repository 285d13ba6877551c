/** The compared runs as the legend of every chart: the colour, the eye, the order, and the one compared with. */

import { useState } from 'react';
import type { DragEvent, ReactElement } from 'react';
import type { ComparedRun } from '../../contract';
import { cssStroke } from '../../model/compare/strokes';
import { formatAge, formatMoment, visible } from '../../model/format';
import type { DrawnRun } from '../charts/runs';
import { IconButton, StatusPill } from '../parts';
import { useWords } from '../services';
import { useNow } from '../state/rows';

export interface LegendRun extends DrawnRun {
  readonly fact: ComparedRun;
  readonly title: string;
}

export interface LegendProps {
  readonly runs: readonly LegendRun[];
  readonly hidden: ReadonlySet<string>;
  readonly onToggle: (run: string) => void;
  readonly onEmphasis: (run: string | null) => void;
  readonly onOpen: (run: string) => void;
  readonly onRemove: (run: string) => void;
  /** Put a run at a place, counted from 0; the first is the one compared with. */
  readonly onMove: (run: string, place: number) => void;
}

const DRAG = 'text/x-trackside-run';

/** One chip for each run, in order. */
export function Legend(props: LegendProps): ReactElement {
  const t = useWords();
  const now = useNow(30);
  const [over, setOver] = useState<number | null>(null);
  const drop = (event: DragEvent, place: number): void => {
    const run = event.dataTransfer.getData(DRAG);
    setOver(null);
    if (run) {
      event.preventDefault();
      props.onMove(run, place);
    }
  };
  return (
    <ul className="ts-runs-legend" aria-label={t('Compared runs; the first is the one compared with')}>
      {props.runs.map((run, place) => (
        <li
          key={run.id}
          data-over={over === place ? '' : undefined}
          data-hidden={props.hidden.has(run.id) ? '' : undefined}
          draggable
          onDragStart={event => event.dataTransfer.setData(DRAG, run.id)}
          onDragOver={event => {
            if (event.dataTransfer.types.includes(DRAG)) {
              event.preventDefault();
              setOver(place);
            }
          }}
          onDragLeave={() => setOver(null)}
          onDrop={event => drop(event, place)}
          onPointerEnter={() => props.onEmphasis(run.id)}
          onPointerLeave={() => props.onEmphasis(null)}
        >
          <Chip {...props} run={run} place={place} now={now} />
        </li>
      ))}
    </ul>
  );
}

function Chip(
  props: LegendProps & { readonly run: LegendRun; readonly place: number; readonly now: number }
): ReactElement {
  const { run, place, now, hidden } = props;
  const t = useWords();
  const name = visible(run.name, 60);
  const isHidden = hidden.has(run.id);
  const age = formatAge(run.fact.started, now);
  return (
    <>
      <i className="ts-runs-legend-dot" style={{ background: cssStroke(run.stroke) }} aria-hidden="true" />
      <button
        type="button"
        className="ts-runs-legend-name"
        title={visible(run.title) || name}
        onClick={() => props.onOpen(run.id)}
      >
        {name}
      </button>
      <StatusPill status={run.fact.status} />
      <span className="ts-runs-legend-age" title={formatMoment(run.fact.started)}>
        {age}
      </span>
      {place === 0 ? (
        <span className="ts-runs-legend-first" title={t('The other runs are compared with this one.')}>
          {t('first')}
        </span>
      ) : (
        <IconButton
          icon="flag"
          label={t('Compare with {name}: make it the first', { name })}
          onClick={() => props.onMove(run.id, 0)}
        />
      )}
      <IconButton
        icon={isHidden ? 'eyeOff' : 'eye'}
        label={isHidden ? t('Draw {name} in charts', { name }) : t('Leave {name} out of charts', { name })}
        onClick={() => props.onToggle(run.id)}
      />
      <IconButton
        icon="close"
        label={t('Take {name} out of the comparison', { name })}
        onClick={() => props.onRemove(run.id)}
      />
    </>
  );
}
