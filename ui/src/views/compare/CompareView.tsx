/** Two or more runs side by side: what differs, curves, figures, code and environment. */

import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import type { ReactElement } from 'react';
import type { Place } from '../../contract';
import { collectAxes, moved } from '../../model/compare/axes';
import { chooseRows, collectRows } from '../../model/compare/differences';
import { formatCount } from '../../model/format';
import { useAnswer, useChanges } from '../charts/answers';
import { Parallel } from '../charts/Parallel';
import { Scatter } from '../charts/Scatter';
import { Face, Waiting } from '../parts';
import { useServices, useWords } from '../services';
import { Code } from './Code';
import { Curves } from './Curves';
import { Differences } from './Differences';
import { useDrawn } from './drawn';
import type { Shown } from './drawn';
import { countPackages, EnvironmentDiff } from './Environment';
import { ExportMenu } from './ExportMenu';
import { Figures } from './Figures';
import { Legend } from './Legend';
import { Section, SectionNav, Sections } from './Section';
import type { SectionFact } from './Section';

/** Fewer runs than this are better told apart in the table. */
const PARALLEL_FROM = 8;

export interface CompareViewProps {
  readonly place: Place;
  /** `RunRow.id`s, the first being the one compared with. */
  readonly runs: readonly string[];
  /** Hear of runs taken out or put into another order. */
  readonly onRuns?: (runs: readonly string[]) => void;
}

/** The compare tab. */
export function CompareView({ place, runs, onRuns }: CompareViewProps): ReactElement {
  const { host, t } = useServices();
  const [own, setOwn] = useState(runs);
  const given = runs.join(' ');
  useEffect(() => setOwn(runs), [given]); // eslint-disable-line react-hooks/exhaustive-deps -- `given` stands for the runs
  const change = useCallback(
    (next: readonly string[]): void => {
      setOwn(next);
      onRuns?.(next);
    },
    [onRuns]
  );
  const { id } = place;
  if (id === null) {
    return <Face icon="compare" message={place.message || t('There is no repository here.')} hint={place.hint} />;
  }
  if (own.length < 2) {
    return (
      <Face
        icon="compare"
        message={t('Choose two runs or more to compare.')}
        hint={t('In the table, hold Ctrl or Shift to select several.')}
        actions={[{ label: t('Open the table'), icon: 'table', run: () => host.openTable(id) }]}
      />
    );
  }
  return <Compared place={id} runs={own} onRuns={change} />;
}

interface ComparedProps {
  readonly place: string;
  readonly runs: readonly string[];
  readonly onRuns: (runs: readonly string[]) => void;
}

function Compared({ place, runs, onRuns }: ComparedProps): ReactElement {
  const { source, t } = useServices();
  const answer = useAnswer<Shown>(JSON.stringify([place, runs]), async signal => ({
    runs,
    comparison: await source.compare(place, runs, signal)
  }));
  const [round, setRound] = useState(0);
  useChanges(place, runs, () => {
    answer.reload();
    // Curves and figures of sealed runs stay as they are.
    if (answer.value?.comparison.runs.some(run => run.status === 'open')) {
      setRound(count => count + 1);
    }
  });
  if (answer.error && (!answer.value || answer.error.code === 'unknown-run')) {
    return (
      <Face
        icon="error"
        kind="error"
        message={answer.error.message}
        hint={answer.error.hint}
        actions={[{ label: t('Try again'), icon: 'refresh', run: answer.reload }]}
      />
    );
  }
  return answer.value ? (
    <Page place={place} shown={answer.value} round={round} onRuns={onRuns} />
  ) : (
    <Waiting rows={10} label={t('Comparing runs …')} />
  );
}

interface PageProps {
  readonly place: string;
  readonly shown: Shown;
  readonly round: number;
  readonly onRuns: (runs: readonly string[]) => void;
}

