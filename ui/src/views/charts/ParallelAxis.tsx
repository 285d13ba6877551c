/** One axis of parallel coordinates: its marks, its place among the others, and the range chosen on it. */

import { useRef } from 'react';
import type { KeyboardEvent, PointerEvent, ReactElement } from 'react';
import { nudged } from '../../model/compare/axes';
import type { Brush, PlacedAxis } from '../../model/compare/axes';
import { visible } from '../../model/format';
import { IconButton } from '../parts';
import { useWords } from '../services';
import { shorten } from './Scatter';

export interface ParallelAxisProps {
  readonly placed: PlacedAxis;
  /** Pixels from the left of the drawing to the axis, from its top to the axis, and along the axis. */
  readonly left: number;
  readonly head: number;
  readonly height: number;
  readonly room: number;
  readonly brush: Brush | null;
  readonly onBrush: (brush: Brush | null) => void;
  readonly onMove: (by: number) => void;
  readonly isFirst: boolean;
  readonly isLast: boolean;
}

const STEP = 0.05;

/** Drag along the axis, or use the keys, to choose a range; its buttons move it among the others. */
export function ParallelAxis(props: ParallelAxisProps): ReactElement {
  const { placed, left, head, height, room, brush } = props;
  const t = useWords();
  const { axis, scale } = placed;
  const name = visible(axis.name, 60);
  return (
    <div className="ts-axis" data-kind={axis.kind} style={{ left: left - room / 2, width: room }}>
      <div className="ts-axis-head" style={{ height: head - 8 }}>
        <IconButton
          icon="chevronLeft"
          label={t('Move {name} left', { name })}
          disabled={props.isFirst}
          onClick={() => props.onMove(-1)}
        />
        <span title={name}>{name}</span>
        <IconButton
          icon="chevronRight"
          label={t('Move {name} right', { name })}
          disabled={props.isLast}
          onClick={() => props.onMove(1)}
        />
      </div>
      <div className="ts-axis-line" style={{ top: head, height }}>
        {scale.ticks.map(tick => (
          <span key={tick.label} className="ts-axis-mark" style={{ bottom: `${tick.at * 100}%` }} title={tick.label}>
            {shorten(tick.label, Math.max(5, Math.floor(room / 14)))}
          </span>
        ))}
      </div>
      <Range name={name} head={head} height={height} brush={brush} onBrush={props.onBrush} />
    </div>
  );
}

function Range(props: {
  readonly name: string;
  readonly head: number;
  readonly height: number;
  readonly brush: Brush | null;
  readonly onBrush: (brush: Brush | null) => void;
}): ReactElement {
  const { name, head, height, brush, onBrush } = props;
  const t = useWords();
  const start = useRef<number | null>(null);
  const at = (event: PointerEvent): number => {
    const box = event.currentTarget.getBoundingClientRect();
    return Math.min(1, Math.max(0, 1 - (event.clientY - box.top) / box.height));
  };
  const onPointerDown = (event: PointerEvent): void => {
    event.currentTarget.setPointerCapture(event.pointerId);
    start.current = at(event);
  };
  const onPointerMove = (event: PointerEvent): void => {
    if (start.current !== null) {
      const here = at(event);
      const chosen = { from: Math.min(start.current, here), to: Math.max(start.current, here) };
      // A press without a drag takes the range away.
      onBrush(chosen.to - chosen.from < 0.02 ? null : chosen);
    }
  };
  const onPointerUp = (event: PointerEvent): void => {
    if (start.current !== null && Math.abs(at(event) - start.current) < 0.02) {
      onBrush(null);
    }
    start.current = null;
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const next = nextBrush(event, brush);
    if (next !== undefined) {
      event.preventDefault();
      event.stopPropagation();
      onBrush(next);
    }
  };
  const words = brush
    ? t('from {from} % to {to} % of its range', { from: Math.round(brush.from * 100), to: Math.round(brush.to * 100) })
    : t('all of its range');
  return (
    <div
      className="ts-axis-range"
      style={{ top: head, height }}
      role="slider"
      tabIndex={0}
      aria-orientation="vertical"
      aria-label={t(
        'Range of {name}: Enter chooses, up and down move it, with Shift its top, with Alt its bottom, Escape takes it away',
        {
          name
        }
      )}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={brush ? Math.round(((brush.from + brush.to) / 2) * 100) : 50}
      aria-valuetext={words}
      {...{ onPointerDown, onPointerMove, onPointerUp, onKeyDown }}
    >
      {brush ? (
        <span
          className="ts-brush"
          style={{ bottom: `${brush.from * 100}%`, height: `${(brush.to - brush.from) * 100}%` }}
        />
      ) : null}
    </div>
  );
}

/** The range after a key; undefined for a key that means nothing here. */
function nextBrush(event: KeyboardEvent, brush: Brush | null): Brush | null | undefined {
  if (event.key === 'Escape') {
    return brush ? null : undefined;
  }
  if (event.key === 'Enter' || event.key === ' ') {
    return brush ? null : { from: 0.5, to: 1 };
  }
  if (event.key !== 'ArrowUp' && event.key !== 'ArrowDown') {
    return undefined;
  }
  const by = event.key === 'ArrowUp' ? STEP : -STEP;
  const edge = event.shiftKey ? 'to' : event.altKey ? 'from' : 'both';
  return nudged(brush ?? { from: 0.25, to: 0.75 }, edge, by);
}
