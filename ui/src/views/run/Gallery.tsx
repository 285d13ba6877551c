/** The figures of a run as a gallery; one of them large, with arrows to the next. */

import { useState } from 'react';
import type { KeyboardEvent, ReactElement } from 'react';
import type { FigureFact } from '../../contract';
import { formatSize, visible } from '../../model/format';
import { useSeen } from '../charts/measuring';
import { figureRequest, Zoom } from '../compare/Figures';
import { Button, Dialog, IconButton } from '../parts';
import { useWords } from '../services';
import { useImage } from './images';

export interface GalleryProps {
  readonly place: string;
  readonly run: string;
  readonly figures: readonly FigureFact[];
}

/** Small pictures; a press makes one large. */
export function Gallery({ place, run, figures }: GalleryProps): ReactElement {
  const t = useWords();
  const [open, setOpen] = useState<number | null>(null);
  if (figures.length === 0) {
    return <p className="ts-quiet">{t('No figures.')}</p>;
  }
  const shown = open === null ? undefined : figures[open];
  return (
    <>
      <ul className="ts-gallery">
        {figures.map((fact, number) => (
          <li key={fact.path}>
            <Thumb place={place} run={run} fact={fact} number={number} onOpen={() => setOpen(number)} />
          </li>
        ))}
      </ul>
      {open !== null && shown ? (
        <Lightbox
          {...{ place, run }}
          fact={shown}
          number={open}
          count={figures.length}
          onMove={by => setOpen((open + by + figures.length) % figures.length)}
          onClose={() => setOpen(null)}
        />
      ) : null}
    </>
  );
}

interface OneProps {
  readonly place: string;
  readonly run: string;
  readonly fact: FigureFact;
  readonly number: number;
}

function captionOf(fact: FigureFact, t: ReturnType<typeof useWords>): string {
  const step = fact.step === null ? '' : `, ${t('step')} ${fact.step}`;
  const cell = fact.cell === null ? '' : `, ${t('cell')} ${fact.cell}`;
  return `${visible(fact.name, 80)}${step}${cell}`;
}

function Thumb({ place, run, fact, number, onOpen }: OneProps & { readonly onOpen: () => void }): ReactElement {
  const t = useWords();
  const [box, isSeen] = useSeen<HTMLButtonElement>();
  const image = useImage(figureRequest(place, run, { number, fact }), isSeen);
  const caption = captionOf(fact, t);
  return (
    <button
      ref={box}
      type="button"
      className="ts-thumb"
      onClick={onOpen}
      aria-label={t('Enlarge {figure}', { figure: caption })}
    >
      <span className="ts-thumb-picture">
        {image.url ? <img src={image.url} alt="" /> : <span className="ts-quiet">{image.error ?? '…'}</span>}
      </span>
      <span className="ts-thumb-name">{caption}</span>
    </button>
  );
}

interface LightboxProps extends OneProps {
  readonly count: number;
  readonly onMove: (by: number) => void;
  readonly onClose: () => void;
}

function Lightbox({ place, run, fact, number, count, onMove, onClose }: LightboxProps): ReactElement {
  const t = useWords();
  const [zoom, setZoom] = useState(1);
  const image = useImage(figureRequest(place, run, { number, fact }));
  const caption = captionOf(fact, t);
  const onKeyDown = (event: KeyboardEvent): void => {
    const by = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
    if (by !== 0 && count > 1) {
      event.preventDefault();
      onMove(by);
    }
  };
  return (
    <Dialog title={caption} wide onClose={onClose}>
      <div className="ts-lightbox" onKeyDown={onKeyDown}>
        <div className="ts-controls">
          <Zoom zoom={zoom} onZoom={setZoom} />
          <span className="ts-quiet">{formatSize(fact.size)}</span>
          {count > 1 ? (
            <>
              <IconButton icon="chevronLeft" label={t('Previous figure')} onClick={() => onMove(-1)} />
              <span className="ts-quiet" aria-live="polite">
                {t('{number} of {count}', { number: number + 1, count })}
              </span>
              <IconButton icon="chevronRight" label={t('Next figure')} onClick={() => onMove(1)} />
            </>
          ) : null}
          <Button look="quiet" onClick={onClose}>
            {t('Close')}
          </Button>
        </div>
        <div className="ts-picture" tabIndex={0} role="group" aria-label={caption}>
          {image.url ? (
            <img src={image.url} alt={caption} style={{ width: `${zoom * 100}%` }} />
          ) : (
            <p className="ts-quiet">{image.error ?? t('Reading the picture …')}</p>
          )}
        </div>
      </div>
    </Dialog>
  );
}