function Page({ place, shown, round, onRuns }: PageProps): ReactElement {
  const { host, t } = useServices();
  const { comparison } = shown;
  const scroller = useRef<HTMLDivElement>(null);
  const { legend, drawn, setEmphasis, toggle, keep } = useDrawn(place, shown);
  const [isAll, setAll] = useState(false);
  const rows = useMemo(() => collectRows(comparison), [comparison]);
  const axes = useMemo(() => collectAxes(comparison), [comparison]);
  const everyAxis = useMemo(() => collectAxes(comparison, true), [comparison]);
  const metrics = useMemo(() => comparison.metrics.map(row => row.name), [comparison]);
  const running = shown.runs.filter((_, index) => comparison.runs[index]?.status === 'open');
  const open = useCallback((run: string) => host.openRun(place, run), [host, place]);
  const chosen = chooseRows(rows, isAll);
  const differing = chooseRows(rows, false).length;
  const sections = useSections(shown, differing);
  const title = (id: string): SectionFact => sections.find(section => section.id === id) ?? { id, title: id };
  return (
    <div ref={scroller} className="ts-report ts-compare">
      <header className="ts-report-head">
        <h2>{t('{count} runs compared', { count: shown.runs.length })}</h2>
        <ExportMenu place={place} exported={{ comparison, runs: legend, isAll }} />
        <Legend
          runs={legend}
          hidden={drawn.hidden}
          onToggle={toggle}
          onEmphasis={setEmphasis}
          onOpen={open}
          onRemove={run => onRuns(shown.runs.filter(id => id !== run))}
          onMove={(run, to) => onRuns(moved(shown.runs, shown.runs.indexOf(run), to - shown.runs.indexOf(run)))}
        />
      </header>
      <SectionNav sections={sections} scroller={scroller} />
      <Sections place={place} tab="compare">
        <Section
          {...title('differences')}
          tools={
            <label className="ts-check">
              <input type="checkbox" checked={isAll} onChange={event => setAll(event.target.checked)} />
              {t('Show all, {count} are the same', { count: chooseRows(rows, true).length - differing })}
            </label>
          }
        >
          {() => <Differences rows={chosen} runs={drawn.runs} onOpen={open} />}
        </Section>
        <Section {...title('curves')}>
          {() => <Curves {...{ place, metrics, drawn, round }} runs={shown.runs} open={running} />}
        </Section>
        <Section {...title('parallel')}>
          {() => <Parallel axes={axes} drawn={drawn} onKeep={keep} onOpen={open} />}
        </Section>
        <Section {...title('scatter')}>
          {() => (
            <Scatter axes={axes.some(axis => axis.kind === 'metric') ? axes : everyAxis} drawn={drawn} onOpen={open} />
          )}
        </Section>
        <Section {...title('figures')}>
          {() => <Figures place={place} runs={drawn.runs.filter(run => !drawn.hidden.has(run.id))} round={round} />}
        </Section>
        <Section {...title('code')}>{() => <Code place={place} comparison={comparison} runs={drawn.runs} />}</Section>
        <Section {...title('environment')}>
          {() => <EnvironmentDiff comparison={comparison} runs={drawn.runs} onOpen={open} />}
        </Section>
      </Sections>
    </div>
  );
}

function useSections(shown: Shown, differing: number): readonly SectionFact[] {
  const t = useWords();
  const packages = countPackages(shown.comparison);
  return [
    { id: 'differences', title: t('Differences'), note: formatCount(differing) },
    { id: 'curves', title: t('Curves') },
    {
      id: 'parallel',
      title: t('Parallel'),
      note: shown.runs.length < PARALLEL_FROM ? t('best from 8 runs on') : undefined
    },
    { id: 'scatter', title: t('Scatter') },
    { id: 'figures', title: t('Figures') },
    { id: 'code', title: t('Notebook & code') },
    { id: 'environment', title: t('Environment'), note: packages > 0 ? formatCount(packages) : undefined }
  ];
}
