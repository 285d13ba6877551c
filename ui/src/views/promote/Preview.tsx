/** What a promotion would do: what stands in its way, how it merges, hooks, files, message and report. */

import { useState } from 'react';
import type { ReactElement } from 'react';
import type { MergeConflict, PromotePreview, PromotionHook } from '../../contract';
import { visible, visibleLines } from '../../model/format';
import { Button, Icon } from '../parts';
import { useServices, useWords } from '../services';
import { PreviewFiles } from './PreviewFiles';
import { Note, Problem } from './Said';

/** Draw the preview. */
export function Preview(props: {
  readonly place: string;
  readonly preview: PromotePreview;
  readonly isMerged: boolean;
}): ReactElement {
  const { place, preview, isMerged } = props;
  const t = useWords();
  return (
    <>
      {preview.problems.map(problem => (
        <Problem key={problem.code + problem.message} message={problem.message} hint={problem.hint} />
      ))}
      <Merge preview={preview} />
      {preview.hooks.length ? <Hooks hooks={preview.hooks} /> : null}
      {preview.signs ? <Note text={t('The commit is signed, as your Git is configured.')} /> : null}
      {preview.notes.map(note => (
        <Note key={note} text={note} />
      ))}
      <PreviewFiles
        files={preview.files}
        sides={{ place, before: null, after: preview.run, beforeName: t('baseline'), afterName: preview.name }}
        isMerged={isMerged}
      />
      {preview.message ? (
        <details className="ts-folded" open>
          <summary>{t('Commit message')}</summary>
          <Lined label={t('Commit message')}>{visibleLines(preview.message.trim())}</Lined>
        </details>
      ) : null}
      {preview.report ? <Report preview={preview} /> : null}
    </>
  );
}

function Merge({ preview }: { readonly preview: PromotePreview }): ReactElement | null {
  const t = useWords();
  const { merge } = preview;
  const onto = visible(preview.onto ?? '', 80);
  if (merge.state === 'none' || preview.onto === null) {
    return null;
  }
  if (merge.state === 'conflicts') {
    return (
      <section className="ts-promotemerge ts-promotemerge-bad" aria-label={t('Conflicts')}>
        <p>
          <Icon name="warning" />
          <span>{t('It does not merge with {onto} by itself:', { onto })}</span>
        </p>
        <ul>
          {merge.conflicts.map((conflict, place) => (
            <Conflict key={place} conflict={conflict} />
          ))}
        </ul>
      </section>
    );
  }
  const words = {
    clean: t('It merges cleanly with {onto}.', { onto }),
    same: t('{onto} stands where the run began: there is nothing to merge.', { onto }),
    unrelated: t('{onto} has no history in common with the run.', { onto })
  };
  return (
    <section className={`ts-promotemerge ts-promotemerge-${merge.state}`} aria-label={t('Merge')}>
      <p>
        <Icon name={merge.state === 'unrelated' ? 'warning' : 'check'} />
        <span>{words[merge.state]}</span>
      </p>
    </section>
  );
}

function Conflict({ conflict }: { readonly conflict: MergeConflict }): ReactElement {
  return (
    <li>
      <code>{visible(conflict.path, 200)}</code>
      <span>{visible(conflict.what)}</span>
    </li>
  );
}

function Hooks({ hooks }: { readonly hooks: readonly PromotionHook[] }): ReactElement {
  const t = useWords();
  return (
    <ul className="ts-promotehooks" aria-label={t('Commit hooks')}>
      {hooks.map(hook => (
        <li key={hook.name} className={hook.runs ? '' : 'ts-not'}>
          <Icon name={hook.runs ? 'check' : 'warning'} />
          <code>{visible(hook.name, 80)}</code>
          <span>{hook.runs ? t('runs before the commit') : t('does not run')}</span>
          {hook.why ? <span className="ts-soft">{visible(hook.why)}</span> : null}
        </li>
      ))}
    </ul>
  );
}

/** Text line by line, which the keyboard can move where it is longer than its box. */
function Lined({ label, children }: { readonly label: string; readonly children: string }): ReactElement {
  return (
    <pre role="region" aria-label={label} tabIndex={0}>
      {children}
    </pre>
  );
}

/** The report as its reader sees it, in a frame that may do nothing; its Markdown where there is no page. */
function Report({ preview }: { readonly preview: PromotePreview }): ReactElement {
  const { host, t } = useServices();
  const [isOpen, setOpen] = useState(false);
  const [isText, setText] = useState(false);
  const hasPage = preview.page !== '';
  return (
    <details className="ts-folded ts-promotereport" onToggle={event => setOpen(event.currentTarget.open)}>
      <summary>{t('Report for the review')}</summary>
      {isOpen ? (
        <>
          <div className="ts-promotereport-bar">
            {hasPage ? (
              <Button look="quiet" aria-pressed={isText} onClick={() => setText(!isText)}>
                {t('Markdown')}
              </Button>
            ) : null}
            <Button look="quiet" icon="copy" onClick={() => host.copy(preview.report)}>
              {t('Copy the Markdown')}
            </Button>
          </div>
          {hasPage && !isText ? (
            <iframe title={t('Report for the review')} sandbox="" srcDoc={preview.page} referrerPolicy="no-referrer" />
          ) : (
            <Lined label={t('Report for the review')}>{visibleLines(preview.report.trim())}</Lined>
          )}
        </>
      ) : null}
    </details>
  );
}
