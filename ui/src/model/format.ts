/** Numbers, times, values and foreign text as a person reads them. Nothing here can act on a screen. */

import type { MetricNumber, Value } from '../contract';

// Controls, bidirectional marks, zero width and private use: they move or hide text. U+200C and U+200D join
// letters and emoji and move nothing.
const UNSHOWABLE = /(?![\u200c\u200d])[\p{Cc}\p{Cf}\p{Cs}\p{Co}]/gu;

/** Write text that came from elsewhere so that nothing in it moves or hides other text; line breaks become spaces. */
export function visible(text: string, most = 400): string {
  const line = text
    .slice(0, most * 4)
    .replace(/\s+/g, ' ')
    .trim();
  const safe = line.replace(UNSHOWABLE, escaped);
  return safe.length <= most ? safe : `${safe.slice(0, most - 1).trimEnd()}…`;
}

/** The same for text of many lines, which keeps its line breaks and tabs. */
export function visibleLines(text: string): string {
  return text
    .replace(/\r\n?/g, '\n')
    .replace(UNSHOWABLE, char => (char === '\n' || char === '\t' ? char : escaped(char)));
}

function escaped(char: string): string {
  return `\\u${(char.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`;
}

/** Turn a metric's number into one that can be reckoned with. */
export function toNumber(value: MetricNumber): number {
  return typeof value === 'number' ? value : Number(value);
}

/** Word a number with at most five significant digits; `–` for none. */
export function formatNumber(value: MetricNumber | null | undefined): string {
  if (value === null || value === undefined) {
    return '–';
  }
  const number = toNumber(value);
  if (!Number.isFinite(number)) {
    return Number.isNaN(number) ? 'NaN' : number > 0 ? '∞' : '−∞';
  }
  const size = Math.abs(number);
  if (Number.isInteger(number) && size < 1e7) {
    return minus(String(number));
  }
  if (size < 1e-3 || size >= 1e7) {
    return minus(shortExponent(number.toExponential(3)));
  }
  return minus(size < 1e5 ? trimmed(number.toPrecision(5)) : number.toFixed(0));
}

/** The same with four decimals where they show enough, so that the points of a column stand beneath each other. */
export function formatAligned(value: MetricNumber | null | undefined): string {
  const number = value === null || value === undefined ? NaN : toNumber(value);
  const size = Math.abs(number);
  return Number.isInteger(number) || !(size >= 1e-3 && size < 100) ? formatNumber(value) : minus(number.toFixed(4));
}

/** Word a change with its sign. */
export function formatDelta(delta: number | null | undefined): string {
  if (delta === null || delta === undefined || !Number.isFinite(delta)) {
    return '–';
  }
  if (delta === 0) {
    return '0';
  }
  const size = Math.abs(delta);
  const text =
    size < 1e-3 || size >= 1e7 ? shortExponent(size.toExponential(1)) : trimmed(Number(size.toPrecision(3)).toString());
  return `${delta < 0 ? '−' : '+'}${text}`;
}

function trimmed(text: string): string {
  return text.includes('.') && !text.includes('e') ? text.replace(/\.?0+$/, '') : text;
}

function shortExponent(text: string): string {
  const [digits = '', power = ''] = text.split('e');
  return `${trimmed(digits)}e${power.replace('+', '').replace('-', '−')}`;
}

/** Write the minus as wide as the plus, so that columns of digits align. */
function minus(text: string): string {
  return text.startsWith('-') ? `−${text.slice(1)}` : text;
}

/** Word the value of a parameter, as Python would; text without quotes unless they are needed to see it. */
export function formatValue(value: Value | undefined, most = 120): string {
  if (value === undefined) {
    return '–';
  }
  if (value === null) {
    return 'None';
  }
  if (Array.isArray(value)) {
    const items = value.slice(0, most).map(item => formatValue(item, most));
    return shortened(`[${items.join(', ')}]`, most);
  }
  switch (typeof value) {
    case 'boolean':
      return value ? 'True' : 'False';
    case 'number':
      return minus(String(value));
    default:
      return value === value.trim() && value !== '' ? visible(value, most) : `'${value.replace(UNSHOWABLE, escaped)}'`;
  }
}

/** The same in little room: long fractions with five significant digits. */
export function formatShort(value: Value | undefined, most = 40): string {
  if (typeof value === 'number' && !Number.isInteger(value) && String(value).length > 9) {
    return formatNumber(value);
  }
  return formatValue(value, most);
}

function shortened(text: string, most: number): string {
  return text.length <= most ? text : `${text.slice(0, most - 1)}…`;
}

/** Word a duration in its two largest units. */
export function formatDuration(seconds: number): string {
  if (!Number.isFinite(seconds) || seconds < 0) {
    return '–';
  }
  if (seconds < 10) {
    return `${seconds.toFixed(1)} s`;
  }
  const whole = Math.round(seconds);
  if (whole < 60) {
    return `${whole} s`;
  }
  if (whole < 3600) {
    return `${Math.floor(whole / 60)} min ${pad(whole % 60)} s`;
  }
  if (whole < 86_400) {
    return `${Math.floor(whole / 3600)} h ${pad(Math.floor((whole % 3600) / 60))} min`;
  }
  return `${Math.floor(whole / 86_400)} d ${Math.floor((whole % 86_400) / 3600)} h`;
}

/** Word the time since `started` (unix seconds) in one unit; `now` in unix seconds. */
export function formatAge(started: number, now: number): string {
  if (!(started > 0)) {
    return '–';
  }
  const seconds = Math.max(0, now - started);
  const units: readonly (readonly [number, string])[] = [
    [31_557_600, 'y'],
    [2_629_800, 'mo'],
    [604_800, 'w'],
    [86_400, 'd'],
    [3600, 'h'],
    [60, 'min']
  ];
  for (const [length, name] of units) {
    if (seconds >= length) {
      return `${Math.floor(seconds / length)} ${name}`;
    }
  }
  return 'now';
}

/** Word a moment (unix seconds) in local time, to the minute; empty when there is none. */
export function formatMoment(seconds: number): string {
  const date = new Date(seconds * 1000);
  if (!(seconds > 0) || Number.isNaN(date.getTime())) {
    return '';
  }
  const day = `${date.getFullYear()}-${pad(date.getMonth() + 1)}-${pad(date.getDate())}`;
  return `${day} ${pad(date.getHours())}:${pad(date.getMinutes())}`;
}

/** Word a size in bytes. */
export function formatSize(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let size = bytes;
  let unit = 0;
  // 999.5 of a unit would be written as 1.00e+3.
  while (size >= 999.5 && unit < units.length - 1) {
    size /= 1000;
    unit += 1;
  }
  return `${unit === 0 ? size : size.toPrecision(3)} ${units[unit]}`;
}

/** Write a whole number with thin spaces between thousands. */
export function formatCount(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+(?!\d))/g, '\u202f');
}

function pad(number: number): string {
  return String(number).padStart(2, '0');
}
