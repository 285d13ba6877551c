/** Small facts of a run as one sees them: chips, changes, states, tags. */

import { memo } from 'react';
import type { ReactElement } from 'react';
import type { MetricCell, Status, Value } from '../../contract';
import { formatDelta, formatShort, formatValue, visible } from '../../model/format';
import { useWords } from '../services';
import { IconButton } from './button';

/** A parameter: its name dim, its value plain, emphasised where it differs from the baseline run. */
export const Chip = memo(function Chip(props: {
  readonly name: string;
  readonly value: Value | undefined;
  readonly was?: Value | undefined;
  readonly differs?: boolean;
}): ReactElement {
  const { name, value, was, differs = false } = props;
  const tip = `${visible(name)} = ${formatValue(value)}${differs && was !== undefined ? ` (${formatValue(was)})` : ''}`;
  return (
    <span className={differs ? 'ts-chip ts-chip-differs' : 'ts-chip'} title={tip}>
      <span className="ts-chip-name">{visible(name, 40)}</span> {formatShort(value, 28)}
    </span>
  );
});

const VERDICTS = {
  better: 'better',
  worse: 'worse',
  same: 'unchanged',
  noise: 'within noise',
  unknown: 'changed'
} as const;

/** A change against the baseline run; its colour and its words say whether that is good. */
export const Delta = memo(function Delta(props: {
  readonly delta: number | null;
  readonly verdict: MetricCell['verdict'];
  /** Leave out the number; the arrow alone stays. */
  readonly short?: boolean;
}): ReactElement | null {
  const { delta, verdict, short = false } = props;
  const t = useWords();
  if (delta === null) {
    return null;
  }
  const sign = verdict === 'noise' ? '≈' : delta === 0 ? '=' : delta > 0 ? '↑' : '↓';
  const words = `${formatDelta(delta)} ${t(VERDICTS[verdict])}`;
  return (
    <span className={`ts-delta ts-delta-${verdict}`} title={words}>
      <span aria-hidden="true">{sign}</span>
      {short ? null : <span aria-hidden="true">{formatDelta(delta).replace(/^[+−]/, '')}</span>}
      <span className="ts-unseen">{words}</span>
    </span>
  );
});

const STATUSES: Readonly<Record<Status, string>> = {
  open: 'running',
  finished: 'finished',
  failed: 'failed',
  interrupted: 'interrupted'
};

/** How a run is, as a dot; its name is for a screen reader and a tip. */
export const StatusDot = memo(function StatusDot({ status }: { readonly status: Status }): ReactElement {
  const words = useWords()(STATUSES[status]);
  return <span className={`ts-dot ts-dot-${status}`} role="img" aria-label={words} title={words} />;
});

/** How a run is, in a word. */
export const StatusPill = memo(function StatusPill({ status }: { readonly status: Status }): ReactElement {
  const t = useWords();
  return (
    <span className={`ts-pill ts-pill-${status}`}>
      <span className={`ts-dot ts-dot-${status}`} aria-hidden="true" />
      {t(STATUSES[status])}
    </span>
  );
});

/** A tag; with `onRemove` it can be taken off. */
export const Tag = memo(function Tag(props: {
  readonly name: string;
  readonly onRemove?: (() => void) | undefined;
}): ReactElement {
  const { name, onRemove } = props;
  const t = useWords();
  const shown = visible(name, 60);
  return (
    <span className="ts-tag" title={shown}>
      <span className="ts-tag-name">{shown}</span>
      {onRemove ? <IconButton icon="close" label={t('Remove tag {name}', { name: shown })} onClick={onRemove} /> : null}
    </span>
  );
});
