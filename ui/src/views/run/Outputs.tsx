/** What an executed cell gave: text in the colours of a terminal, pictures when they come into sight. */

import { memo, useMemo, useState } from 'react';
import type { ReactElement } from 'react';
import type { OutputShown } from '../../contract';
import { formatCount, visibleLines } from '../../model/format';
import { parseAnsi } from '../../model/run/ansi';
import type { Span } from '../../model/run/ansi';
import { useSeen } from '../charts/measuring';
import { Button } from '../parts';
import { useWords } from '../services';
import { useImage } from './images';
import { Scrolled } from './Scrolled';

/** Lines of one output before one asks for more. */
const MOST_LINES = 30;

export interface OutputsProps {
  readonly place: string;
  readonly run: string;
  readonly outputs: readonly OutputShown[];
}

/** Draw outputs in their order. */
export function Outputs({ place, run, outputs }: OutputsProps): ReactElement {
  const t = useWords();
  if (outputs.length === 0) {
    return <p className="ts-quiet">{t('No output.')}</p>;
  }
  return (
    <div className="ts-outputs">
      {outputs.map((output, index) =>
        output.image === null ? (
          <Text key={index} output={output} />
        ) : (
          <Picture key={index} place={place} run={run} number={output.image} label={output.text} />
        )
      )}
    </div>
  );
}

function Text({ output }: { readonly output: OutputShown }): ReactElement {
  const t = useWords();
  const [isWhole, setWhole] = useState(false);
  const lines = useMemo(() => output.text.replace(/\n+$/, '').split('\n'), [output.text]);
  const rest = lines.length - MOST_LINES;
  const shown = isWhole || rest <= 0 ? lines : lines.slice(0, MOST_LINES);
  return (
    <div className={`ts-output ts-output-${output.kind}`}>
      <Scrolled>
        <Ansi text={shown.join('\n')} />
      </Scrolled>
      {rest > 0 ? (
        <Button look="quiet" aria-expanded={isWhole} onClick={() => setWhole(!isWhole)}>
          {isWhole ? t('Fold') : t('{count} more lines', { count: formatCount(rest) })}
        </Button>
      ) : null}
    </div>
  );
}

/** Text with the colours of a terminal, as spans. */
export const Ansi = memo(function Ansi({ text }: { readonly text: string }): ReactElement {
  const spans = useMemo(() => parseAnsi(text), [text]);
  return (
    <>
      {spans.map((span, index) => {
        const look = lookOf(span);
        const shown = visibleLines(span.text);
        return look ? (
          <span key={index} className={look}>
            {shown}
          </span>
        ) : (
          shown
        );
      })}
    </>
  );
});

function lookOf(span: Span): string {
  return [
    span.colour === null ? '' : `ts-ansi-${span.colour % 8}`,
    span.ground === null ? '' : 'ts-ansi-ground',
    span.bold ? 'ts-ansi-bold' : '',
    span.faint ? 'ts-ansi-faint' : '',
    span.italic ? 'ts-ansi-italic' : '',
    span.underline ? 'ts-ansi-underline' : ''
  ]
    .filter(Boolean)
    .join(' ');
}

function Picture(props: {
  readonly place: string;
  readonly run: string;
  readonly number: number;
  readonly label: string;
}): ReactElement {
  const { place, run, number, label } = props;
  const t = useWords();
  const [box, isSeen] = useSeen<HTMLDivElement>();
  const image = useImage({ place, run, kind: 'images', number, version: '' }, isSeen);
  return (
    <div ref={box} className="ts-output ts-output-image">
      {image.url ? (
        <img src={image.url} alt={label || t('Picture {number}', { number: number + 1 })} />
      ) : (
        <p className="ts-quiet">{image.error ?? t('Reading the picture …')}</p>
      )}
    </div>
  );
}
