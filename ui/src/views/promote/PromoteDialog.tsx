/** Make a branch of a run: look at what it would do, then do it. */

import { useEffect, useRef, useState } from 'react';
import type { ReactElement } from 'react';
import type { Place, PromotePreview, Promoted, Task } from '../../contract';
import { visible, visibleLines } from '../../model/format';
import { isAborted } from '../../source/http';
import { SourceError } from '../../source/source';
import { Button, Dialog, Icon, Waiting } from '../parts';
import { useServices } from '../services';
import { PreviewFiles } from './PreviewFiles';
import { useTask } from './task';

/** Props of the dialog; `run` is a `RunRow.id`. */
export interface PromoteDialogProps {
  readonly place: Place;
  readonly run: string;
  readonly onClose: () => void;
}

/** Show what a promotion would do, and do it. */
export function PromoteDialog({ place, run, onClose }: PromoteDialogProps): ReactElement {
  const { t } = useServices();
  const id = place.id ?? '';
  const [branch, setBranch] = useState('');
  const { preview, error, isStale } = usePreview(id, run, branch);
  const { task, failure, start, cancel } = useTask();
  const { source } = useServices();
  const wanted = branch.trim() || preview?.branch || '';
  const isBusy = task !== null && (task.state === 'waiting' || task.state === 'running');
  const isDone = task?.state === 'done';
  const canPromote = preview !== null && !isStale && preview.problems.length === 0 && !isBusy && !isDone;
  const name = preview ? visible(preview.name) : '';
  const footer = isDone ? (
    <Button look="primary" onClick={onClose}>
      {t('Close')}
    </Button>
  ) : (
    <>
      <Button onClick={isBusy ? cancel : onClose}>{t('Cancel')}</Button>
      <Button
        look="primary"
        icon="branch"
        disabled={!canPromote}
        onClick={() => start(() => source.promote(id, run, branch.trim()))}
      >
        {t('Make the branch')}
      </Button>
    </>
  );
  return (
    <Dialog title={name ? t('Promote {name}', { name }) : t('Promote')} wide onClose={onClose} footer={footer}>
      <TaskSaid task={task} failure={failure} />
      {isDone ? <Result task={task} branch={wanted} /> : null}
      {error ? <Problem message={messageOf(error, t)} hint={error instanceof SourceError ? error.hint : ''} /> : null}
      {preview && !isDone ? (
        <Preview preview={preview} branch={branch} onBranch={setBranch} isBusy={isBusy} isStale={isStale} />
      ) : null}
      {!preview && !error ? <Waiting rows={6} label={t('Looking at the run')} /> : null}
    </Dialog>
  );
}

function messageOf(error: unknown, t: (text: string) => string): string {
  return error instanceof SourceError ? error.message : t('Something went wrong.');
}

function usePreview(
  place: string,
  run: string,
  branch: string
): { readonly preview: PromotePreview | null; readonly error: unknown; readonly isStale: boolean } {
  const { source } = useServices();
  const [state, setState] = useState<{ preview: PromotePreview | null; error: unknown; asked: string }>({
    preview: null,
    error: null,
    asked: ''
  });
  const wanted = branch.trim();
  useEffect(() => {
    const aborting = new AbortController();
    const ask = (): void => {
      source.previewPromotion(place, run, wanted, aborting.signal).then(
        preview => setState({ preview, error: null, asked: wanted }),
        (error: unknown) => {
          if (!isAborted(error)) {
            setState(so => ({ ...so, error, asked: wanted }));
          }
        }
      );
    };
    const timer = setTimeout(ask, wanted ? 250 : 0);
    return () => {
      clearTimeout(timer);
      aborting.abort();
    };
  }, [source, place, run, wanted]);
  return { preview: state.preview, error: state.error, isStale: state.asked !== wanted };
}

