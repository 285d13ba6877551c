/** Parallel coordinates: one axis for each parameter and metric that varies, one line for each run. */

import { useMemo, useState } from 'react';
import type { ReactElement } from 'react';
import { moved, orderAxes, placeAxes, withinBrushes } from '../../model/compare/axes';
import type { Axis, Brush, PlacedAxis } from '../../model/compare/axes';
import { cssStroke } from '../../model/compare/strokes';
import { visible } from '../../model/format';
import { Button } from '../parts';
import { useWords } from '../services';
import { AxisSelect } from './AxisSelect';
import { wordOf } from './Scatter';
import { useWidth } from './measuring';
import type { DrawnRun, DrawnRuns } from './runs';
import { ParallelAxis } from './ParallelAxis';

const HEIGHT = 300;
const HEAD = 34;
const FOOT = 10;
const LEAST_ROOM = 116;
const BY_RUN = 'run';

export interface ParallelProps {
  readonly axes: readonly Axis[];
  readonly drawn: DrawnRuns;
  /** Show only these runs in every chart. */
  readonly onKeep: (runs: readonly string[]) => void;
  readonly onOpen: (run: string) => void;
}

/** Draw the axes in an order of one's own; brushes leave the runs outside them pale. */
export function Parallel({ axes, drawn, onKeep, onOpen }: ParallelProps): ReactElement {
  const t = useWords();
  const [order, setOrder] = useState<readonly string[]>([]);
  const [brushes, setBrushes] = useState<Readonly<Record<string, Brush | undefined>>>({});
  const [colour, setColour] = useState(axes.find(axis => axis.kind === 'metric')?.id ?? BY_RUN);
  const ordered = useMemo(() => placeAxes(orderAxes(axes, order)), [axes, order]);
  const within = withinBrushes(ordered, brushes, drawn.runs.length);
  const isSeen = (place: number): boolean => !drawn.hidden.has(drawn.runs[place]?.id ?? '');
  const kept = drawn.runs.filter((_, place) => within[place] && isSeen(place));
  const shown = drawn.runs.filter((_, place) => isSeen(place));
  const isBrushed = Object.values(brushes).some(Boolean);
  if (axes.length < 2) {
    return <p className="ts-quiet">{t('Fewer than two parameters or metrics differ between these runs.')}</p>;
  }
  const move = (from: number, by: number): void =>
    setOrder(
      moved(
        ordered.map(({ axis }) => axis.id),
        from,
        by
      )
    );
  return (
    <>
      <div className="ts-controls">
        <AxisSelect
          label={t('Colour by')}
          axes={axes}
          value={colour}
          other={{ value: BY_RUN, label: t('Run') }}
          onChoose={setColour}
        />
        <span className="ts-quiet" aria-live="polite">
          {isBrushed
            ? t('{kept} of {all} runs inside', { kept: kept.length, all: shown.length })
            : t('Drag along an axis to choose a range.')}
        </span>
        {isBrushed ? (
          <>
            <Button look="quiet" onClick={() => setBrushes({})}>
              {t('Clear')}
            </Button>
            <Button disabled={kept.length === 0} onClick={() => onKeep(kept.map(run => run.id))}>
              {t('Show only these')}
            </Button>
          </>
        ) : null}
      </div>
      <Drawing
        {...{ ordered, drawn, within, brushes, move, onOpen }}
        colour={ordered.find(({ axis }) => axis.id === colour) ?? null}
        onBrush={(id, brush) => setBrushes({ ...brushes, [id]: brush ?? undefined })}
      />
    </>
  );
}

interface DrawingProps {
  readonly ordered: readonly PlacedAxis[];
  readonly drawn: DrawnRuns;
  readonly within: readonly boolean[];
  readonly brushes: Readonly<Record<string, Brush | undefined>>;
  readonly colour: PlacedAxis | null;
  readonly onBrush: (axis: string, brush: Brush | null) => void;
  readonly move: (from: number, by: number) => void;
  readonly onOpen: (run: string) => void;
}

