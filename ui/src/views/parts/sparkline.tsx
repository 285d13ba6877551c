/** A curve the size of a word. */

import { memo } from 'react';
import type { ReactElement } from 'react';

/** Props of a sparkline; a `null` value breaks the line. */
export interface SparklineProps {
  readonly values: readonly (number | null)[];
  readonly width?: number;
  readonly height?: number;
  readonly label?: string;
}

/** Draw values as a line with its last point marked; nothing when there are fewer than two. */
export const Sparkline = memo(function Sparkline(props: SparklineProps): ReactElement {
  const { values, width = 56, height = 16, label } = props;
  const line = drawn(values, width, height);
  return (
    <svg
      className="ts-spark"
      width={width}
      height={height}
      viewBox={`0 0 ${width} ${height}`}
      role={label ? 'img' : undefined}
      aria-label={label}
      aria-hidden={label ? undefined : true}
    >
      {line ? <path d={line.path} /> : null}
      {line ? <circle cx={line.x} cy={line.y} r={1.8} /> : null}
    </svg>
  );
});

function drawn(
  values: readonly (number | null)[],
  width: number,
  height: number
): { readonly path: string; readonly x: number; readonly y: number } | null {
  const finite = values.filter((value): value is number => value !== null && Number.isFinite(value));
  if (finite.length < 2) {
    return null;
  }
  const low = Math.min(...finite);
  // Halves first: the range of two huge numbers is not a number any more.
  const range = Math.max(...finite) / 2 - low / 2 || 1;
  const edge = 2.5;
  const place = (value: number): number => height - edge - ((value / 2 - low / 2) / range) * (height - 2 * edge);
  let path = '';
  let isOpen = false;
  let x = 0;
  let y = 0;
  values.forEach((value, index) => {
    if (value === null || !Number.isFinite(value)) {
      isOpen = false;
      return;
    }
    x = round(edge + (index / (values.length - 1)) * (width - 2 * edge));
    y = round(low === Math.max(...finite) ? height / 2 : place(value));
    path += `${isOpen ? 'L' : 'M'}${x} ${y}`;
    isOpen = true;
  });
  return { path, x, y };
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
