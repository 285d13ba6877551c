/** The files a branch would change, each with how much. */

import type { ReactElement } from 'react';
import type { FileDiff } from '../../contract';
import { visible, visibleLines } from '../../model/format';
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

/** List the files; each unfolds to its difference. */
export function PreviewFiles({ files }: { readonly files: readonly FileDiff[] }): ReactElement {
  const t = useWords();
  return (
    <section className="ts-promotefiles" aria-label={t('Files')}>
      <h3>
        {files.length
          ? counted(t, files.length, '1 file changes', '{n} files change')
          : t('No file changes against the baseline commit.')}
      </h3>
      {files.map(file => (
        <FileRow key={file.path} file={file} />
      ))}
    </section>
  );
}

function FileRow({ file }: { readonly file: FileDiff }): ReactElement {
  const t = useWords();
  const text = textOf(file, t);
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
  return text ? (
    <details className={`ts-promotefile ts-promotefile-${file.change}`}>
      <summary>{head}</summary>
      <pre className="ts-diff">
        {text.split('\n').map((line, index) => (
          <span key={index} className={lineClass(line)}>
            {visibleLines(line)}
            {'\n'}
          </span>
        ))}
      </pre>
    </details>
  ) : (
    <div className={`ts-promotefile ts-promotefile-${file.change}`}>{head}</div>
  );
}

function textOf(file: FileDiff, t: ReturnType<typeof useWords>): string {
  if (!file.cells) {
    return file.diff;
  }
  return file.cells
    .filter(cell => cell.diff)
    .map(cell => `@@ ${t('cell {n}', { n: cell.after ?? cell.before ?? 0 })} @@\n${cell.diff.replace(/^@@.*\n/, '')}`)
    .join('\n');
}

function lineClass(line: string): string {
  return line.startsWith('+')
    ? 'ts-line-added'
    : line.startsWith('-')
      ? 'ts-line-removed'
      : line.startsWith('@@')
        ? 'ts-line-place'
        : '';
}
