/** Two versions of a line → which words of each are not in the other. */

/** A stretch of a line. */
export interface Piece {
  readonly text: string;
  readonly changed: boolean;
}

const WORDS = /[\p{L}\p{N}_]+|\s+|./gu;
/** A table of more entries than this is not worth the wait. */
const LARGEST = 40_000;
/** Lines that share less than this are not versions of one line. */
const ALIKE = 0.3;

/** Compare word by word; null when the lines have too little in common, or are too long. */
export function compareWords(
  before: string,
  after: string
): { readonly before: readonly Piece[]; readonly after: readonly Piece[] } | null {
  const left = before.match(WORDS) ?? [];
  const right = after.match(WORDS) ?? [];
  if (left.length * right.length > LARGEST) {
    return null;
  }
  const kept = longestCommon(left, right);
  const shared = kept.left.reduce((sum, keep, index) => sum + (keep ? (left[index] ?? '').trim().length : 0), 0);
  const whole = Math.max(before.replace(/\s/g, '').length, after.replace(/\s/g, '').length);
  if (whole === 0 || shared / whole < ALIKE) {
    return null;
  }
  return { before: joinPieces(left, kept.left), after: joinPieces(right, kept.right) };
}

/** Longest common subsequence, as which words of each side belong to it. */
function longestCommon(
  left: readonly string[],
  right: readonly string[]
): { readonly left: boolean[]; readonly right: boolean[] } {
  const width = right.length + 1;
  const lengths = new Uint16Array((left.length + 1) * width);
  const at = (row: number, column: number): number => lengths[row * width + column] ?? 0;
  for (let row = left.length - 1; row >= 0; row--) {
    for (let column = right.length - 1; column >= 0; column--) {
      lengths[row * width + column] =
        left[row] === right[column] ? at(row + 1, column + 1) + 1 : Math.max(at(row + 1, column), at(row, column + 1));
    }
  }
  const kept = { left: left.map(() => false), right: right.map(() => false) };
  let row = 0;
  let column = 0;
  while (row < left.length && column < right.length) {
    if (left[row] === right[column]) {
      kept.left[row++] = true;
      kept.right[column++] = true;
    } else if (at(row + 1, column) >= at(row, column + 1)) {
      row += 1;
    } else {
      column += 1;
    }
  }
  return kept;
}

function joinPieces(words: readonly string[], kept: readonly boolean[]): Piece[] {
  const pieces: { text: string; changed: boolean }[] = [];
  words.forEach((word, index) => {
    const changed = !kept[index];
    const last = pieces[pieces.length - 1];
    if (last && last.changed === changed) {
      last.text += word;
    } else {
      pieces.push({ text: word, changed });
    }
  });
  return pieces;
}
