/** The lines of a unified diff, numbered, with changed words marked; long ones folded. */

import { memo, useState } from 'react';
import type { ReactElement } from 'react';
import type { DiffLine, Hunk } from '../../model/diff/unified';
import { formatCount, visibleLines } from '../../model/format';
import { Button } from '../parts';
import { useWords } from '../services';

/** Lines shown before one asks for more. */
const FIRST = 500;

const SIGNS = { same: ' ', added: '+', removed: '−', note: ' ' } as const;

/** Draw hunks as a table of four columns: both numbers, the sign, the text. */
export const Lines = memo(function Lines(props: {
  readonly hunks: readonly Hunk[];
  readonly label: string;
}): ReactElement {
  const t = useWords();
  const [most, setMost] = useState(FIRST);
  const rows = props.hunks.flatMap((hunk, place) => [
    ...(place > 0 ? [null] : hunk.before > 1 || hunk.after > 1 ? [null] : []),
    ...hunk.lines
  ]);
  const rest = rows.length - most;
  return (
    <div className="ts-wide ts-diff" role="region" aria-label={props.label} tabIndex={0}>
      <table>
        <tbody>
          {rows.slice(0, most).map((line, index) => (line ? <Row key={index} line={line} /> : <Gap key={index} />))}
        </tbody>
      </table>
      {rest > 0 ? (
        <Button look="quiet" onClick={() => setMost(most + 4 * FIRST)}>
          {t('{count} more lines', { count: formatCount(rest) })}
        </Button>
      ) : null}
    </div>
  );
});

function Row({ line }: { readonly line: DiffLine }): ReactElement {
  const t = useWords();
  const said = line.kind === 'added' ? t('added') : line.kind === 'removed' ? t('removed') : '';
  return (
    <tr className={`ts-diff-${line.kind}`}>
      <td className="ts-diff-number">{line.before}</td>
      <td className="ts-diff-number">{line.after}</td>
      <td className="ts-diff-sign">
        <span aria-hidden="true">{SIGNS[line.kind]}</span>
        {said ? <span className="ts-unseen">{said}</span> : null}
      </td>
      <td className="ts-diff-text">
        {line.pieces
          ? line.pieces.map((piece, index) =>
              piece.changed ? <mark key={index}>{visibleLines(piece.text)}</mark> : visibleLines(piece.text)
            )
          : visibleLines(line.text)}
      </td>
    </tr>
  );
}

function Gap(): ReactElement {
  return (
    <tr className="ts-diff-gap" aria-hidden="true">
      <td colSpan={4}>⋯</td>
    </tr>
  );
}
