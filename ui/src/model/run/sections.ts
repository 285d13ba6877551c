/** One run's details as its tab shows them: worded parameters, a row as tables have it, curves as charts have them. */

import type { Curve, Details, ParamFact, RunRow } from '../../contract';
import { formatValue, visible } from '../format';

/** One parameter in words. */
export interface ParamShown {
  readonly name: string;
  readonly text: string;
  readonly type: string;
  readonly origin: ParamFact['origin'];
  readonly rule: string;
  /** What it was over the run, in order, when it varied; else empty. */
  readonly over: readonly string[];
}

/** The parameters of one box. */
export interface BoxShown {
  readonly box: ParamFact['box'];
  readonly params: readonly ParamShown[];
}

const BOXES: readonly ParamFact['box'][] = ['params', 'data', 'other'];

/** Return the boxes that hold anything: parameters, data, other. */
export function collectBoxes(params: Readonly<Record<string, ParamFact>>): BoxShown[] {
  const all = Object.entries(params);
  return BOXES.map(box => ({
    box,
    params: all.filter(([, fact]) => fact.box === box).map(([name, fact]) => shown(name, fact))
  })).filter(({ params: inside }) => inside.length > 0);
}

function shown(name: string, fact: ParamFact): ParamShown {
  return {
    name,
    text: formatValue(fact.value, 400),
    type: fact.type,
    origin: fact.origin,
    rule: fact.rule ? visible(fact.rule, 200) : '',
    over: (fact.values ?? []).map(value => formatValue(value, 60))
  };
}

/** Return the curves of a run as charts take them. */
export function collectCurves(run: string, details: Details): Curve[] {
  const { metrics } = details.experiment.record;
  return Object.entries(details.series).map(([metric, points]) => ({
    run,
    metric,
    points,
    total: Math.max(points.length, metrics[metric]?.count ?? 0)
  }));
}

/** Return what a table would hold of the run; what only a server knows is empty. */
export function toRow(run: string, details: Details): RunRow {
  const { experiment } = details;
  const { record, annotations } = experiment;
  return {
    id: run,
    name: experiment.name,
    oid: experiment.oid,
    source: experiment.source,
    problem: experiment.problem,
    status: record.status,
    title: record.title,
    started: record.started,
    duration: record.duration,
    notebook: record.notebook,
    branch: record.branch,
    baseline: record.baseline,
    author: record.author.name,
    email: record.author.email,
    note: annotations.note || record.note,
    tags: [...new Set([...record.tags, ...annotations.tags])],
    star: annotations.star,
    archived: annotations.archived,
    promoted: annotations.promoted,
    warnings: record.warnings.length,
    twins: 0,
    params: {},
    data: {},
    metrics: {},
    spark: [],
    alias: annotations.alias === experiment.name ? null : annotations.alias,
    remotes: [],
    fresh: false
  };
}
