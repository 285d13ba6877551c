/** Everything of one run, in place while it runs. */

import { useEffect, useMemo, useRef, useState } from 'react';
import type { ReactElement, ReactNode } from 'react';
import type { Details, Place } from '../../contract';
import { collectStrokes } from '../../model/compare/strokes';
import { formatCount, visible } from '../../model/format';
import { collectCurves } from '../../model/run/sections';
import { isHeld } from '../../model/sharing';
import { useAnswer, useCalm, useChanges } from '../charts/answers';
import type { Answer } from '../charts/answers';
import { CurveGrid } from '../charts/CurveGrid';
import { goToSection, Section, SectionNav, Sections } from '../compare/Section';
import type { SectionFact } from '../compare/Section';
import { Face, Icon, Waiting } from '../parts';
import { useServices, useWords } from '../services';
import { useChoices } from '../state/choices';
import { Cells } from './Cells';
import { Gallery } from './Gallery';
import { Log } from './Log';
import { Metrics } from './Metrics';
import { Params } from './Params';
import { Artifacts, FileLists, Inputs, Warnings } from './Review';
import { RunHead } from './RunHead';
import { Surroundings } from './Surroundings';

const POINTS = 1000;
/** Between two readings of the outputs of an open run. */
const PAUSE_MS = 1000;

export interface RunViewProps {
  readonly place: Place;
  /** `RunRow.id`. */
  readonly run: string;
  /** The section to begin at. */
  readonly section?: string;
}

/** The run tab. */
export function RunView({ place, run, section = '' }: RunViewProps): ReactElement {
  const { source, host, t } = useServices();
  const { id } = place;
  const answer = useAnswer(id === null ? null : JSON.stringify([id, run]), async signal => ({
    run,
    details: await source.details(id ?? '', run, POINTS, signal)
  }));
  const [round, setRound] = useState(0);
  const status = answer.value?.details.experiment.record.status;
  useChanges(id ?? '', [run], () => {
    answer.reload();
    if (status === 'open') {
      setRound(count => count + 1);
    }
  });
  if (id === null) {
    return <Face icon="folder" message={place.message || t('There is no repository here.')} hint={place.hint} />;
  }
  if (answer.error && (answer.value?.run !== run || answer.error.code === 'unknown-run')) {
    return (
      <Face
        icon="error"
        kind="error"
        message={answer.error.message}
        hint={answer.error.hint}
        actions={[
          { label: t('Try again'), icon: 'refresh', run: answer.reload },
          { label: t('Open the table'), icon: 'table', run: () => host.openTable(id) }
        ]}
      />
    );
  }
  return answer.value?.run === run ? (
    <RunPage
      key={run}
      place={{ ...place, id }}
      run={run}
      details={answer.value.details}
      round={round}
      section={section}
    />
  ) : (
    <Waiting rows={10} label={t('Reading the run …')} />
  );
}

interface RunPageProps {
  readonly place: Place & { readonly id: string };
  readonly run: string;
  readonly details: Details;
  /** Grows when an open run moved. */
  readonly round: number;
  readonly section: string;
}

function RunPage({ place, run, details, round, section }: RunPageProps): ReactElement {
  const t = useWords();
  const scroller = useRef<HTMLDivElement>(null);
  useSeenRun(place.id, run, details.experiment.oid !== null);
  useEffect(() => {
    if (section) {
      goToSection(scroller.current, section);
    }
  }, [section]);
  const { problem, record } = details.experiment;
  const sections = useSections(details);
  const facts = (id: string): SectionFact => sections.find(section => section.id === id) ?? { id, title: id };
  return (
    <div ref={scroller} className="ts-report ts-run-report">
      <RunHead place={place} run={run} details={details} />
      {isHeld(run) ? (
        <p className="ts-damaged" role="status">
          <Icon name="warning" />
          <span>{t('This run was held back: it is not among your runs, and can only be looked at.')}</span>
        </p>
      ) : null}
      {problem ? (
        <p className="ts-damaged" role="alert">
          <Icon name="warning" />
          <span>
            {visible(problem, 1000)} <span className="ts-quiet">{t('What could be read of it stands below.')}</span>
          </span>
        </p>
      ) : null}
      <SectionNav sections={sections} scroller={scroller} />
      <Sections place={place.id} tab="run">
        {record.warnings.length + record.order.length > 0 ? (
          <Section {...facts('warnings')}>{() => <Warnings warnings={record.warnings} order={record.order} />}</Section>
        ) : null}
        <Section {...facts('metrics')}>{() => <Metrics metrics={record.metrics} />}</Section>
        {hasCurves(details) ? (
          <Section {...facts('curves')}>{() => <Curves place={place.id} run={run} details={details} />}</Section>
        ) : null}
        {record.figures.length > 0 ? (
          <Section {...facts('figures')}>
            {() => <Gallery place={place.id} run={run} figures={record.figures} />}
          </Section>
        ) : null}
        <Section {...facts('params')}>{() => <Params params={record.params} />}</Section>
        <Executions place={place.id} run={run} name={details.experiment.name} round={round} facts={facts} />
        <Section {...facts('files')}>{() => <FileLists files={record.files} />}</Section>
        {record.inputs !== undefined && record.inputs.length > 0 ? (
          <Section {...facts('inputs')}>{() => <Inputs inputs={record.inputs ?? []} />}</Section>
        ) : null}
        {record.artifacts.length > 0 ? (
          <Section {...facts('artifacts')}>{() => <Artifacts artifacts={record.artifacts} />}</Section>
        ) : null}
        <Section {...facts('environment')}>{() => <EnvironmentSection place={place.id} run={run} />}</Section>
      </Sections>
    </div>
  );
}

