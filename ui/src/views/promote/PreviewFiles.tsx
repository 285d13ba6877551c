/** The files a branch would change, each with how much. */

import { useMemo, useState } from 'react';
import type { ReactElement } from 'react';
import type { FileDiff } from '../../contract';
import { parseUnified } from '../../model/diff/unified';
import { visible } from '../../model/format';
import { Lines } from '../diff/Lines';
import { NotebookDiff } from '../diff/NotebookDiff';
import type { BothSides } from '../diff/sides';
import { Icon } from '../parts';
import { counted, useWords } from '../services';

/** How many lines a unified diff adds and takes away. */
export function countLines(diff: string): { readonly added: number; readonly removed: number } {
  let added = 0;
  let removed = 0;
  for (const line of diff.split('\n')) {
    if (line.startsWith('+') && !line.startsWith('+++ ')) {
      added += 1;
    } else if (line.startsWith('-') && !line.startsWith('--- ')) {
      removed += 1;
    }
  }
  return { added, removed };
}

/** List the files; each unfolds to its difference, notebooks cell by cell. */
export function PreviewFiles(props: {
  readonly files: readonly FileDiff[];
  readonly sides: BothSides;
  /** What the run's own notebook no longer numbers as the branch does. */
  readonly isMerged: boolean;
}): ReactElement {
  const { files, sides, isMerged } = props;
  const t = useWords();
  return (
    <section className="ts-promotefiles" aria-label={t('Files')}>
      <h3>
        {files.length
          ? counted(t, files.length, '1 file changes', '{n} files change')
          : t('No file changes against the baseline commit.')}
      </h3>
      {files.map(file => (
        <FileRow key={file.path} file={file} sides={sides} isMerged={isMerged} />
      ))}
    </section>
  );
}

function FileRow(props: {
  readonly file: FileDiff;
  readonly sides: BothSides;
  readonly isMerged: boolean;
}): ReactElement {
  const { file, sides, isMerged } = props;
  const t = useWords();
  const [isOpen, setOpen] = useState(false);
  const { added, removed } = countLines(file.cells ? file.cells.map(cell => cell.diff).join('\n') : file.diff);
  const changed = file.cells?.filter(cell => cell.change !== 'same').length ?? 0;
  const head = (
    <>
      <Icon name={file.change === 'added' ? 'plus' : file.change === 'removed' ? 'trash' : 'pencil'} />
      <span className="ts-promotefile-path">{visible(file.path)}</span>
      {file.cells ? <span className="ts-soft">{counted(t, changed, '1 cell', '{n} cells')}</span> : null}
      {file.binary ? <span className="ts-soft">{t('binary')}</span> : null}
      {added ? <span className="ts-added-count">+{added}</span> : null}
      {removed ? <span className="ts-removed-count">−{removed}</span> : null}
    </>
  );
  const cells = isMerged ? file.cells?.filter(cell => cell.change !== 'same') : file.cells;
  return (file.cells ? changed > 0 : file.diff) ? (
    <details
      className={`ts-promotefile ts-promotefile-${file.change}`}
      onToggle={event => setOpen(event.currentTarget.open)}
    >
      <summary>{head}</summary>
      {isOpen ? cells ? <NotebookDiff path={file.path} cells={cells} sides={sides} /> : <TextDiff file={file} /> : null}
    </details>
  ) : (
    <div className={`ts-promotefile ts-promotefile-${file.change}`}>{head}</div>
  );
}

function TextDiff({ file }: { readonly file: FileDiff }): ReactElement {
  const t = useWords();
  const hunks = useMemo(() => parseUnified(file.diff), [file.diff]);
  return hunks.length > 0 ? (
    <Lines hunks={hunks} label={visible(file.path, 200)} />
  ) : (
    <p className="ts-quiet">{t('No line differs; the mode of the file, or an empty file.')}</p>
  );
}
