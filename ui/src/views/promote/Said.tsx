/** What a promotion says while it runs, and what stands in its way. */

import type { ReactElement } from 'react';
import type { Task } from '../../contract';
import { visible, visibleLines } from '../../model/format';
import { SourceError } from '../../source/source';
import { Icon } from '../parts';
import { useWords } from '../services';

/** Something that stands in the way, and what to do about it. */
export function Problem({ message, hint }: { readonly message: string; readonly hint: string }): ReactElement {
  return (
    <div className="ts-problem" role="alert">
      <Icon name="error" />
      <div>
        <p>{visible(message)}</p>
        {hint ? <p className="ts-soft ts-problem-hint">{visibleLines(hint)}</p> : null}
      </div>
    </div>
  );
}

/** An answer that did not come. */
export function Failed({ error }: { readonly error: unknown }): ReactElement {
  const t = useWords();
  return error instanceof SourceError ? (
    <Problem message={error.message} hint={error.hint} />
  ) : (
    <Problem message={t('Something went wrong.')} hint="" />
  );
}

/** A sentence worth reading before. */
export function Note({ text }: { readonly text: string }): ReactElement {
  return (
    <p className="ts-note-line">
      <Icon name="info" />
      <span>{visible(text)}</span>
    </p>
  );
}

/** How the work stands; nothing before it begins and after it went well. */
export function TaskSaid({
  task,
  failure
}: {
  readonly task: Task | null;
  readonly failure: unknown;
}): ReactElement | null {
  const t = useWords();
  if (failure) {
    return <Failed error={failure} />;
  }
  if (task?.state === 'failed') {
    return <Problem message={task.error?.message ?? task.message} hint={task.error?.hint ?? ''} />;
  }
  if (task?.state === 'cancelled') {
    return <Note text={t('It was cancelled. A branch that was already made stays.')} />;
  }
  if (task === null || task.state === 'done') {
    return null;
  }
  return (
    <div className="ts-progress" role="status">
      <progress aria-label={t('Progress')} max={1} {...(task.progress === null ? {} : { value: task.progress })} />
      <span>{visible(task.message) || t('Making the branch …')}</span>
    </div>
  );
}
