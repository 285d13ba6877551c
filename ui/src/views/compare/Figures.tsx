/** Figures of the compared runs: side by side, or two laid over each other with a divider. */

import { useMemo, useRef, useState } from 'react';
import type { ReactElement } from 'react';
import type { FigureFact } from '../../contract';
import { figureAt, groupFigures } from '../../model/compare/figures';
import type { FigureGroup, FigureOf, RunFigures } from '../../model/compare/figures';
import { cssStroke } from '../../model/compare/strokes';
import { visible } from '../../model/format';
import { mapSome, useAnswer, useCalm } from '../charts/answers';
import { useSeen } from '../charts/measuring';
import { Segments } from '../charts/Segments';
import type { DrawnRun } from '../charts/runs';
import { Face, IconButton, Waiting } from '../parts';
import { useImage } from '../run/images';
import { useServices, useWords } from '../services';
import { Swipe } from './Swipe';

export interface FiguresProps {
  readonly place: string;
  /** Those that are not hidden. */
  readonly runs: readonly DrawnRun[];
  /** Grows when an open run moved. */
  readonly round: number;
}

/** Between two looks for new figures of an open run. */
const PAUSE_MS = 3000;

const NOTHING: RunFigures = { figures: [], cells: [] };

type Look = 'side' | 'swipe';

/** Ask each run for its figures, then draw name by name. */
export function Figures({ place, runs, round }: FiguresProps): ReactElement {
  const { source, t } = useServices();
  const ids = runs.map(run => run.id);
  const calm = useCalm(round, PAUSE_MS);
  // What a sealed run shows stays as it is: it is asked once after it was sealed.
  const known = useRef(new Map<string, RunFigures & { readonly isOpen: boolean }>());
  const answer = useAnswer(JSON.stringify([place, ids, calm]), async signal => {
    const wanted = ids.filter(id => known.current.get(id)?.isOpen ?? true);
    await mapSome(wanted, 4, async id => {
      const { experiment, cells } = await source.details(place, id, 2, signal);
      const { figures, status } = experiment.record;
      known.current.set(id, { figures, cells, isOpen: status === 'open' });
    });
    return ids.map(id => [id, known.current.get(id) ?? NOTHING] as const);
  });
  const [look, setLook] = useState<Look>('side');
  const [zoom, setZoom] = useState(1);
  const [pin, setPin] = useState<string | null>(null);
  const pinned = runs.find(run => run.id === pin) ?? null;
  const ordered = pinned ? [pinned, ...runs.filter(run => run !== pinned)] : runs;
  const groups = useMemo(() => {
    const byRun = new Map(answer.value);
    return groupFigures(ordered.map(run => byRun.get(run.id) ?? NOTHING));
  }, [answer.value, ordered.map(run => run.id).join(' ')]); // eslint-disable-line react-hooks/exhaustive-deps -- the order of ids stands for `ordered`
  if (answer.error && !answer.value) {
    return (
      <Face
        icon="error"
        kind="error"
        message={answer.error.message}
        hint={answer.error.hint}
        actions={[{ label: t('Try again'), run: answer.reload }]}
      />
    );
  }
  if (!answer.value) {
    return <Waiting rows={3} label={t('Reading figures …')} />;
  }
  if (groups.length === 0) {
    return <p className="ts-quiet">{t('No figures: none of these runs showed one.')}</p>;
  }
  return (
    <>
      <div className="ts-controls">
        <Segments<Look>
          label={t('How figures are shown')}
          value={look}
          choices={[
            { value: 'side', label: t('Side by side') },
            { value: 'swipe', label: t('Swipe'), refused: runs.length < 2 ? t('Needs two runs.') : null }
          ]}
          onChoose={setLook}
        />
        <Zoom zoom={zoom} onZoom={setZoom} />
      </div>
      {groups.map(group => (
        <Group key={group.name} {...{ place, group, look, zoom, pin, setPin }} runs={ordered} />
      ))}
    </>
  );
}

const ZOOMS = [1, 1.5, 2, 3, 4];

/** Fit, or larger by steps. */
export function Zoom({
  zoom,
  onZoom
}: {
  readonly zoom: number;
  readonly onZoom: (zoom: number) => void;
}): ReactElement {
  const t = useWords();
  const at = ZOOMS.indexOf(zoom);
  return (
    <span className="ts-zoom" role="group" aria-label={t('Zoom')}>
      <button type="button" disabled={at <= 0} aria-label={t('Smaller')} onClick={() => onZoom(ZOOMS[at - 1] ?? 1)}>
        −
      </button>
      <output aria-live="polite">{zoom === 1 ? t('Fit') : `${Math.round(zoom * 100)} %`}</output>
      <button
        type="button"
        disabled={at >= ZOOMS.length - 1}
        aria-label={t('Larger')}
        onClick={() => onZoom(ZOOMS[at + 1] ?? 1)}
      >
        +
      </button>
    </span>
  );
}

