/** Tells a run card from anything else that claims its MIME type; what a notebook holds may come from anybody. */

import type { RunCard } from '../../contract';

type Unknown = Readonly<Record<string, unknown>>;
type Check = (value: unknown) => boolean;

const isText: Check = value => typeof value === 'string';
const isNumber: Check = value => typeof value === 'number' && Number.isFinite(value);
const isMetric: Check = value => typeof value === 'number' || typeof value === 'string';
const isScalar: Check = value => value === null || ['string', 'number', 'boolean'].includes(typeof value);
const orNull =
  (check: Check): Check =>
  value =>
    value === null || check(value);
const optional =
  (check: Check): Check =>
  value =>
    value === undefined || check(value);
const oneOf =
  (...words: readonly string[]): Check =>
  value =>
    typeof value === 'string' && words.includes(value);
const listOf =
  (check: Check): Check =>
  value =>
    Array.isArray(value) && value.length <= 1_000 && value.every(check);

const isValue: Check = value => isScalar(value) || listOf(isScalar)(value);

function isObject(value: unknown): value is Unknown {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const shape =
  (fields: Readonly<Record<string, Check>>): Check =>
  value =>
    isObject(value) && Object.entries(fields).every(([name, check]) => check(value[name]));

const isCard = shape({
  format: isNumber,
  state: oneOf('open', 'sealing', 'sealed', 'kept', 'discarded'),
  status: oneOf('open', 'finished', 'failed', 'interrupted'),
  run: isText,
  name: isText,
  title: isText,
  oid: orNull(isText),
  notebook: orNull(isText),
  branch: orNull(isText),
  started: isNumber,
  duration: isNumber,
  previous: orNull(isText),
  baseline: orNull(isText),
  params: listOf(
    shape({ name: isText, value: isValue, was: isValue, change: oneOf('only', 'added', 'changed', 'removed') })
  ),
  same_params: isNumber,
  metrics: listOf(
    shape({
      name: isText,
      last: isMetric,
      count: isNumber,
      direction: isText,
      spark: listOf(orNull(isNumber)),
      against: orNull(isNumber),
      delta: orNull(isNumber),
      verdict: oneOf('better', 'worse', 'same', 'unknown')
    })
  ),
  cells: shape({ executed: isNumber, failed: isNumber }),
  figures: isNumber,
  artifacts: isNumber,
  inputs: optional(isNumber),
  changed_inputs: optional(listOf(isText)),
  warnings: listOf(shape({ code: isText, message: isText, hint: isText })),
  more: shape({ params: isNumber, metrics: isNumber, warnings: isNumber }),
  sentence: isText,
  hint: isText,
  next: listOf(shape({ command: isText, does: isText }))
});

/** Tell whether `value` is a run card that can be drawn. */
export function isRunCard(value: unknown): value is RunCard {
  return isCard(value);
}