/** Take the mark of what is new off a run that is looked at; a failure leaves the mark. */
function useSeenRun(place: string, run: string, isSealed: boolean): void {
  const { source } = useServices();
  useEffect(() => {
    if (isSealed && !isHeld(run)) {
      source.seen(place, [run]).catch(() => undefined);
    }
  }, [source, place, run, isSealed]);
}

function hasCurves(details: Details): boolean {
  return Object.values(details.series).some(points => points.length > 1);
}

function useSections(details: Details): readonly SectionFact[] {
  const t = useWords();
  const { record } = details.experiment;
  const warnings = record.warnings.length + record.order.length;
  const { files } = record;
  const touched = files.changed.length + files.added.length + files.deleted.length + files.not_captured.length;
  const count = (number: number): string | undefined => (number > 0 ? formatCount(number) : undefined);
  return [
    ...(warnings > 0 ? [{ id: 'warnings', title: t('Warnings'), note: count(warnings) }] : []),
    { id: 'metrics', title: t('Metrics'), note: count(Object.keys(record.metrics).length) },
    ...(hasCurves(details) ? [{ id: 'curves', title: t('Curves') }] : []),
    ...(record.figures.length > 0 ? [{ id: 'figures', title: t('Figures'), note: count(record.figures.length) }] : []),
    { id: 'params', title: t('Parameters'), note: count(Object.keys(record.params).length) },
    { id: 'cells', title: t('Cells'), note: count(record.cells.executed) },
    { id: 'log', title: t('Log') },
    { id: 'files', title: t('Files'), note: count(touched) },
    ...(record.inputs !== undefined && record.inputs.length > 0
      ? [{ id: 'inputs', title: t('Data'), note: count(record.inputs.length) }]
      : []),
    ...(record.artifacts.length > 0
      ? [{ id: 'artifacts', title: t('Artifacts'), note: count(record.artifacts.length) }]
      : []),
    { id: 'environment', title: t('Environment') }
  ];
}

function Curves(props: { readonly place: string; readonly run: string; readonly details: Details }): ReactElement {
  const { place, run, details } = props;
  const { choices } = useChoices(place);
  const { name } = details.experiment;
  const curves = useMemo(() => collectCurves(run, details), [run, details]);
  const drawn = useMemo(() => {
    const [stroke = { token: '--ts-run-1', dash: [] }] = collectStrokes([run], choices.colours);
    return { runs: [{ id: run, name, stroke }], hidden: new Set<string>(), emphasis: null };
  }, [run, name, choices.colours]);
  return <CurveGrid drawn={drawn} curves={curves} sync={`run ${run}`} />;
}

interface ExecutionsProps {
  readonly place: string;
  readonly run: string;
  readonly name: string;
  readonly round: number;
  readonly facts: (id: string) => SectionFact;
}

/** Cells and log come from one answer. */
function Executions({ place, run, name, round, facts }: ExecutionsProps): ReactElement {
  const { source } = useServices();
  const answer = useAnswer(JSON.stringify([place, run]), async signal => source.executed(place, run, signal));
  const { reload } = answer;
  const calm = useCalm(round, PAUSE_MS);
  useEffect(() => {
    if (calm > 0) {
      reload();
    }
  }, [calm, reload]);
  return (
    <>
      <Section {...facts('cells')}>
        {() => (
          <Answered answer={answer}>{executed => <Cells place={place} run={run} cells={executed.cells} />}</Answered>
        )}
      </Section>
      <Section {...facts('log')}>
        {() => <Answered answer={answer}>{executed => <Log executed={executed} name={name} />}</Answered>}
      </Section>
    </>
  );
}

function EnvironmentSection({ place, run }: { readonly place: string; readonly run: string }): ReactElement {
  const { source } = useServices();
  const answer = useAnswer(JSON.stringify([place, run]), async signal => source.environment(place, run, signal));
  return <Answered answer={answer}>{environment => <Surroundings environment={environment} />}</Answered>;
}

/** What was answered, or why it was not, or that it is on its way. */
function Answered<T>(props: { readonly answer: Answer<T>; readonly children: (value: T) => ReactNode }): ReactElement {
  const { answer, children } = props;
  const t = useWords();
  if (answer.value !== null) {
    return <>{children(answer.value)}</>;
  }
  return answer.error ? (
    <Face
      icon="error"
      kind="error"
      message={answer.error.message}
      hint={answer.error.hint}
      actions={[{ label: t('Try again'), run: answer.reload }]}
    />
  ) : (
    <Waiting rows={3} label={t('Reading …')} />
  );
}