interface GroupProps {
  readonly place: string;
  readonly group: FigureGroup;
  readonly runs: readonly DrawnRun[];
  readonly look: Look;
  readonly zoom: number;
  readonly pin: string | null;
  readonly setPin: (run: string | null) => void;
}

function Group(props: GroupProps): ReactElement {
  const { place, group, runs, look, zoom, pin, setPin } = props;
  const t = useWords();
  const [step, setStep] = useState<number | null>(null);
  const last = group.steps.length - 1;
  const name = visible(group.name, 80);
  const at = step === null ? last : group.steps.indexOf(step);
  const chosen = group.byRun.map(figures => figureAt(figures, step));
  return (
    <section className="ts-figures" aria-label={name}>
      <header>
        <h4>{name}</h4>
        {group.steps.length > 1 ? (
          <label className="ts-slider">
            {t('Step')}
            <input
              type="range"
              min={0}
              max={last}
              value={at}
              onChange={event => setStep(group.steps[Number(event.target.value)] ?? null)}
            />
            <output>{group.steps[at]}</output>
          </label>
        ) : null}
      </header>
      {look === 'swipe' && runs.length > 1 ? (
        <Swipe place={place} runs={runs} figures={chosen} name={name} zoom={zoom} />
      ) : (
        <div className="ts-figure-row" onScroll={event => followScroll(event.currentTarget, event.target)}>
          {runs.map((run, index) => (
            <figure key={run.id}>
              <figcaption>
                <i style={{ background: cssStroke(run.stroke) }} aria-hidden="true" />
                <span>{visible(run.name, 60)}</span>
                {ownName(chosen[index], group.name)}
                {runs.length > 1 ? (
                  <IconButton
                    icon="pin"
                    pressed={pin === run.id}
                    label={t('Keep {name} at the left', { name: visible(run.name, 60) })}
                    onClick={() => setPin(pin === run.id ? null : run.id)}
                  />
                ) : null}
              </figcaption>
              <Picture place={place} run={run} figure={chosen[index] ?? null} zoom={zoom} name={name} />
            </figure>
          ))}
        </div>
      )}
    </section>
  );
}

/** What the run itself calls the figure, where that is another name. */
function ownName(figure: FigureOf | null | undefined, name: string): ReactElement | null {
  return figure && figure.fact.name !== name ? <small>{visible(figure.fact.name, 60)}</small> : null;
}

/** Enlarged pictures of one name move together. */
function followScroll(row: HTMLElement, moved: EventTarget): void {
  if (moved instanceof HTMLElement && moved.classList.contains('ts-picture')) {
    for (const other of row.querySelectorAll<HTMLElement>('.ts-picture')) {
      if (other !== moved) {
        other.scrollLeft = moved.scrollLeft;
        other.scrollTop = moved.scrollTop;
      }
    }
  }
}

function Picture(props: {
  readonly place: string;
  readonly run: DrawnRun;
  readonly figure: FigureOf | null;
  readonly zoom: number;
  readonly name: string;
}): ReactElement {
  const { place, run, figure, zoom, name } = props;
  const t = useWords();
  const [box, isSeen] = useSeen<HTMLDivElement>();
  const image = useImage(figure ? figureRequest(place, run.id, figure) : null, isSeen);
  const label = t('{figure} of {run}', { figure: name, run: visible(run.name, 60) });
  return (
    <div ref={box} className="ts-picture" tabIndex={zoom > 1 ? 0 : -1} role="group" aria-label={label}>
      {!figure ? (
        <p className="ts-quiet">{t('This run has no such figure.')}</p>
      ) : image.url ? (
        <img src={image.url} alt={label} style={{ width: `${zoom * 100}%` }} draggable={false} />
      ) : (
        <p className="ts-quiet">{image.error ?? t('Reading the picture …')}</p>
      )}
    </div>
  );
}

/** What to ask for a figure; another size means other bytes. */
export function figureRequest(
  place: string,
  run: string,
  figure: { readonly number: number; readonly fact: FigureFact }
): Parameters<typeof useImage>[0] {
  return { place, run, kind: 'figures', number: figure.number, version: `${figure.fact.path} ${figure.fact.size}` };
}
