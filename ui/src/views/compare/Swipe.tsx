/** Two pictures laid over each other with a divider that the pointer or the arrow keys move. */

import { useRef, useState } from 'react';
import type { KeyboardEvent, PointerEvent, ReactElement } from 'react';
import type { FigureOf } from '../../model/compare/figures';
import { cssStroke } from '../../model/compare/strokes';
import { visible } from '../../model/format';
import type { DrawnRun } from '../charts/runs';
import { useImage } from '../run/images';
import { useWords } from '../services';
import { figureRequest } from './Figures';

export interface SwipeProps {
  readonly place: string;
  readonly runs: readonly DrawnRun[];
  /** One for each run, null where it has none. */
  readonly figures: readonly (FigureOf | null)[];
  readonly name: string;
  readonly zoom: number;
}

const STEP = 2;

/** The first run lies at the left; the other is chosen among those that have the figure. */
export function Swipe({ place, runs, figures, name, zoom }: SwipeProps): ReactElement {
  const t = useWords();
  const [chosen, setChosen] = useState<string | null>(null);
  const withFigure = runs.flatMap((run, index) => (figures[index] ? [{ run, figure: figures[index] }] : []));
  const left = withFigure[0];
  const others = withFigure.slice(1);
  const right = others.find(({ run }) => run.id === chosen) ?? others[0];
  const under = useImage(left?.figure ? figureRequest(place, left.run.id, left.figure) : null);
  const over = useImage(right?.figure ? figureRequest(place, right.run.id, right.figure) : null);
  if (!left || !right) {
    return <p className="ts-quiet">{t('Only one of these runs has a figure of this name.')}</p>;
  }
  const leftName = visible(left.run.name, 60);
  const rightName = visible(right.run.name, 60);
  return (
    <div className="ts-swipe">
      <div className="ts-swipe-names">
        <span>
          <i style={{ background: cssStroke(left.run.stroke) }} aria-hidden="true" /> {leftName}
        </span>
        <label className="ts-choose">
          <i style={{ background: cssStroke(right.run.stroke) }} aria-hidden="true" />
          <select
            aria-label={t('The run at the right')}
            value={right.run.id}
            onChange={event => setChosen(event.target.value)}
          >
            {others.map(({ run }) => (
              <option key={run.id} value={run.id}>
                {visible(run.name, 60)}
              </option>
            ))}
          </select>
        </label>
      </div>
      {under.url && over.url ? (
        <Divided
          left={{ url: under.url, label: t('{figure} of {run}', { figure: name, run: leftName }) }}
          right={{ url: over.url, label: t('{figure} of {run}', { figure: name, run: rightName }) }}
          zoom={zoom}
        />
      ) : (
        <p className="ts-quiet">{under.error ?? over.error ?? t('Reading the picture …')}</p>
      )}
    </div>
  );
}

interface Shown {
  readonly url: string;
  readonly label: string;
}

function Divided(props: { readonly left: Shown; readonly right: Shown; readonly zoom: number }): ReactElement {
  const { left, right, zoom } = props;
  const t = useWords();
  const [at, setAt] = useState(50);
  const box = useRef<HTMLDivElement>(null);
  const move = (event: PointerEvent): void => {
    const around = box.current?.getBoundingClientRect();
    if (around && around.width > 0 && event.buttons === 1) {
      setAt(Math.min(100, Math.max(0, ((event.clientX - around.left) / around.width) * 100)));
    }
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const places: Readonly<Record<string, number>> = {
      ArrowLeft: at - STEP,
      ArrowRight: at + STEP,
      PageDown: at - 10,
      PageUp: at + 10,
      Home: 0,
      End: 100
    };
    const next = places[event.key];
    if (next !== undefined) {
      event.preventDefault();
      setAt(Math.min(100, Math.max(0, next)));
    }
  };
  return (
    <div className="ts-swipe-scroll">
      <div
        ref={box}
        className="ts-swipe-box"
        style={{ width: `${zoom * 100}%` }}
        onPointerDown={event => {
          event.currentTarget.setPointerCapture(event.pointerId);
          move(event);
        }}
        onPointerMove={move}
      >
        <img src={right.url} alt={right.label} draggable={false} />
        <img src={left.url} alt={left.label} draggable={false} style={{ clipPath: `inset(0 ${100 - at}% 0 0)` }} />
        <div
          className="ts-divider"
          style={{ left: `${at}%` }}
          role="slider"
          tabIndex={0}
          aria-label={t('Divider between the two pictures')}
          aria-valuemin={0}
          aria-valuemax={100}
          aria-valuenow={Math.round(at)}
          aria-valuetext={t('{percent} % of the left picture', { percent: Math.round(at) })}
          onKeyDown={onKeyDown}
        />
      </div>
    </div>
  );
}
