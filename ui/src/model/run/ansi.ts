/** Text with the escape sequences of a terminal → spans with a colour and a weight (ECMA-48, 8.3.117). */

/** A stretch of text in one style; `colour` counts the sixteen colours of a terminal from 0. */
export interface Span {
  readonly text: string;
  readonly colour: number | null;
  readonly ground: number | null;
  readonly bold: boolean;
  readonly faint: boolean;
  readonly italic: boolean;
  readonly underline: boolean;
}

type Style = Omit<Span, 'text'>;

const PLAIN: Style = { colour: null, ground: null, bold: false, faint: false, italic: false, underline: false };
// Colour sequences are captured; other control sequences, strings to the terminal and lone escapes are dropped.
const SEQUENCE =
  /\u001b\[([\d;:]*)m|\u001b\[[0-?]*[ -/]*[@-~]|\u001b[\]PX^_][^\u0007\u001b]*(?:\u0007|\u001b\\)?|\u001b.?/g;

/** Parse `text`; what no terminal would show is gone, a carriage return writes its line anew. */
export function parseAnsi(text: string): Span[] {
  const spans: Span[] = [];
  let style = PLAIN;
  let end = 0;
  const shown = overwriteLines(text);
  for (const match of shown.matchAll(SEQUENCE)) {
    addSpan(spans, shown.slice(end, match.index), style);
    end = match.index + match[0].length;
    if (match[1] !== undefined) {
      style = applyCodes(style, match[1]);
    }
  }
  addSpan(spans, shown.slice(end), style);
  return spans;
}

/** Return the text alone. */
export function stripAnsi(text: string): string {
  return overwriteLines(text).replace(SEQUENCE, '');
}

/** Keep of each line what stands after its last carriage return, as a progress bar leaves it. */
function overwriteLines(text: string): string {
  if (!text.includes('\r')) {
    return text;
  }
  const lines = text.replace(/\r+\n/g, '\n').split('\n');
  return lines.map(line => line.split('\r').reduce((before, after) => after || before)).join('\n');
}

function addSpan(spans: Span[], text: string, style: Style): void {
  if (text === '') {
    return;
  }
  const last = spans[spans.length - 1];
  if (last && isSameStyle(last, style)) {
    spans[spans.length - 1] = { ...last, text: last.text + text };
  } else {
    spans.push({ ...style, text });
  }
}

function isSameStyle(left: Style, right: Style): boolean {
  return (Object.keys(PLAIN) as (keyof Style)[]).every(key => left[key] === right[key]);
}

function applyCodes(before: Style, codes: string): Style {
  let style = before;
  const numbers = codes.split(/[;:]/).map(Number);
  for (let place = 0; place < numbers.length; place++) {
    const code = numbers[place] ?? 0;
    if (code === 38 || code === 48) {
      const [colour, used] = readExtended(numbers.slice(place + 1));
      style = code === 38 ? { ...style, colour } : { ...style, ground: colour };
      place += used;
    } else {
      style = applyCode(style, code);
    }
  }
  return style;
}

function applyCode(style: Style, code: number): Style {
  if (code === 0) {
    return PLAIN;
  }
  if (code >= 30 && code <= 37) {
    return { ...style, colour: code - 30 };
  }
  if (code >= 90 && code <= 97) {
    return { ...style, colour: code - 82 };
  }
  if (code >= 40 && code <= 47) {
    return { ...style, ground: code - 40 };
  }
  if (code >= 100 && code <= 107) {
    return { ...style, ground: code - 92 };
  }
  return { ...style, ...SWITCHES[code] };
}

const SWITCHES: Readonly<Record<number, Partial<Style>>> = {
  1: { bold: true },
  2: { faint: true },
  3: { italic: true },
  4: { underline: true },
  22: { bold: false, faint: false },
  23: { italic: false },
  24: { underline: false },
  39: { colour: null },
  49: { ground: null }
};

/** Read `5;N` or `2;R;G;B` as the nearest of the sixteen, which the host's theme can show; and how many were used. */
function readExtended(rest: readonly number[]): readonly [number | null, number] {
  if (rest[0] === 5) {
    return [nearestOf256(rest[1] ?? 0), 2];
  }
  if (rest[0] === 2) {
    return [nearestOfSixteen(rest[1] ?? 0, rest[2] ?? 0, rest[3] ?? 0), 4];
  }
  return [null, 0];
}

function nearestOf256(number: number): number | null {
  if (number < 16) {
    return number;
  }
  if (number >= 232) {
    const grey = 8 + (number - 232) * 10;
    return nearestOfSixteen(grey, grey, grey);
  }
  const levels = [0, 95, 135, 175, 215, 255];
  const cube = number - 16;
  const level = (part: number): number => levels[part % 6] ?? 0;
  return nearestOfSixteen(level(Math.floor(cube / 36)), level(Math.floor(cube / 6)), level(cube));
}

function nearestOfSixteen(red: number, green: number, blue: number): number {
  const most = Math.max(red, green, blue);
  if (most - Math.min(red, green, blue) < 32) {
    return most < 64 ? 0 : most < 144 ? 8 : most < 224 ? 7 : 15;
  }
  const on = (part: number): boolean => part > most / 2;
  return (on(red) ? 1 : 0) + (on(green) ? 2 : 0) + (on(blue) ? 4 : 0) + (most > 200 ? 8 : 0);
}
