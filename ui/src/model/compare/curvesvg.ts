/** The curves of one metric as a small static picture (SVG text) for the exported page. */

import type { Curve } from '../../contract';
import { alignCurves } from './alignment';
import type { Line } from './alignment';
import { escapeHtml } from './escape';
import { makeScale } from './scales';
import type { Scale } from './scales';
import type { Stroke } from './strokes';

const WIDTH = 360;
const HEIGHT = 190;
const LEFT = 52;
const RIGHT = 10;
const TOP = 8;
const BOTTOM = 24;
const PLAIN: Stroke = { token: '--ink', dash: [] };

/** Draw the curves of one metric; empty when there is nothing to draw. */
export function drawCurves(metric: string, curves: readonly Curve[], strokes: ReadonlyMap<string, Stroke>): string {
  const { xs, lines } = alignCurves(curves, { along: 'step', log: false, smoothing: 0 });
  const values = lines.flatMap(line => line.raw.filter(value => typeof value === 'number'));
  if (xs.length === 0 || values.length === 0) {
    return '';
  }
  const x = makeScale(xs, 'linear');
  const y = makeScale(values, 'linear');
  const drawn = lines.map(line => drawLine(line, xs, x, y, strokes.get(line.run) ?? PLAIN));
  return (
    `<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${escapeHtml(metric)}">` +
    drawTicks(x, y) +
    drawn.join('') +
    '</svg>'
  );
}

function left(place: number): number {
  return round(LEFT + place * (WIDTH - LEFT - RIGHT));
}

function top(place: number): number {
  return round(TOP + (1 - place) * (HEIGHT - TOP - BOTTOM));
}

function round(number: number): number {
  return Math.round(number * 10) / 10;
}

function drawTicks(x: Scale, y: Scale): string {
  const rows = y.ticks.map(
    tick =>
      `<line x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${top(tick.at)}" y2="${top(tick.at)}" class="grid"/>` +
      `<text x="${LEFT - 6}" y="${top(tick.at) + 3.5}" text-anchor="end">${escapeHtml(tick.label)}</text>`
  );
  const columns = x.ticks.map(
    tick => `<text x="${left(tick.at)}" y="${HEIGHT - 7}" text-anchor="middle">${escapeHtml(tick.label)}</text>`
  );
  return rows.join('') + columns.join('');
}

function drawLine(line: Line, xs: readonly number[], x: Scale, y: Scale, stroke: Stroke): string {
  let path = '';
  let points = 0;
  let isPen = false;
  let last: readonly [number, number] | null = null;
  line.raw.forEach((value, index) => {
    if (value === undefined) {
      return;
    }
    const px = x.place(xs[index]);
    const py = value === null ? null : y.place(value);
    if (px === null || py === null) {
      isPen = false;
      return;
    }
    path += `${isPen ? 'L' : 'M'}${left(px)} ${top(py)}`;
    last = [left(px), top(py)];
    isPen = true;
    points += 1;
  });
  const colour = `stroke="var(${stroke.token})"`;
  if (points === 1 && last) {
    return `<circle cx="${last[0]}" cy="${last[1]}" r="3" fill="var(${stroke.token})"/>`;
  }
  const dash = stroke.dash.length > 0 ? ` stroke-dasharray="${stroke.dash.join(' ')}"` : '';
  return path === '' ? '' : `<path d="${path}" ${colour}${dash}/>`;
}
