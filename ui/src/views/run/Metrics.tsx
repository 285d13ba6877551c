/** The metrics of a run as cards: the last value, its curve, the best of it, and where it came from. */

import type { ReactElement } from 'react';
import type { MetricFact } from '../../contract';
import { formatCount, formatNumber, visible } from '../../model/format';
import { Sparkline } from '../parts';
import { useWords } from '../services';

export interface MetricsProps {
  readonly metrics: Readonly<Record<string, MetricFact>>;
}

/** One card for each metric. */
export function Metrics({ metrics }: MetricsProps): ReactElement {
  const t = useWords();
  const all = Object.entries(metrics);
  if (all.length === 0) {
    return <p className="ts-quiet">{t('No metrics: nothing was logged or found.')}</p>;
  }
  return (
    <ul className="ts-metrics">
      {all.map(([name, metric]) => (
        <MetricCard key={name} name={name} metric={metric} />
      ))}
    </ul>
  );
}

function MetricCard({ name, metric }: { readonly name: string; readonly metric: MetricFact }): ReactElement {
  const t = useWords();
  const shown = visible(name, 80);
  const best = metric.direction === 'higher' ? metric.max : metric.direction === 'lower' ? metric.min : null;
  const facts =
    metric.count < 2
      ? []
      : [
          ...(best !== null ? [[t('best'), formatNumber(best)]] : []),
          [t('min'), formatNumber(metric.min)],
          [t('max'), formatNumber(metric.max)],
          [t('points'), formatCount(metric.count)]
        ];
  return (
    <li>
      <span className="ts-metric-name" title={shown}>
        {shown}
        {metric.direction === 'unknown' ? null : (
          <span className="ts-way" title={metric.direction === 'higher' ? t('higher is better') : t('lower is better')}>
            {metric.direction === 'higher' ? '↑' : '↓'}
          </span>
        )}
      </span>
      <span className="ts-metric-value">
        <b>{formatNumber(metric.last)}</b>
        {metric.count > 1 ? <Sparkline values={metric.spark} width={84} height={26} /> : null}
      </span>
      <span className="ts-metric-facts">
        {facts.map(([label, value]) => (
          <span key={label}>
            {label} <span className="ts-ink">{value}</span>
          </span>
        ))}
        <OriginTag origin={metric.origin} />
      </span>
    </li>
  );
}

const ORIGINS: Readonly<Record<MetricFact['origin'], readonly [string, string]>> = {
  explicit: ['logged', 'Logged by the code itself.'],
  declared: ['declared', 'Named by %track params or %track metrics.'],
  'parameters-cell': ['parameters cell', 'Set in the cell tagged as parameters.'],
  auto: ['found', 'Found by Trackside in what the cells assigned.'],
  printed: ['printed', 'Read from what a cell printed.']
};

/** Where a value came from, in a word; the tip says it in a sentence. */
export function OriginTag({ origin }: { readonly origin: MetricFact['origin'] }): ReactElement {
  const t = useWords();
  const [word, sentence] = ORIGINS[origin] ?? [origin, ''];
  return (
    <span className="ts-origin" title={t(sentence)}>
      {t(word)}
    </span>
  );
}
