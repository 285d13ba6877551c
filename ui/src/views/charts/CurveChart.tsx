/** The curves of one metric on a canvas: a crosshair that mouse and keyboard move, and drag to zoom. */

import { useEffect, useRef } from 'react';
import type { KeyboardEvent, ReactElement } from 'react';
import uPlot from 'uplot';
import type { Aligned, Along } from '../../model/compare/alignment';
import type { Stroke } from '../../model/compare/strokes';
import { useTheme, useWidth } from './measuring';
import { collectColumns, isZoomed, plotOptions } from './plot';

export interface CurveChartProps {
  /** What a screen reader calls the chart. */
  readonly label: string;
  /** What is said of the crosshair's place. */
  readonly said: string;
  readonly aligned: Aligned;
  readonly strokes: ReadonlyMap<string, Stroke>;
  readonly hidden: ReadonlySet<string>;
  /** A run to bring forward; null for none. */
  readonly emphasis: string | null;
  readonly along: Along;
  readonly log: boolean;
  readonly height: number;
  readonly sync: string;
  readonly cursor: number | null;
  readonly onCursor: (index: number | null) => void;
  readonly onZoom: (isZoomed: boolean) => void;
  /** A number that grows with each wish to see the whole x again. */
  readonly whole: number;
}

/** Draw `aligned`. New points move the lines in place; only another set of lines or theme draws anew. */
export function CurveChart(props: CurveChartProps): ReactElement {
  const { aligned, height } = props;
  const [box, width] = useWidth<HTMLDivElement>();
  const theme = useTheme(box);
  const plot = useRef<uPlot | null>(null);
  const latest = useRef(props);
  latest.current = props;
  const isDrawable = theme !== null && width > 0 && canDraw();
  const kind = JSON.stringify([
    aligned.lines.map(line => [line.run, line.smooth !== null, props.strokes.get(line.run)]),
    props.along,
    props.log,
    props.sync
  ]);
  useEffect(() => {
    const inside = box.current;
    if (!inside || !isDrawable || !theme) {
      return;
    }
    const now = latest.current;
    const options = plotOptions({
      ...now,
      theme,
      width,
      onCursor: index => latest.current.onCursor(index),
      onZoom: is => latest.current.onZoom(is)
    });
    const drawn = new uPlot(options, collectColumns(now.aligned), inside);
    plot.current = drawn;
    return () => {
      plot.current = null;
      drawn.destroy();
    };
  }, [kind, theme, isDrawable]); // eslint-disable-line react-hooks/exhaustive-deps -- the effects below follow the size
  useEffect(() => plot.current?.setSize({ width, height }), [width, height]);
  useFollowed(plot, props, kind);
  return (
    <div
      ref={box}
      className="ts-plot"
      style={{ height }}
      role="slider"
      tabIndex={0}
      aria-label={props.label}
      aria-orientation="horizontal"
      aria-valuemin={0}
      aria-valuemax={Math.max(0, aligned.xs.length - 1)}
      aria-valuenow={props.cursor ?? 0}
      aria-valuetext={props.said}
      onKeyDown={event => plot.current && moveCursor(event, plot.current)}
    />
  );
}

/** Let the drawing follow new points, the legend, and the wish to see all, without drawing anew. */
function useFollowed(plot: { readonly current: uPlot | null }, props: CurveChartProps, kind: string): void {
  const { aligned, hidden, emphasis, whole } = props;
  const drawnData = useRef(aligned);
  useEffect(() => {
    const drawn = plot.current;
    const columns = collectColumns(aligned);
    // Of another set of lines the chart has been drawn anew.
    if (drawn && drawnData.current !== aligned && drawn.series.length === columns.length) {
      drawn.setData(columns, !isZoomed(drawn));
    }
    drawnData.current = aligned;
  }, [plot, aligned]);
  useEffect(() => {
    const drawn = plot.current;
    aligned.lines.forEach((line, place) => {
      for (const series of seriesOf(aligned, place)) {
        if (drawn?.series[series]?.show === hidden.has(line.run)) {
          drawn.setSeries(series, { show: !hidden.has(line.run) });
        }
      }
    });
  }, [plot, hidden, kind]); // eslint-disable-line react-hooks/exhaustive-deps -- `kind` stands for the lines
  useEffect(() => {
    const place = aligned.lines.findIndex(line => line.run === emphasis);
    const series = place < 0 ? null : (seriesOf(aligned, place).pop() ?? null);
    plot.current?.setSeries(series, { focus: true });
  }, [plot, emphasis]); // eslint-disable-line react-hooks/exhaustive-deps -- new points change no emphasis
  useEffect(() => {
    if (whole > 0 && plot.current) {
      plot.current.setData(plot.current.data, true);
    }
  }, [plot, whole]);
}

/** The columns of the run at `place`. */
function seriesOf(aligned: Aligned, place: number): number[] {
  return aligned.lines[place]?.smooth ? [1 + 2 * place, 2 + 2 * place] : [1 + place];
}

let drawable: boolean | null = null;

/** Tell whether there is a canvas to draw on. */
function canDraw(): boolean {
  drawable ??= typeof Path2D !== 'undefined' && document.createElement('canvas').getContext('2d') !== null;
  return drawable;
}

function moveCursor(event: KeyboardEvent, plot: uPlot): void {
  // Not what the page last showed: keys come faster than it is drawn.
  const cursor = plot.cursor.idx ?? null;
  const xs = plot.data[0];
  const last = xs.length - 1;
  const page = Math.max(1, Math.round(last / 10));
  const now = cursor ?? -1;
  const places: Readonly<Record<string, number>> = {
    ArrowLeft: now < 0 ? last : now - 1,
    ArrowRight: now + 1,
    PageDown: now - page,
    PageUp: now + page,
    Home: 0,
    End: last
  };
  const next = places[event.key];
  if (event.key === 'Escape' && cursor !== null) {
    event.stopPropagation();
    setPublished(plot, -10);
  } else if (next !== undefined && last >= 0) {
    event.preventDefault();
    setPublished(plot, plot.valToPos(xs[Math.min(Math.max(next, 0), last)] ?? 0, 'x'));
  }
}

/** Move the crosshair here and in the charts of the same key. */
function setPublished(plot: uPlot, left: number): void {
  // The third argument, whether others are told, is not in the types of uPlot 1.6.
  const setCursor = plot.setCursor as (opts: { left: number; top: number }, fire: boolean, tell: boolean) => void;
  setCursor({ left, top: left < 0 ? -10 : plot.over.clientHeight / 2 }, true, true);
}
