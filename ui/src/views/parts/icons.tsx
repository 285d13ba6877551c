/** Icons of our own: strokes of one width on a 16 × 16 grid, in the colour of the text around them. */

import type { ReactElement } from 'react';

const PATHS = {
  archive: 'M2.5 3h11v3h-11zM3.5 6v7h9V6M6.5 8.5h3',
  arrowDown: 'M8 3v10M4 9l4 4 4-4',
  arrowUp: 'M8 13V3M4 7l4-4 4 4',
  branch: 'M5 5v6M5 5a1.5 1.5 0 1 0 0-.01M5 12.5a1.5 1.5 0 1 0 0-.01M11 6a1.5 1.5 0 1 0 0-.01M11 7c0 3-6 1.5-6 4',
  chart: 'M2.5 2.5v11h11M5 10.5l2.5-3.5 2 2 3.5-5',
  check: 'M3 8.5l3.5 3.5L13 4.5',
  chevronDown: 'M4 6l4 4 4-4',
  chevronLeft: 'M10 4L6 8l4 4',
  chevronRight: 'M6 4l4 4-4 4',
  chevronUp: 'M4 10l4-4 4 4',
  close: 'M4 4l8 8M12 4l-8 8',
  code: 'M5.5 4.5L2 8l3.5 3.5M10.5 4.5L14 8l-3.5 3.5',
  columns: 'M2.5 3h11v10h-11zM6.2 3v10M9.8 3v10',
  compare: 'M2.5 3h4.5v10H2.5zM9 3h4.5v10H9z',
  copy: 'M5.5 5.5h8v8h-8zM10.5 5.5v-3h-8v8h3',
  download: 'M8 2.5v8M4.5 7.5L8 11l3.5-3.5M2.5 13.5h11',
  error: 'M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12M8 5v3.5M8 10.8v.2',
  eye: 'M1.5 8S4 3.5 8 3.5 14.5 8 14.5 8 12 12.5 8 12.5 1.5 8 1.5 8zM8 10a2 2 0 1 0 0-4 2 2 0 0 0 0 4',
  eyeOff:
    'M2.5 2.5l11 11M6.3 4A7 7 0 0 1 8 3.7C12 3.7 14.5 8 14.5 8a12 12 0 0 1-2 2.4M4.2 5A12 12 0 0 0 1.5 8S4 12.3 8 12.3a7 7 0 0 0 2.6-.5',
  filter: 'M2 3.5h12M4.5 8h7M6.5 12.5h3',
  flag: 'M4 14V2.5M4 3h8l-1.8 2.8L12 8.5H4',
  flask: 'M6 2.5h4M6.8 2.5v4L3 13.5h10L9.2 6.5v-4M5 10.5h6',
  folder: 'M2 4h4l1.5 2H14v7H2z',
  grip: 'M6 4v.01M6 8v.01M6 12v.01M10 4v.01M10 8v.01M10 12v.01',
  group: 'M2.5 3.5h11M5 7.5h8.5M5 11.5h8.5M2.5 5.5v6.2',
  image: 'M2.5 3h11v10h-11zM2.5 11l3.5-3.5 3 3 1.5-1.5 3 3M10.5 6v.01',
  info: 'M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12M8 7.5V11M8 5v.2',
  link: 'M9.5 3h3.5v3.5M13 3L7.5 8.5M11.5 9.5V13h-8.5V4.5H6.5',
  more: 'M3 8a.5.5 0 1 0 1 0 .5.5 0 1 0-1 0M7.5 8a.5.5 0 1 0 1 0 .5.5 0 1 0-1 0M12 8a.5.5 0 1 0 1 0 .5.5 0 1 0-1 0',
  note: 'M3 2.5h10v7l-3.5 4H3zM13 9.5H9.5v4M5.5 5.5h5M5.5 8h3',
  pencil: 'M3 13l.7-3L10.5 3.2l2.3 2.3L6 12.3zM9 4.7L11.3 7',
  person: 'M8 8a2.8 2.8 0 1 0 0-5.6A2.8 2.8 0 0 0 8 8M2.8 14c.3-3 2.4-4.3 5.2-4.3s4.9 1.3 5.2 4.3',
  pin: 'M5.5 2.5h5M6.5 2.5v4L4 9.5h8L9.5 6.5v-4M8 9.5V14',
  plus: 'M8 3v10M3 8h10',
  question: 'M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12M6.2 6.3a1.8 1.8 0 1 1 2.6 1.6c-.5.3-.8.6-.8 1.2M8 11v.2',
  refresh: 'M13 8a5 5 0 1 1-1.5-3.6M13 2.5V5h-2.5',
  search: 'M7 11.5a4.5 4.5 0 1 0 0-9 4.5 4.5 0 0 0 0 9M10.3 10.3L14 14',
  share: 'M5 2.5v9M2.5 9L5 11.5 7.5 9M11 13.5v-9M8.5 7L11 4.5 13.5 7',
  star: 'M8 2.3l1.7 3.6 4 .5-2.9 2.7.7 3.9L8 11.1 4.5 13l.7-3.9L2.3 6.4l4-.5z',
  stop: 'M4.5 4.5h7v7h-7z',
  table: 'M2.5 3h11v10h-11zM2.5 6.3h11M2.5 9.7h11M6.5 6.3V13',
  tag: 'M2.5 2.5h5L13.5 8.5l-5 5L2.5 7.5zM5.3 5.3v.01',
  trash: 'M2.5 4.5h11M6 4.5v-2h4v2M4 4.5l.6 9h6.8l.6-9M6.7 7v4M9.3 7v4',
  undo: 'M3 6.5h6.5a3.5 3.5 0 0 1 0 7H6M5.5 3.5L2.5 6.5l3 3',
  warning: 'M8 2.5l6 11H2zM8 6.5V10M8 11.8v.2',
  running: 'M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12M8 4.5V8l2.5 1.5'
} as const;

/** The name of an icon. */
export type IconName = keyof typeof PATHS;

/** Draw an icon; it is decoration, so the control around it carries the label. */
export function Icon({ name, filled = false }: { readonly name: IconName; readonly filled?: boolean }): ReactElement {
  return (
    <svg className="ts-icon" viewBox="0 0 16 16" aria-hidden="true" focusable="false">
      <path d={PATHS[name]} fill={filled ? 'currentColor' : 'none'} />
    </svg>
  );
}
