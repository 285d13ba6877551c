/** The card of one run, as a cell's output shows it: live while the run is open. */

import type { ReactElement } from 'react';
import type { CardMetric, CardParam, RunCard } from '../../contract';
import { formatDelta, formatDuration, formatNumber, formatValue, visible } from '../../model/format';
import { Button, Delta, Sparkline, StatusPill } from '../parts';
import { useWords } from '../services';

/** What can be done from a card; an action that is absent has no button. */
export interface CardActions {
  readonly open?: () => void;
  readonly compare?: () => void;
  readonly end?: () => void;
  readonly promote?: () => void;
}

/** Draw a run card; `actions` need a server, `next` steps stand in for them where there is none. */
export function RunCardView(props: { readonly card: RunCard; readonly actions?: CardActions }): ReactElement {
  const { card, actions = {} } = props;
  const t = useWords();
  return (
    <section className="ts-card" aria-label={t('Run {name}', { name: visible(card.name, 80) })}>
      <Head card={card} />
      <Params card={card} />
      {card.metrics.length > 0 ? <Metrics card={card} /> : null}
      <Data card={card} />
      <Warnings card={card} />
      <Foot card={card} actions={actions} />
    </section>
  );
}

function Head({ card }: { readonly card: RunCard }): ReactElement {
  const t = useWords();
  const facts = [
    formatDuration(card.duration),
    t(card.cells.executed === 1 ? '{n} cell' : '{n} cells', { n: card.cells.executed }),
    ...(card.cells.failed ? [t('{n} failed', { n: card.cells.failed })] : []),
    ...(card.figures ? [t(card.figures === 1 ? '{n} figure' : '{n} figures', { n: card.figures })] : []),
    ...(card.inputs ? [t(card.inputs === 1 ? '{n} input' : '{n} inputs', { n: card.inputs })] : []),
    ...(card.artifacts ? [t(card.artifacts === 1 ? '{n} file' : '{n} files', { n: card.artifacts })] : []),
    ...(card.branch ? [visible(card.branch, 40)] : []),
    ...(card.oid ? [card.oid.slice(0, 7)] : [])
  ];
  return (
    <header className="ts-card-head">
      <span className="ts-card-name">{visible(card.name, 80)}</span>
      <State card={card} />
      <span className="ts-card-facts">{facts.join(' · ')}</span>
      {card.title ? <span className="ts-card-title">{visible(card.title, 200)}</span> : null}
    </header>
  );
}

function State({ card }: { readonly card: RunCard }): ReactElement {
  const t = useWords();
  if (card.state === 'open' || card.state === 'sealed') {
    return <StatusPill status={card.state === 'open' ? 'open' : card.status} />;
  }
  const words = { sealing: t('sealing'), kept: t('kept in the journal'), discarded: t('discarded') } as const;
  return <span className="ts-pill">{words[card.state]}</span>;
}

function Params({ card }: { readonly card: RunCard }): ReactElement | null {
  const t = useWords();
  const rest = [
    ...(card.more.params ? [t('{n} more', { n: card.more.params })] : []),
    ...(card.same_params && card.previous
      ? [t('{n} as in {run}', { n: card.same_params, run: visible(card.previous, 40) })]
      : [])
  ];
  if (card.params.length === 0 && rest.length === 0) {
    return null;
  }
  return (
    <ul className="ts-card-params" aria-label={t('Parameters')}>
      {card.params.map(param => (
        <li key={param.name}>
          <ParamChip param={param} />
        </li>
      ))}
      {rest.map(words => (
        <li key={words} className="ts-card-rest">
          {words}
        </li>
      ))}
    </ul>
  );
}

function ParamChip({ param }: { readonly param: CardParam }): ReactElement {
  const t = useWords();
  const { change } = param;
  return (
    <span className={change === 'only' ? 'ts-chip' : 'ts-chip ts-chip-differs'}>
      <span className="ts-chip-name">{visible(param.name, 40)}</span>{' '}
      {change === 'changed' || change === 'removed' ? (
        <>
          <s className="ts-card-was">{formatValue(param.was, 24)}</s> <span className="ts-unseen">{t('now')} </span>
        </>
      ) : null}
      {change === 'removed' ? <span className="ts-unseen">{t('gone')}</span> : formatValue(param.value, 28)}
    </span>
  );
}

