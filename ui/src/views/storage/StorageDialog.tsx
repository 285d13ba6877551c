/** What takes the space of a clone: all of it, by kind, the largest runs and files, and how to free some. */

import type { ReactElement } from 'react';
import type { Place, Storage } from '../../contract';
import { formatSize, visible } from '../../model/format';
import { isUnderWay } from '../../model/sharing';
import { storageOf } from '../../model/storage';
import { toSourceError } from '../charts/answers';
import { Button, Dialog, Face, Icon, Lines, Waiting } from '../parts';
import { useServices, useWords } from '../services';
import { Kinds } from './Kinds';
import { LargestFiles, LargestRuns } from './Largest';
import { useLook } from './look';
import type { Look } from './look';

/** Props of the dialog. */
export interface StorageDialogProps {
  readonly place: Place;
  readonly onClose: () => void;
}

/** Show what takes the space; looking begins when it opens and ends with it. */
export function StorageDialog(props: StorageDialogProps): ReactElement {
  const { place, onClose } = props;
  const { host, t } = useServices();
  const id = place.id ?? '';
  const look = useLook(id);
  const found = storageOf(look.task);
  const isLooking = !look.failure && (look.task === null || isUnderWay(look.task));
  const cancel = (
    <Button icon="stop" disabled={look.task === null || look.isEnding} onClick={look.cancel}>
      {look.isEnding ? t('Cancelling …') : t('Cancel')}
    </Button>
  );
  return (
    <Dialog title={t('What takes the space')} wide onClose={onClose} footer={isLooking ? cancel : null}>
      {found ? (
        <Found
          storage={found}
          onOpen={run => {
            onClose();
            host.openRun(id, run);
          }}
        />
      ) : (
        <Looking look={look} />
      )}
    </Dialog>
  );
}

/** Nothing yet: it is under way, was given up, or failed. */
function Looking({ look }: { readonly look: Look }): ReactElement {
  const t = useWords();
  const { task, failure, again } = look;
  if (failure || task?.state === 'failed') {
    const told = failure ? toSourceError(failure) : task?.error;
    return (
      <Face
        icon="error"
        kind="error"
        message={visible(told?.message ?? task?.message ?? '')}
        hint={visible(told?.hint ?? '')}
        actions={[{ label: t('Try again'), run: again, icon: 'refresh' }]}
      />
    );
  }
  if (task?.state === 'cancelled') {
    return (
      <Face
        icon="info"
        message={t('It was cancelled.')}
        actions={[{ label: t('Look again'), run: again, icon: 'refresh' }]}
      />
    );
  }
  return (
    <div className="ts-space-looking">
      <p role="status">
        <span>{visible(task?.message ?? '', 200) || t('Looking what takes the space.')}</span>{' '}
        <span className="ts-soft">{t('This can take a while in a large clone.')}</span>
      </p>
      <Waiting rows={7} label={t('Looking what takes the space')} />
    </div>
  );
}

function Found(props: { readonly storage: Storage; readonly onOpen: (run: string) => void }): ReactElement {
  const { storage, onOpen } = props;
  const t = useWords();
  return (
    <div className="ts-space">
      <p className="ts-space-all">
        <strong>{formatSize(storage.bytes)}</strong>{' '}
        <span className="ts-soft">{t('in all, in this clone; nothing on a remote is counted')}</span>
      </p>
      {storage.problem ? (
        <p className="ts-space-problem">
          <Icon name="warning" />
          <span>{visible(storage.problem)}</span>
        </p>
      ) : null}
      <Kinds storage={storage} />
      <LargestRuns storage={storage} onOpen={onOpen} />
      <LargestFiles storage={storage} />
      <section className="ts-space-free">
        <h3>{t('To free space')}</h3>
        <p className="ts-soft">
          {t('In a terminal, in this project: it says what would go and removes nothing, until it is told --force.')}
        </p>
        <Lines text="trackside gc" />
      </section>
    </div>
  );
}
