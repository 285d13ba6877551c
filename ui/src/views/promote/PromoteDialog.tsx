/** From a run to a review: look at what it would do, then do it. */

import { useEffect, useState } from 'react';
import type { ReactElement } from 'react';
import type { Place, Promoted, PromotePreview, Task } from '../../contract';
import { visible } from '../../model/format';
import { Button, Dialog, Waiting } from '../parts';
import { useServices, useWords } from '../services';
import { USUAL, requestOf, usePreview } from './asked';
import type { Asked } from './asked';
import { Options, requestWord } from './Options';
import { Preview } from './Preview';
import { Result } from './Result';
import { Failed, TaskSaid } from './Said';
import { useTask } from './task';

/** Props of the dialog; `run` is a `RunRow.id`. */
export interface PromoteDialogProps {
  readonly place: Place;
  readonly run: string;
  readonly onClose: () => void;
}

/** Show what a promotion would do, and do it. */
export function PromoteDialog({ place, run, onClose }: PromoteDialogProps): ReactElement {
  const { source, t } = useServices();
  const id = place.id ?? '';
  const [asked, setAsked] = useState<Asked>(USUAL);
  const { preview, error, isStale, again } = usePreview(id, run, asked);
  const { task, failure, start, cancel } = useTask();
  const isBusy = task !== null && (task.state === 'waiting' || task.state === 'running');
  const promoted = promotedOf(task);
  const hasEndedOtherwise = task?.state === 'failed' || task?.state === 'cancelled';
  useEffect(() => {
    if (hasEndedOtherwise) {
      // The branch may be there although pushing it failed.
      again();
    }
  }, [hasEndedOtherwise, again]);
  const canPromote = preview !== null && !isStale && preview.problems.length === 0 && !isBusy;
  const promote = (): void => {
    const request = requestOf(run, asked, preview?.remote !== null);
    start(() => source.promote(id, request));
  };
  const footer = promoted ? (
    <Button look="primary" onClick={onClose}>
      {t('Close')}
    </Button>
  ) : (
    <>
      <Button onClick={isBusy ? cancel : onClose}>{t('Cancel')}</Button>
      <Button look="primary" icon="branch" disabled={!canPromote} onClick={promote}>
        <Deed asked={asked} preview={preview} />
      </Button>
    </>
  );
  const name = preview ? visible(preview.name) : '';
  return (
    <Dialog title={name ? t('Promote {name}', { name }) : t('Promote')} wide onClose={onClose} footer={footer}>
      <TaskSaid task={task} failure={failure} />
      {promoted ? <Result promoted={promoted} request={t(preview ? requestWord(preview) : 'pull request')} /> : null}
      {error ? <Failed error={error} /> : null}
      {preview && !promoted ? (
        <div className={isStale ? 'ts-promote ts-stale' : 'ts-promote'} aria-busy={isStale}>
          <Options
            asked={asked}
            preview={preview}
            isBusy={isBusy}
            onChange={change => setAsked(before => ({ ...before, ...change }))}
          />
          <Preview place={id} preview={preview} isMerged={asked.update} />
        </div>
      ) : null}
      {!preview && !error ? <Waiting rows={6} label={t('Looking at the run')} /> : null}
    </Dialog>
  );
}

/** The button says all that it does. */
function Deed({ asked, preview }: { readonly asked: Asked; readonly preview: PromotePreview | null }): ReactElement {
  const t = useWords();
  if (!preview?.remote || !asked.push) {
    return <>{t('Make the branch')}</>;
  }
  return (
    <>{asked.request ? t('Push and open a {request}', { request: t(requestWord(preview)) }) : t('Make and push it')}</>
  );
}

function promotedOf(task: Task | null): Promoted | null {
  return task?.state === 'done' && task.result && 'branch' in task.result ? task.result : null;
}
