/** Two or more runs side by side: what differs, curves, figures, code and environment. */

import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import type { ReactElement } from 'react';
import type { Comparison, Place } from '../../contract';
import { collectAxes, moved } from '../../model/compare/axes';
import { chooseRows, collectRows } from '../../model/compare/differences';
import { collectStrokes } from '../../model/compare/strokes';
import { formatCount } from '../../model/format';
import { useAnswer, useChanges } from '../charts/answers';
import { CurveGrid } from '../charts/CurveGrid';
import { Parallel } from '../charts/Parallel';
import type { DrawnRuns } from '../charts/runs';
import { Scatter } from '../charts/Scatter';
import { Button, Face, Menu, Waiting } from '../parts';
import { useServices, useWords } from '../services';
import { useChoices } from '../state/choices';
import { Code } from './Code';
import { Differences } from './Differences';
import { countPackages, EnvironmentDiff } from './Environment';
import { exportCsv, exportPage } from './exporting';
import { Figures } from './Figures';
import { Legend } from './Legend';
import type { LegendRun } from './Legend';
import { Section, SectionNav, Sections } from './Section';
import type { SectionFact } from './Section';

/** Fewer runs than this are better told apart in the table. */
const PARALLEL_FROM = 8;
const POINTS = 600;

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

/** A comparison and the runs it is of: while another is on its way, the page keeps showing this one. */
interface Shown {
  readonly runs: readonly string[];
  readonly comparison: Comparison;
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
  const services = useServices();
  const { host, t } = services;
  const { comparison } = shown;
  const scroller = useRef<HTMLDivElement>(null);
  const { legend, drawn, setEmphasis, toggle, keep } = useDrawn(place, shown);
  const [isAll, setAll] = useState(false);
  const rows = useMemo(() => collectRows(comparison), [comparison]);
  const axes = useMemo(() => collectAxes(comparison), [comparison]);
  const everyAxis = useMemo(() => collectAxes(comparison, true), [comparison]);
  const curves = useCurves(place, shown, round);
  const open = useCallback((run: string) => host.openRun(place, run), [host, place]);
  const chosen = chooseRows(rows, isAll);
  const differing = chooseRows(rows, false).length;
  const sections = useSections(shown, differing);
  const title = (id: string): SectionFact => sections.find(section => section.id === id) ?? { id, title: id };
  return (
    <div ref={scroller} className="ts-tab ts-compare">
      <header className="ts-tab-head">
        <h2>{t('{count} runs compared', { count: shown.runs.length })}</h2>
        <ExportMenu
          onCsv={() => exportCsv(services, { comparison, runs: legend, isAll })}
          onPage={() => {
            exportPage(services, place, { comparison, runs: legend, isAll }).catch((error: unknown) =>
              host.notify({ kind: 'error', message: error instanceof Error ? error.message : String(error) })
            );
          }}
        />
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
          {() => <CurveSection curves={curves} drawn={drawn} sync={`compare ${shown.runs.join(' ')}`} />}
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

interface UsedDrawn {
  readonly legend: readonly LegendRun[];
  readonly drawn: DrawnRuns;
  readonly setEmphasis: (run: string | null) => void;
  readonly toggle: (run: string) => void;
  /** Hide all but these. */
  readonly keep: (runs: readonly string[]) => void;
}

/** Colours and eyes are those of the table. */
function useDrawn(place: string, shown: Shown): UsedDrawn {
  const { choices, change } = useChoices(place);
  const [emphasis, setEmphasis] = useState<string | null>(null);
  const { colours, unseen } = choices;
  const titles = shown.comparison.facts.find(row => row.name === 'title')?.values;
  // Colours follow the run, not its place: their order is the one of the ids.
  const strokes = useStrokes(shown.runs, colours);
  const legend = useMemo(
    () =>
      shown.comparison.runs.map<LegendRun>((fact, place) => {
        const id = shown.runs[place] ?? '';
        return {
          id,
          name: fact.name,
          fact,
          title: titles?.[place] ?? '',
          stroke: strokes.get(id) ?? { token: '--ts-run-1', dash: [] }
        };
      }),
    [shown, strokes, titles]
  );
  const hidden = useMemo(() => new Set(unseen.filter(run => shown.runs.includes(run))), [unseen, shown.runs]);
  // Charts are drawn anew for other runs only, not for each new value of an open one.
  const kind = JSON.stringify(legend.map(({ id, name, stroke }) => [id, name, stroke]));
  const runs = useMemo(() => legend.map(({ id, name, stroke }) => ({ id, name, stroke })), [kind]); // eslint-disable-line react-hooks/exhaustive-deps -- `kind` stands for them
  const drawn = useMemo(() => ({ runs, hidden, emphasis }), [runs, hidden, emphasis]);
  const toggle = useCallback(
    (run: string) =>
      change(so => ({
        ...so,
        unseen: so.unseen.includes(run) ? so.unseen.filter(id => id !== run) : [...so.unseen, run]
      })),
    [change]
  );
  const keep = useCallback(
    (kept: readonly string[]) =>
      change(so => ({
        ...so,
        unseen: [...so.unseen.filter(id => !shown.runs.includes(id)), ...shown.runs.filter(id => !kept.includes(id))]
      })),
    [change, shown.runs]
  );
  return { legend, drawn, setEmphasis, toggle, keep };
}

function useStrokes(runs: readonly string[], colours: Readonly<Record<string, number>>): ReturnType<typeof strokesOf> {
  const key = [...runs].sort().join(' ');
  return useMemo(() => strokesOf(key.split(' '), colours), [key, colours]);
}

function strokesOf(
  runs: readonly string[],
  colours: Readonly<Record<string, number>>
): ReadonlyMap<string, ReturnType<typeof collectStrokes>[number]> {
  const strokes = collectStrokes(runs, colours);
  return new Map(runs.flatMap((run, place) => (strokes[place] ? [[run, strokes[place]] as const] : [])));
}

type CurvesAnswer = ReturnType<typeof useCurves>;

function useCurves(place: string, shown: Shown, round: number) {
  const { source } = useServices();
  const metrics = shown.comparison.metrics.map(row => row.name);
  const key = metrics.length === 0 ? null : JSON.stringify([place, shown.runs, metrics]);
  const answer = useAnswer(
    key,
    async signal => (await source.curves(place, { runs: shown.runs, metrics, points: POINTS }, signal)).curves
  );
  const { reload } = answer;
  useEffect(() => {
    if (round > 0) {
      reload();
    }
  }, [round, reload]);
  return { ...answer, isEmpty: key === null };
}

function CurveSection(props: {
  readonly curves: CurvesAnswer;
  readonly drawn: DrawnRuns;
  readonly sync: string;
}): ReactElement {
  const { curves, drawn, sync } = props;
  const t = useWords();
  if (curves.isEmpty || curves.value?.length === 0) {
    return <p className="ts-quiet">{t('No metrics: none of these runs logged one.')}</p>;
  }
  if (curves.value) {
    return <CurveGrid drawn={drawn} curves={curves.value} sync={sync} />;
  }
  return curves.error ? (
    <Face
      icon="error"
      kind="error"
      message={curves.error.message}
      hint={curves.error.hint}
      actions={[{ label: t('Try again'), run: curves.reload }]}
    />
  ) : (
    <Waiting rows={4} label={t('Reading curves …')} />
  );
}

function ExportMenu(props: { readonly onCsv: () => void; readonly onPage: () => void }): ReactElement {
  const t = useWords();
  const [anchor, setAnchor] = useState<HTMLElement | null>(null);
  return (
    <>
      <Button
        icon="download"
        aria-haspopup="menu"
        aria-expanded={anchor !== null}
        onClick={event => setAnchor(event.currentTarget)}
      >
        {t('Export')}
      </Button>
      {anchor ? (
        <Menu
          anchor={anchor}
          label={t('Export')}
          items={[
            { label: t('The difference table as CSV'), icon: 'table', run: props.onCsv },
            { label: t('One HTML page'), icon: 'chart', run: props.onPage }
          ]}
          onClose={() => setAnchor(null)}
        />
      ) : null}
    </>
  );
}