function Drawing(props: DrawingProps): ReactElement {
  const { ordered, drawn, within, brushes, colour } = props;
  const [box, seenWidth] = useWidth<HTMLDivElement>();
  const [active, setActive] = useState<number | null>(null);
  const width = Math.max(seenWidth, ordered.length * LEAST_ROOM);
  const left = (place: number): number => ((place + 0.5) * width) / ordered.length;
  const top = (at: number): number => HEAD + (1 - at) * (HEIGHT - HEAD - FOOT);
  const run = active === null ? undefined : drawn.runs[active];
  return (
    <div ref={box} className="ts-parallel">
      <div className="ts-parallel-wide" style={{ width, height: HEIGHT }}>
        <svg width={width} height={HEIGHT} aria-hidden="true">
          {drawn.runs.map((of, place) =>
            drawn.hidden.has(of.id) ? null : (
              <RunLine
                key={of.id}
                path={pathOf(ordered, place, left, top)}
                colour={colourOf(of, place, colour)}
                look={lookOf(within[place] ?? true, place === active || of.id === drawn.emphasis)}
                onEnter={() => setActive(place)}
                onLeave={() => setActive(null)}
                onOpen={() => props.onOpen(of.id)}
              />
            )
          )}
        </svg>
        {ordered.map((placed, place) => (
          <ParallelAxis
            key={placed.axis.id}
            placed={placed}
            left={left(place)}
            head={HEAD}
            height={HEIGHT - HEAD - FOOT}
            room={width / ordered.length}
            brush={brushes[placed.axis.id] ?? null}
            onBrush={brush => props.onBrush(placed.axis.id, brush)}
            onMove={by => props.move(place, by)}
            isFirst={place === 0}
            isLast={place === ordered.length - 1}
          />
        ))}
      </div>
      <p className="ts-parallel-said">
        {run ? (
          <>
            <i style={{ background: cssStroke(run.stroke) }} />
            <b>{visible(run.name, 60)}</b>{' '}
            {ordered.map(({ axis }) => `${visible(axis.name, 30)} ${wordOf(axis.values[active ?? 0])}`).join(' · ')}
          </>
        ) : (
          '\u00a0'
        )}
      </p>
    </div>
  );
}

interface RunLineProps {
  readonly path: string;
  readonly colour: string;
  readonly look: string;
  readonly onEnter: () => void;
  readonly onLeave: () => void;
  readonly onOpen: () => void;
}

function RunLine({ path, colour, look, onEnter, onLeave, onOpen }: RunLineProps): ReactElement {
  return (
    <g className={look} onPointerEnter={onEnter} onPointerLeave={onLeave} onClick={onOpen}>
      <path d={path} className="ts-reach" />
      <path d={path} className="ts-runline" style={{ stroke: colour }} />
    </g>
  );
}

function lookOf(isWithin: boolean, isActive: boolean): string {
  return isActive ? 'ts-runline-active' : isWithin ? '' : 'ts-runline-out';
}

/** A line breaks at an axis the run has no place on. */
function pathOf(
  ordered: readonly PlacedAxis[],
  run: number,
  left: (place: number) => number,
  top: (at: number) => number
): string {
  let path = '';
  let isPen = false;
  let before: readonly [number, number] | null = null;
  ordered.forEach(({ places }, place) => {
    const at = places[run] ?? null;
    if (at === null) {
      isPen = false;
      before = null;
      return;
    }
    const here = [left(place), top(at)] as const;
    if (isPen && before) {
      const middle = (before[0] + here[0]) / 2;
      path += `C${middle} ${before[1]} ${middle} ${here[1]} ${here[0]} ${here[1]}`;
    } else {
      // A short bar, seen also where the run has neither neighbour.
      path += `M${here[0] - 5} ${here[1]}L${here[0]} ${here[1]}`;
    }
    isPen = true;
    before = here;
  });
  return path;
}

/** From one end of the metric to the other, in two colours that stay apart; runs without it are pale. */
function colourOf(run: DrawnRun, place: number, colour: PlacedAxis | null): string {
  if (!colour) {
    return cssStroke(run.stroke);
  }
  const at = colour.places[place] ?? null;
  return at === null
    ? 'var(--ts-line-strong)'
    : `color-mix(in oklab, var(--ts-run-2) ${Math.round(at * 100)}%, var(--ts-run-1))`;
}