function Metrics({ card }: { readonly card: RunCard }): ReactElement {
  const t = useWords();
  return (
    <table className="ts-card-metrics" aria-label={t('Metrics')}>
      <tbody>
        {card.metrics.map(metric => (
          <MetricLine key={metric.name} metric={metric} />
        ))}
        {card.more.metrics ? (
          <tr>
            <td colSpan={4} className="ts-card-rest">
              {t('{n} more', { n: card.more.metrics })}
            </td>
          </tr>
        ) : null}
      </tbody>
    </table>
  );
}

function MetricLine({ metric }: { readonly metric: CardMetric }): ReactElement {
  const t = useWords();
  const against = metric.against === null ? '' : t('baseline {value}', { value: formatNumber(metric.against) });
  return (
    <tr>
      <th scope="row">{visible(metric.name, 60)}</th>
      <td className="ts-card-spark">
        <Sparkline values={metric.spark} width={96} height={22} />
      </td>
      <td className="ts-card-value">{formatNumber(metric.last)}</td>
      <td title={against}>
        {metric.delta === null ? null : <Delta delta={metric.delta} verdict={metric.verdict} />}
        {metric.delta !== null && against ? <span className="ts-unseen">{formatDelta(metric.delta)}</span> : null}
      </td>
    </tr>
  );
}

function Data({ card }: { readonly card: RunCard }): ReactElement | null {
  const t = useWords();
  const other = card.baseline ?? card.previous;
  const changed = card.changed_inputs ?? [];
  if (changed.length === 0 || other === null) {
    return null;
  }
  return (
    <p className="ts-card-facts">
      {t('Data differs from {run}: {paths}', {
        run: visible(other, 40),
        paths: changed.map(path => visible(path, 100)).join(', ')
      })}
    </p>
  );
}

function Warnings({ card }: { readonly card: RunCard }): ReactElement | null {
  const t = useWords();
  if (card.warnings.length === 0) {
    return null;
  }
  return (
    <ul className="ts-card-warnings" aria-label={t('Warnings')}>
      {card.warnings.map(warning => (
        <li key={warning.code + warning.message}>
          <span>{visible(warning.message, 400)}</span>
          {warning.hint ? <span className="ts-card-hint"> {visible(warning.hint, 400)}</span> : null}
        </li>
      ))}
      {card.more.warnings ? <li className="ts-card-rest">{t('{n} more', { n: card.more.warnings })}</li> : null}
    </ul>
  );
}

function Foot({ card, actions }: { readonly card: RunCard; readonly actions: CardActions }): ReactElement | null {
  const t = useWords();
  const { open, compare, end, promote } = actions;
  const hasButtons = Boolean(open ?? compare ?? end ?? promote);
  if (!hasButtons && !card.sentence && card.next.length === 0) {
    return null;
  }
  return (
    <footer className="ts-card-foot">
      {card.sentence ? (
        <p>
          {visible(card.sentence, 400)} <span className="ts-card-hint">{visible(card.hint, 400)}</span>
        </p>
      ) : null}
      {hasButtons ? (
        <div className="ts-card-buttons">
          {end ? <Button onClick={end}>{t('End run')}</Button> : null}
          {open ? <Button onClick={open}>{t('Open run')}</Button> : null}
          {compare ? <Button onClick={compare}>{t('Compare with baseline')}</Button> : null}
          {promote ? <Button onClick={promote}>{t('Promote…')}</Button> : null}
        </div>
      ) : (
        <dl className="ts-card-next">
          {card.next.map(step => (
            <div key={step.command}>
              <dt>
                <code>{visible(step.command, 200)}</code>
              </dt>
              <dd>{visible(step.does, 200)}</dd>
            </div>
          ))}
        </dl>
      )}
    </footer>
  );
}
