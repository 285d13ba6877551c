/** Notebook and code between two of the compared runs, with what it did to the metrics. */

import { useState } from 'react';
import type { ReactElement } from 'react';
import type { Comparison } from '../../contract';
import { collectRows } from '../../model/compare/differences';
import { judge } from '../../model/compare/verdict';
import { finite } from '../../model/compare/scales';
import { visible } from '../../model/format';
import { useAnswer } from '../charts/answers';
import { cssStroke } from '../../model/compare/strokes';
import type { DrawnRun } from '../charts/runs';
import { Files } from '../diff/Files';
import { Delta, Face, Waiting } from '../parts';
import { useServices, useWords } from '../services';

const BASELINE = '';
const MOST_METRICS = 6;

export interface CodeProps {
  readonly place: string;
  readonly comparison: Comparison;
  readonly runs: readonly DrawnRun[];
}

/** Two selects and a swap choose the sides; the first and the second run to begin with. */
export function Code({ place, comparison, runs }: CodeProps): ReactElement {
  const { source, t } = useServices();
  const [chosenBefore, setBefore] = useState<string | null>(null);
  const [chosenAfter, setAfter] = useState<string | null>(null);
  const ids = runs.map(run => run.id);
  const before =
    chosenBefore === BASELINE || (chosenBefore && ids.includes(chosenBefore)) ? chosenBefore : (ids[0] ?? '');
  const after = chosenAfter && ids.includes(chosenAfter) ? chosenAfter : (ids.find(id => id !== before) ?? '');
  const left = before === BASELINE ? null : before;
  const unsealed = [before, after].filter(id => comparison.runs[ids.indexOf(id)]?.oid === null);
  const key = before === after || unsealed.length > 0 ? null : JSON.stringify([place, left, after]);
  const answer = useAnswer(key, async signal => ({
    left,
    after,
    diff: await source.diff(place, left, after, signal)
  }));
  const swap = (): void => {
    setBefore(after);
    setAfter(before);
  };
  const isShown = answer.value?.left === left && answer.value.after === after;
  return (
    <>
      <div className="ts-controls">
        <SideSelect
          label={t('From')}
          runs={runs}
          value={before}
          baseline={t('its baseline commit')}
          onChoose={setBefore}
        />
        <button
          type="button"
          className="ts-iconbutton"
          title={t('Swap the sides')}
          aria-label={t('Swap the sides')}
          disabled={left === null}
          onClick={swap}
        >
          ⇄
        </button>
        <SideSelect label={t('to')} runs={runs} value={after} onChoose={setAfter} />
      </div>
      {left !== null ? (
        <MetricChanges comparison={comparison} from={ids.indexOf(left)} to={ids.indexOf(after)} />
      ) : null}
      {before === after ? (
        <p className="ts-quiet">{t('Choose two different runs.')}</p>
      ) : unsealed.length > 0 ? (
        <p className="ts-quiet">
          {t('{run} is still open: its code is compared once it has ended.', {
            run: visible(runs.find(run => run.id === unsealed[0])?.name ?? '', 60)
          })}
        </p>
      ) : answer.error ? (
        <Face
          icon="error"
          kind="error"
          message={answer.error.message}
          hint={answer.error.hint}
          actions={[{ label: t('Try again'), run: answer.reload }]}
        />
      ) : isShown && answer.value ? (
        <Files
          key={`${before} ${after}`}
          diff={answer.value.diff}
          sides={{
            place,
            before: left,
            after,
            beforeName: visible(answer.value.diff.before, 60),
            afterName: visible(answer.value.diff.after, 60)
          }}
        />
      ) : (
        <Waiting rows={4} label={t('Comparing the code …')} />
      )}
    </>
  );
}

interface SideSelectProps {
  readonly label: string;
  readonly runs: readonly DrawnRun[];
  readonly value: string;
  /** The name of the commit a run began at, where that may be chosen. */
  readonly baseline?: string;
  readonly onChoose: (run: string) => void;
}

function SideSelect({ label, runs, value, baseline, onChoose }: SideSelectProps): ReactElement {
  const run = runs.find(of => of.id === value);
  return (
    <label className="ts-choose">
      {label}
      <i style={{ background: run ? cssStroke(run.stroke) : 'transparent' }} aria-hidden="true" />
      <select value={value} onChange={event => onChoose(event.target.value)}>
        {runs.map(of => (
          <option key={of.id} value={of.id}>
            {visible(of.name, 60)}
          </option>
        ))}
        {baseline ? <option value={BASELINE}>{baseline}</option> : null}
      </select>
    </label>
  );
}

/** "val_acc 0.91 → 0.93 ▲" for the metrics that changed. */
function MetricChanges(props: {
  readonly comparison: Comparison;
  readonly from: number;
  readonly to: number;
}): ReactElement | null {
  const t = useWords();
  const { comparison, from, to } = props;
  const changes = collectRows(comparison).flatMap(row => {
    const [one, other] = [row.cells[from], row.cells[to]];
    return row.kind === 'metric' && one && other && one.exact !== other.exact ? [{ row, one, other }] : [];
  });
  if (changes.length === 0) {
    return null;
  }
  return (
    <ul className="ts-changes" aria-label={t('What became of the metrics')}>
      {changes.slice(0, MOST_METRICS).map(({ row, one, other }) => {
        const [was, is] = [finite(one.exact), finite(other.exact)];
        const delta = was === null || is === null ? null : is - was;
        return (
          <li key={row.id}>
            <span>{visible(row.name, 40)}</span> {one.text || '–'} → <b>{other.text || '–'}</b>{' '}
            <Delta delta={delta} verdict={judge(delta, row.direction)} />
          </li>
        );
      })}
      {changes.length > MOST_METRICS ? (
        <li>{t('and {count} more', { count: changes.length - MOST_METRICS })}</li>
      ) : null}
    </ul>
  );
}
