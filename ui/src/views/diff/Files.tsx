/** All files that differ between two runs: notebooks cell by cell, other text line by line. */

import { useMemo, useState } from 'react';
import type { ReactElement, ReactNode } from 'react';
import type { CodeDiff, FileDiff } from '../../contract';
import { countCells } from '../../model/diff/folding';
import { countLines, parseUnified } from '../../model/diff/unified';
import { visible } from '../../model/format';
import { Icon } from '../parts';
import { useWords } from '../services';
import { Lines } from './Lines';
import { NotebookDiff } from './NotebookDiff';
import type { BothSides } from './sides';

/** Files beyond this many begin folded. */
const OPEN_FILES = 8;

/** Draw the files, notebooks first. */
export function Files({ diff, sides }: { readonly diff: CodeDiff; readonly sides: BothSides }): ReactElement {
  const t = useWords();
  const files = useMemo(
    () => [...diff.files].sort((one, other) => Number(other.cells !== null) - Number(one.cells !== null)),
    [diff]
  );
  if (files.length === 0) {
    return <p className="ts-quiet">{t('The code is the same: no source file and no cell differs.')}</p>;
  }
  return (
    <div className="ts-difffiles">
      {files.map((file, place) => (
        <File key={file.path} file={file} sides={sides} isOpen={place < OPEN_FILES} />
      ))}
    </div>
  );
}

const CHANGES = { changed: 'changed', added: 'added', removed: 'removed' } as const;

function File(props: { readonly file: FileDiff; readonly sides: BothSides; readonly isOpen: boolean }): ReactElement {
  const { file, sides } = props;
  const t = useWords();
  const [isOpen, setOpen] = useState(props.isOpen);
  const name = visible(file.path, 200);
  return (
    <section className="ts-difffile">
      <h4>
        <button type="button" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
          <Icon name={isOpen ? 'chevronDown' : 'chevronRight'} />
          <span className="ts-difffile-name">{name}</span>
          <span className={`ts-change ts-change-${file.change}`}>{t(CHANGES[file.change])}</span>
          <Counts file={file} />
        </button>
      </h4>
      {isOpen ? <Body file={file} sides={sides} name={name} /> : null}
    </section>
  );
}

function Counts({ file }: { readonly file: FileDiff }): ReactNode {
  const t = useWords();
  if (file.cells) {
    const counts = countCells(file.cells);
    const words = [
      counts.changed > 0 ? t('{count} changed', { count: counts.changed }) : '',
      counts.added > 0 ? t('{count} added', { count: counts.added }) : '',
      counts.removed > 0 ? t('{count} removed', { count: counts.removed }) : ''
    ].filter(Boolean);
    return (
      <span className="ts-difffile-counts">
        {words.length > 0 ? `${t('cells:')} ${words.join(', ')}` : t('no cell differs')}
      </span>
    );
  }
  const { added, removed } = countLines(parseUnified(file.diff));
  return file.binary ? null : (
    <span className="ts-difffile-counts">
      <span className="ts-count-added">+{added}</span> <span className="ts-count-removed">−{removed}</span>
    </span>
  );
}

function Body(props: { readonly file: FileDiff; readonly sides: BothSides; readonly name: string }): ReactElement {
  const { file, sides, name } = props;
  const t = useWords();
  const hunks = useMemo(() => parseUnified(file.diff), [file.diff]);
  if (file.cells) {
    return <NotebookDiff path={file.path} cells={file.cells} sides={sides} />;
  }
  if (file.binary) {
    return <p className="ts-quiet">{t('A binary file: its bytes differ.')}</p>;
  }
  return hunks.length > 0 ? (
    <Lines hunks={hunks} label={name} />
  ) : (
    <p className="ts-quiet">{t('No line differs; the mode of the file, or an empty file.')}</p>
  );
}