function Preview(props: {
  readonly preview: PromotePreview;
  readonly branch: string;
  readonly onBranch: (branch: string) => void;
  readonly isBusy: boolean;
  readonly isStale: boolean;
}): ReactElement {
  const { preview, branch, onBranch, isBusy, isStale } = props;
  const { t } = useServices();
  const box = useRef<HTMLInputElement>(null);
  useEffect(() => box.current?.focus(), []);
  return (
    <div className={isStale ? 'ts-promote ts-stale' : 'ts-promote'}>
      <label className="ts-promotefield">
        <span>{t('Branch')}</span>
        <input
          ref={box}
          className="ts-input ts-mono"
          value={branch}
          placeholder={preview.branch}
          disabled={isBusy}
          spellCheck={false}
          autoComplete="off"
          onChange={event => onBranch(event.target.value)}
        />
      </label>
      {preview.problems.map(problem => (
        <Problem key={problem.code + problem.message} message={problem.message} hint={problem.hint} />
      ))}
      {preview.conflicts.length ? (
        <Problem
          message={t('It does not merge with {onto}:', { onto: visible(preview.onto ?? '') })}
          hint={preview.conflicts.map(path => visible(path)).join('\n')}
        />
      ) : null}
      {[...preview.notes, ...preview.hooks.map(hook => t('The hook {name} runs.', { name: hook }))].map(note => (
        <p key={note} className="ts-note-line">
          <Icon name="info" />
          {visible(note)}
        </p>
      ))}
      <PreviewFiles files={preview.files} />
      <Folded title={t('Commit message')} text={preview.message} open />
      <Folded title={t('Report for the review')} text={preview.report} />
    </div>
  );
}

function Folded(props: {
  readonly title: string;
  readonly text: string;
  readonly open?: boolean;
}): ReactElement | null {
  const { title, text, open = false } = props;
  return text ? (
    <details className="ts-folded" open={open}>
      <summary>{title}</summary>
      <pre>{visibleLines(text.trim())}</pre>
    </details>
  ) : null;
}

function Problem({ message, hint }: { readonly message: string; readonly hint: string }): ReactElement {
  return (
    <div className="ts-problem" role="alert">
      <Icon name="error" />
      <div>
        <p>{visible(message)}</p>
        {hint ? <p className="ts-soft">{visibleLines(hint)}</p> : null}
      </div>
    </div>
  );
}

function TaskSaid({ task, failure }: { readonly task: Task | null; readonly failure: unknown }): ReactElement | null {
  const { t } = useServices();
  if (failure) {
    return <Problem message={messageOf(failure, t)} hint={failure instanceof SourceError ? failure.hint : ''} />;
  }
  if (task?.state === 'failed') {
    return <Problem message={task.error?.message ?? task.message} hint={task.error?.hint ?? ''} />;
  }
  if (task === null || task.state === 'done' || task.state === 'cancelled') {
    return null;
  }
  return (
    <div className="ts-progress" role="status">
      <progress aria-label={t('Progress')} max={1} {...(task.progress === null ? {} : { value: task.progress })} />
      <span>{visible(task.message) || t('Making the branch …')}</span>
    </div>
  );
}

function Result({ task, branch }: { readonly task: Task; readonly branch: string }): ReactElement {
  const { host, t } = useServices();
  const promoted = task.result && 'branch' in task.result ? task.result : (null as Promoted | null);
  const name = visible(promoted?.branch ?? branch);
  return (
    <div className="ts-result" role="status">
      <span className="ts-result-icon">
        <Icon name="check" />
      </span>
      <p className="ts-face-message">{t('The branch {name} is made.', { name })}</p>
      <p className="ts-soft">
        {t('Your checkout is as it was.')} {promoted ? <code>{promoted.oid.slice(0, 10)}</code> : null}
      </p>
      <Button icon="copy" onClick={() => host.copy(promoted?.branch ?? branch)}>
        {t('Copy the name')}
      </Button>
      {promoted?.url ? (
        <Button icon="link" onClick={() => host.copy(promoted.url ?? '')} title={visible(promoted.url)}>
          {t('Copy the address of the request')}
        </Button>
      ) : null}
    </div>
  );
}
